// SPDX-License-Identifier: Apache-2.0
/**
 * Tools for operators, as one runnable jar. {@code stat} shows the figures that a cache publishes.
 */
package io.flagstone.tools;
