// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/** Reads a value where it lies, without a copy. */
@FunctionalInterface
public interface ValueReader {
    /**
     * The value found, under the lock of its segment.
     *
     * <p>Any call back into the same cache is refused with an {@link IllegalStateException}. What
     * this method throws reaches the caller of the read, and the entry stays.
     *
     * @param value a flyweight over the cache's memory whose capacity is the value's length; valid
     *     only during the call and not to be written to.
     */
    void onValue(DirectBuffer value);
}
