// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.MutableDirectBuffer;

/** Changes a value where it lies, without a copy. */
@FunctionalInterface
public interface ValueUpdater {
    /**
     * The value found, under the lock of its segment; every byte written stays in the entry.
     *
     * <p>Any call back into the same cache is refused with an {@link IllegalStateException}. If
     * this method throws, the value is put back as it was found and the exception reaches the
     * caller of the update.
     *
     * @param value a flyweight over the cache's memory whose capacity is the value's length, which
     *     an update cannot change; valid only during the call.
     */
    void onValue(MutableDirectBuffer value);
}
