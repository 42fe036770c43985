// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/** Sees the entries that a scan passes. */
@FunctionalInterface
public interface EntryVisitor {
    /**
     * One live entry, under the lock of its segment.
     *
     * <p>Any call back into the same cache is refused with an {@link IllegalStateException}. What
     * this method throws ends the scan and reaches its caller.
     *
     * @param key a flyweight over the key, valid only during the call.
     * @param value a flyweight over the value, valid only during the call; not to be written to.
     */
    void onEntry(DirectBuffer key, DirectBuffer value);
}
