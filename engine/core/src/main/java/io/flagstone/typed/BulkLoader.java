// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.Map;
import java.util.Set;

/**
 * Loads the values of several keys in one call: those that {@link Cache#getAll} misses. Called
 * without any lock of the cache, by the thread that misses or by the cache's executor. No key is
 * loaded by two calls at the same time.
 *
 * @param <K> the keys' type, with {@code equals} and {@code hashCode}.
 * @param <V> the values' type.
 */
@FunctionalInterface
public interface BulkLoader<K, V> {
    /**
     * Loads some values.
     *
     * @param keys the keys, at least one; may not be changed.
     * @return the values by key. A key that is left out, or has {@code null}, has no value. Others
     *     than those asked for are ignored.
     * @throws Exception told to all who wait for one of the values; nothing is kept.
     */
    Map<K, V> loadAll(Set<K> keys) throws Exception;
}
