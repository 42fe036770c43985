// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.Map;
import java.util.Set;

/**
 * Loads the values of the keys that {@link Cache#getAll} misses, in one call. It is called without
 * any lock of the cache, in the thread that misses or on the cache's executor. No key is loaded by
 * two calls at the same time, unless a write or a cancellation outdated the earlier load.
 *
 * @param <K> the keys' type, with {@code equals} and {@code hashCode}.
 * @param <V> the values' type.
 */
@FunctionalInterface
public interface BulkLoader<K, V> {
    /**
     * Loads the values of some keys.
     *
     * @param keys the keys, at least one; an unmodifiable set.
     * @return the values by key. A key that is absent, or mapped to {@code null}, has no value.
     *     Keys that were not requested are ignored.
     * @throws Exception reported to every caller that waits for one of the values; no value is
     *     cached.
     */
    Map<K, V> loadAll(Set<K> keys) throws Exception;
}
