// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/** Receives the entries of a cache in the order of use, with their deadlines. */
@FunctionalInterface
public interface StateVisitor {
    /** The deadline of an entry that does not expire. */
    long NO_DEADLINE = Long.MAX_VALUE;

    /**
     * Called for each entry, under the lock of a segment. Must not call the cache.
     *
     * @param key a flyweight over the key, valid only during the call.
     * @param value a flyweight over the value, valid only during the call; do not write to it.
     * @param deadlineNs the deadline by the cache's clock, or {@link #NO_DEADLINE}.
     * @param sliding whether hits renew the deadline.
     */
    void onEntry(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding);
}
