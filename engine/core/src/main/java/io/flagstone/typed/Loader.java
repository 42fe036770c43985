// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

/**
 * Where values come from that the cache does not hold. Called without any lock of the cache, by the
 * thread that misses or by the cache's executor, once at a time for a key.
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
     * @return the value, or {@code null} if there is none, which is not kept.
     * @throws Exception told to all who wait for the value; nothing is kept.
     */
    V load(K key) throws Exception;
}
