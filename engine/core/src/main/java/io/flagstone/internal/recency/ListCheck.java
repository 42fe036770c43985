// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import static io.flagstone.internal.recency.RecencyDescriptor.HEAD;
import static io.flagstone.internal.recency.RecencyDescriptor.TAIL;
import static io.flagstone.internal.recency.RecencyDescriptor.TAIL_STAMP;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.MultisetHash;
import io.flagstone.internal.memory.Region;

/**
 * Checks that {@link LruLists} link exactly the entries that it is given, in any order, and follows
 * no link: the pairs (entry, next) must be the pairs (previous, entry); see {@link MultisetHash}.
 *
 * <p>It checks less than {@link LruLists#audit}: stamps may rise from one entry to the next, and
 * entries that somebody has linked to a ring of their own are not found. Both are harmless to
 * memory, and no accident leads to the second.
 */
public final class ListCheck {
    private final Region region;
    private final LruLists lists;
    private final long clock;
    private final int[] sizes;
    private final int[] heads;
    private final int[] tails;
    private long forward;
    private long backward;
    private boolean possible = true;

    /**
     * Begins a check.
     *
     * @param classes the number of lists.
     * @param clock the recency clock.
     */
    public ListCheck(LruLists lists, int classes, long clock) {
        this.region = lists.region();
        this.lists = lists;
        this.clock = clock;
        this.sizes = new int[classes];
        this.heads = new int[classes];
        this.tails = new int[classes];
    }

    /** Adds an entry of a class. */
    public void add(int entry, int sizeClass) {
        final int previous = EntryDescriptor.lruPrevious(region, entry);
        final int next = EntryDescriptor.lruNext(region, entry);
        final long list = (long) sizeClass << Integer.SIZE;
        sizes[sizeClass]++;
        if (next == Region.NONE) {
            possible &= tails[sizeClass] == Region.NONE;
            tails[sizeClass] = entry;
        } else {
            forward += MultisetHash.of(list | entry, next);
        }
        if (previous == Region.NONE) {
            possible &= heads[sizeClass] == Region.NONE;
            heads[sizeClass] = entry;
        } else {
            backward += MultisetHash.of(list | previous, entry);
        }
        possible &=
                EntryDescriptor.stamp(region, entry) <= clock
                        && !EntryDescriptor.inWindow(region, entry);
    }

    /** Returns whether the lists are those of the entries. */
    public boolean holds() {
        boolean holds = possible && forward == backward;
        int marked = lists.nextNonempty(0);
        for (int sizeClass = 0; holds && sizeClass < sizes.length; sizeClass++) {
            final int list = lists.list(sizeClass);
            final boolean isMarked = marked == sizeClass;
            holds =
                    lists.size(sizeClass) == sizes[sizeClass]
                            && isMarked == sizes[sizeClass] > 0
                            && region.getInt(list + HEAD) == heads[sizeClass]
                            && region.getInt(list + TAIL) == tails[sizeClass]
                            && (!isMarked || hasTailStamp(list, tails[sizeClass]));
            marked = isMarked ? lists.nextNonempty(sizeClass + 1) : marked;
        }
        // A mark of a list that does not exist would lead a write out of the lists.
        return holds && marked < 0;
    }

    private boolean hasTailStamp(int list, int tail) {
        return tail != Region.NONE
                && region.getLong(list + TAIL_STAMP) == EntryDescriptor.stamp(region, tail);
    }
}
