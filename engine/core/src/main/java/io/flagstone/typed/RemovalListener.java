// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.api.RemovalCause;

/**
 * Told of entries that leave and of values written over. Called under the lock of a segment, as are
 * the codecs for its sake: it should be short, and may not call the cache.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
@FunctionalInterface
public interface RemovalListener<K, V> {
    /**
     * An entry left, or its value was replaced.
     *
     * @param cause why.
     * @param key the key.
     * @param value the value that is no longer there.
     */
    void onRemoval(RemovalCause cause, K key, V value);
}
