// SPDX-License-Identifier: Apache-2.0
/** Micrometer meters of a cache. */
package io.flagstone.micrometer;
