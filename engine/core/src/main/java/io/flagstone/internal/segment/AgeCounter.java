// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.EntryAges;
import io.flagstone.api.EntryAges.Range;
import io.flagstone.internal.entry.EntryDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Counts entries by the time to their deadline and by their last use.
 *
 * <p>Not thread-safe.
 */
public final class AgeCounter {
    private static final long NO_DEADLINE = EntryDescriptor.NO_DEADLINE;

    private static final long[] TIMES_LEFT = {
        1,
        TimeUnit.SECONDS.toNanos(1),
        TimeUnit.MINUTES.toNanos(1),
        TimeUnit.HOURS.toNanos(1),
        TimeUnit.DAYS.toNanos(1),
        Long.MAX_VALUE
    };
    private static final long[] SINCE_USE = {
        1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, Long.MAX_VALUE
    };

    private final long nowNs;
    private final long[] timesLeft = new long[TIMES_LEFT.length];
    private final long[] sinceUse = new long[SINCE_USE.length];
    private long withDeadline;

    /** Creates a counter that compares deadlines with a time. */
    public AgeCounter(long nowNs) {
        this.nowNs = nowNs;
    }

    /**
     * Counts an entry.
     *
     * @param deadlineNs the deadline; the greatest number if there is none.
     * @param insertions the insertions since its last use.
     */
    public void add(long deadlineNs, long insertions) {
        if (deadlineNs != NO_DEADLINE) {
            withDeadline++;
            timesLeft[range(TIMES_LEFT, deadlineNs <= nowNs ? 0 : left(deadlineNs))]++;
        }
        sinceUse[range(SINCE_USE, insertions)]++;
    }

    /** Returns the time left, at most the greatest that there is. */
    private long left(long deadlineNs) {
        final long left = deadlineNs - nowNs;
        return left < 0 ? Long.MAX_VALUE : left;
    }

    private static int range(long[] limits, long value) {
        int range = 0;
        while (range < limits.length - 1 && value >= limits[range]) {
            range++;
        }
        return range;
    }

    /** Returns the number of entries with a deadline. */
    public long withDeadline() {
        return withDeadline;
    }

    /** Returns the number of entries whose deadline has passed. */
    public long expired() {
        return timesLeft[0];
    }

    /** Returns the counts. */
    public EntryAges ages() {
        return new EntryAges(ranges(TIMES_LEFT, timesLeft), ranges(SINCE_USE, sinceUse));
    }

    private static List<Range> ranges(long[] limits, long[] counts) {
        final List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < limits.length; i++) {
            ranges.add(new Range(limits[i], counts[i]));
        }
        return ranges;
    }
}
