// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.MutableDirectBuffer;

/** Changes a value in place, without a copy. */
@FunctionalInterface
public interface ValueUpdater {
    /**
     * Receives the value found, under the lock of its segment. Every byte written stays in the
     * entry.
     *
     * <p>A call into the same cache throws an {@link IllegalStateException}. If this method throws,
     * the engine restores the value as it was before the call, and the exception reaches the caller
     * of the update.
     *
     * @param value a flyweight over the cache's memory whose capacity is the value's length, which
     *     an update cannot change; valid only during the call.
     */
    void onValue(MutableDirectBuffer value);
}
