// SPDX-License-Identifier: Apache-2.0
/**
 * The cache and its builder.
 *
 * <ul>
 *   <li>{@link io.flagstone.OffHeapCache}: the cache.
 *   <li>{@link io.flagstone.CacheBuilder}: its configuration.
 *   <li>{@link io.flagstone.MultiGet} and {@link io.flagstone.MultiPut}: batches of keys.
 * </ul>
 */
package io.flagstone;
