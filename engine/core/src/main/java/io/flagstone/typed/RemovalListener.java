// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.api.RemovalCause;

/**
 * Receives entries that leave the cache and values that are replaced. It is called under the lock
 * of a segment, and so are the codecs that decode its arguments. It must be short and must not call
 * the cache.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
@FunctionalInterface
public interface RemovalListener<K, V> {
    /**
     * Called when an entry has left the cache or its value was replaced.
     *
     * @param cause the reason.
     * @param key the key.
     * @param value the value that was removed or replaced.
     */
    void onRemoval(RemovalCause cause, K key, V value);
}
