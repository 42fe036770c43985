// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/** Receives the entries that a scan visits. */
@FunctionalInterface
public interface EntryVisitor {
    /**
     * Receives one live entry, under the lock of its segment.
     *
     * <p>A call into the same cache throws an {@link IllegalStateException}. An exception from this
     * method ends the scan and reaches the scan's caller.
     *
     * @param key a flyweight over the key, valid only during the call.
     * @param value a flyweight over the value, valid only during the call; do not write to it.
     */
    void onEntry(DirectBuffer key, DirectBuffer value);
}
