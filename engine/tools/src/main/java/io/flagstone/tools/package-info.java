// SPDX-License-Identifier: Apache-2.0
/**
 * Tools for operators, as one runnable jar. {@code Main} is the entry point. {@code StatCommand}
 * reads the figures that a cache publishes, and {@link io.flagstone.tools.StatReport} renders them.
 * {@code ShardsCommand} moves slots between clusters; only {@code ShardsSession} uses Aeron.
 */
package io.flagstone.tools;
