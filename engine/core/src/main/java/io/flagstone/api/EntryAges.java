// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells how old the entries of a file are, as counts in ranges of fixed limits.
 *
 * @param timesLeft the entries by the time to their deadline, in nanoseconds. The first range has
 *     those that have expired. Entries without a deadline are in none.
 * @param sinceUse the entries by their last use: how many insertions into the segment came after
 *     it; with a promotion distance of 0, how many insertions and uses. A cache notes a use of an
 *     entry only if enough insertions came since the last one.
 */
public record EntryAges(List<Range> timesLeft, List<Range> sinceUse) {
    /**
     * A number of entries.
     *
     * @param limit the end of the range, which is not part of it; it begins at the limit of the
     *     range before. {@link Long#MAX_VALUE} in the last range.
     * @param entries the entries in the range.
     */
    public record Range(long limit, long entries) {}

    /**
     * Copies the collections.
     *
     * @param timesLeft the entries by the time to their deadline.
     * @param sinceUse the entries by their last use.
     */
    public EntryAges {
        timesLeft = List.copyOf(timesLeft);
        sinceUse = List.copyOf(sinceUse);
    }

    /**
     * Adds the counts of other entries.
     *
     * @param other the ages of other entries, with the same ranges.
     * @return the sums.
     */
    public EntryAges plus(EntryAges other) {
        return new EntryAges(sums(timesLeft, other.timesLeft), sums(sinceUse, other.sinceUse));
    }

    private static List<Range> sums(List<Range> some, List<Range> others) {
        final List<Range> sums = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            final Range range = some.get(i);
            sums.add(new Range(range.limit, range.entries + others.get(i).entries));
        }
        return sums;
    }
}
