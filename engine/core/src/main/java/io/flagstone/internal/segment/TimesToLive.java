// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;

/**
 * The meaning of a time to live: when it ends, and whether hits renew it.
 *
 * <p>A write names a positive number of nanoseconds or one of three constants. {@link #DEFAULT} is
 * the cache's own time to live, which slides if the cache expires entries by their last access.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class TimesToLive {
    /** No time to live. */
    public static final long NONE = EntryDescriptor.NO_DEADLINE;

    /** The time to live that the cache was built with. */
    public static final long DEFAULT = Long.MIN_VALUE;

    /** The deadline of a key that is present stays. An absent key gets {@link #DEFAULT}. */
    public static final long KEEP = DEFAULT + 1;

    private final Region region;
    private final long defaultNs;
    private final long idleNs;

    TimesToLive(Region region, SegmentConfig config) {
        this.region = region;
        this.idleNs = config.times().idleNs();
        this.defaultNs = idleNs != 0 ? idleNs : config.times().defaultTtlNs();
    }

    /** Returns whether a time to live has an end, so that a write needs the time. */
    boolean isLimited(long ttlNs) {
        return resolve(ttlNs) != NONE;
    }

    /**
     * Returns the deadline of a value that is written now.
     *
     * @param old the key's present entry, or none.
     */
    long deadline(int old, long ttlNs, long nowNs) {
        return ttlNs == KEEP && old != Region.NONE
                ? EntryDescriptor.deadline(region, old)
                : end(resolve(ttlNs), nowNs);
    }

    /**
     * Returns whether hits renew the deadline of a value that is written now.
     *
     * @param old the key's present entry, or none.
     */
    boolean isSliding(int old, long ttlNs) {
        return ttlNs == KEEP && old != Region.NONE
                ? EntryDescriptor.isSliding(region, old)
                : ttlNs <= KEEP && idleNs != 0;
    }

    /** Returns the deadline that a hit gives to an entry whose deadline slides. */
    long renewed(long nowNs) {
        return end(idleNs, nowNs);
    }

    /**
     * Returns the time until a deadline.
     *
     * @return nanoseconds, {@link #NONE}, or {@link Segment#NOT_FOUND} if it has passed.
     */
    static long remaining(long deadlineNs, long nowNs) {
        if (nowNs >= deadlineNs) {
            return Segment.NOT_FOUND;
        }
        return deadlineNs == EntryDescriptor.NO_DEADLINE ? NONE : deadlineNs - nowNs;
    }

    private long resolve(long ttlNs) {
        return ttlNs > KEEP ? ttlNs : defaultNs;
    }

    /** A time to live beyond the largest deadline never ends. */
    private static long end(long ttlNs, long nowNs) {
        return ttlNs >= EntryDescriptor.NO_DEADLINE - nowNs
                ? EntryDescriptor.NO_DEADLINE
                : nowNs + ttlNs;
    }
}
