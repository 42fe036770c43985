// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/** Reads a value in place, without a copy. */
@FunctionalInterface
public interface ValueReader {
    /**
     * Receives the value found, under the lock of its segment.
     *
     * <p>A call into the same cache throws an {@link IllegalStateException}. An exception from this
     * method reaches the caller of the read, and the entry stays.
     *
     * @param value a flyweight over the cache's memory whose capacity is the value's length; valid
     *     only during the call; do not write to it.
     */
    void onValue(DirectBuffer value);
}
