// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;

/**
 * Interprets a time to live: computes its deadline and decides whether hits renew it.
 *
 * <p>A write specifies a positive number of nanoseconds or one of three constants. {@link #DEFAULT}
 * is the cache's own time to live, which slides if the cache expires entries after their last
 * access.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class TimesToLive {
    /** No time to live. */
    public static final long NONE = EntryDescriptor.NO_DEADLINE;

    /** The time to live that the cache was built with. */
    public static final long DEFAULT = Long.MIN_VALUE;

    /** Keeps the deadline of a present key. An absent key gets {@link #DEFAULT}. */
    public static final long KEEP = DEFAULT + 1;

    /** Keeps the deadline of a present key, or renews it if it slides, as a use does. */
    static final long USE = DEFAULT + 2;

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
        if (ttlNs == USE) {
            return EntryDescriptor.isSliding(region, old)
                    ? renewed(nowNs)
                    : EntryDescriptor.deadline(region, old);
        }
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
        return ttlNs == USE || ttlNs == KEEP && old != Region.NONE
                ? EntryDescriptor.isSliding(region, old)
                : ttlNs <= KEEP && idleNs != 0;
    }

    /**
     * Returns whether a write leaves an entry that has no deadline without one, and its deadline as
     * little sliding as before.
     */
    boolean leavesUnlimited(int entry, long ttlNs) {
        return ttlNs == USE || ttlNs == KEEP || idleNs == 0 && resolve(ttlNs) == NONE;
    }

    /** Returns whether the cache renews deadlines. */
    boolean canSlide() {
        return idleNs != 0;
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
        return ttlNs > USE ? ttlNs : defaultNs;
    }

    /** Returns the deadline, or none if it would exceed the largest deadline. */
    private static long end(long ttlNs, long nowNs) {
        return ttlNs >= EntryDescriptor.NO_DEADLINE - nowNs
                ? EntryDescriptor.NO_DEADLINE
                : nowNs + ttlNs;
    }
}
