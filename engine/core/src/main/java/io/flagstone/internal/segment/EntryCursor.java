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
 * <p>The segment must not be in use: the cursor takes no lock, and a change would mislead it. A
 * step compares the next entries of all lists that have one. Their stamps are kept here, so that it
 * touches one entry alone. Allocates nothing after construction.
 */
public final class EntryCursor {
    private final Region region;
    private final int[] next;
    private final long[] stamps;

    /** The lists that are not done, in their order, from index 0. */
    private int left;

    private int entry;

    EntryCursor(Region region, List<LruLists> lists, int classes) {
        this.region = region;
        this.next = new int[lists.size() * classes];
        this.stamps = new long[next.length];
        for (int i = 0; i < next.length; i++) {
            final int last = lists.get(i / classes).last(i % classes);
            if (last != Region.NONE) {
                next[left] = last;
                stamps[left] = EntryDescriptor.stamp(region, last);
                left++;
            }
        }
    }

    /**
     * Goes to the next entry.
     *
     * @return false if there is none.
     */
    public boolean advance() {
        if (left == 0) {
            return false;
        }
        int oldest = 0;
        for (int i = 1; i < left; i++) {
            if (stamps[i] < stamps[oldest]) {
                oldest = i;
            }
        }
        entry = next[oldest];
        final int following = EntryDescriptor.lruPrevious(region, entry);
        if (following == Region.NONE) {
            left--;
            System.arraycopy(next, oldest + 1, next, oldest, left - oldest);
            System.arraycopy(stamps, oldest + 1, stamps, oldest, left - oldest);
        } else {
            next[oldest] = following;
            stamps[oldest] = EntryDescriptor.stamp(region, following);
        }
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
