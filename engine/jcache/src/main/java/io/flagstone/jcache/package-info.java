// SPDX-License-Identifier: Apache-2.0
/**
 * JCache (JSR-107) over the typed cache.
 *
 * <p>The service loader finds {@link FlagstoneCachingProvider}. The provider keeps a {@code
 * FlagstoneCacheManager} for each class loader and URI. A manager creates each {@code
 * FlagstoneCache} from a {@link FlagstoneConfiguration}.
 *
 * <p>A call goes through these classes:
 *
 * <ol>
 *   <li>{@code FlagstoneCache} checks the arguments and notifies listeners of expired entries.
 *   <li>{@code Writes}, {@code BulkWrites}, {@code Processing} or {@code ReadThrough} takes the
 *       key's lock ({@code KeyLocks}) and calls the application's loader or writer ({@code
 *       Source}). A read that needs no lock skips this step.
 *   <li>{@code Entries} asks the expiry policy ({@code Expiry}), changes the typed cache, counts
 *       ({@code Counters}) and notifies the listeners ({@code Listeners}).
 * </ol>
 *
 * <p>Keys without a codec are serialized in a {@code CanonicalForm}, so that equal keys have equal
 * bytes.
 */
package io.flagstone.jcache;
