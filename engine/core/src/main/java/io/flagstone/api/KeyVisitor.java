// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/** Receives the keys of a cache. */
@FunctionalInterface
public interface KeyVisitor {
    /**
     * Called for each key, under the lock of a segment. Must not call the cache.
     *
     * @param key a flyweight over the key, valid only during the call; do not write to it.
     */
    void onKey(DirectBuffer key);
}
