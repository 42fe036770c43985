// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.LruLists;
import java.util.List;

/**
 * Visits the entries of a segment in the order of use, the least recently used first.
 *
 * <p>The segment must not be in use: the cursor takes no lock, and a change would mislead it. Each
 * step looks at the next entry of each list. Allocates nothing after construction.
 */
public final class EntryCursor {
    private final Region region;
    private final int[] next;
    private int entry;

    EntryCursor(Region region, List<LruLists> lists, int classes) {
        this.region = region;
        this.next = new int[lists.size() * classes];
        for (int i = 0; i < next.length; i++) {
            next[i] = lists.get(i / classes).last(i % classes);
        }
    }

    /**
     * Goes to the next entry.
     *
     * @return false if there is none.
     */
    public boolean advance() {
        int oldest = -1;
        long oldestStamp = Long.MAX_VALUE;
        for (int i = 0; i < next.length; i++) {
            if (next[i] != Region.NONE && EntryDescriptor.stamp(region, next[i]) < oldestStamp) {
                oldest = i;
                oldestStamp = EntryDescriptor.stamp(region, next[i]);
            }
        }
        if (oldest < 0) {
            return false;
        }
        entry = next[oldest];
        next[oldest] = EntryDescriptor.lruPrevious(region, entry);
        return true;
    }

    /** Returns the entry. */
    int entry() {
        return entry;
    }

    /** Returns the address of the key. The region must stay reachable while it is used. */
    public long keyAddress() {
        return region.addressOf(EntryDescriptor.keyOffset(entry));
    }

    /** Returns the address of the value. The region must stay reachable while it is used. */
    public long valueAddress() {
        return region.addressOf(EntryDescriptor.valueOffset(region, entry));
    }

    /** Returns the lengths of key and value; see {@link EntryLengths}. */
    public long lengths() {
        return EntryLengths.of(
                EntryDescriptor.keyLength(region, entry),
                EntryDescriptor.valueLength(region, entry));
    }

    /** Returns the deadline in nanoseconds since the cache's birth, or none. */
    public long deadlineNs() {
        return EntryDescriptor.deadline(region, entry);
    }

    /** Returns whether hits renew the deadline. */
    public boolean isSliding() {
        return EntryDescriptor.isSliding(region, entry);
    }
}
