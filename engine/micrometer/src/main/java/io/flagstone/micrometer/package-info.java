// SPDX-License-Identifier: Apache-2.0
/** Micrometer meters of a cache, in {@link io.flagstone.micrometer.FlagstoneCacheMetrics}. */
package io.flagstone.micrometer;
