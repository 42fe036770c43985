// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

/**
 * Loads the values that the cache does not hold. It is called without any lock of the cache, in the
 * thread that misses or on the cache's executor. One thread at a time loads a key, unless a write
 * or a cancellation outdated the earlier load.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
@FunctionalInterface
public interface Loader<K, V> {
    /**
     * Loads a value.
     *
     * @param key the key.
     * @return the value, or {@code null} if there is none; {@code null} is not cached.
     * @throws Exception reported to every caller that waits for the value; no value is cached.
     */
    V load(K key) throws Exception;
}
