// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.RemovalHandler;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.feed.ChangeRing;
import io.flagstone.internal.index.KeyedHash;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * The configuration that all segments of a cache share, except for their bounds in entries and
 * their events. The cache's builder has validated it.
 *
 * @param layout the division of each segment's region, the same for all except for the bound in
 *     entries.
 * @param hash the keyed hash.
 * @param promotionDistance in units of 1 / 65 536 of a list's length.
 * @param times the clock and the times to live.
 * @param budgets the limits of the maintenance work in one operation.
 * @param calls the callbacks and the feed.
 * @param counters the counters of readers.
 * @param events the segment's own events.
 */
public record SegmentConfig(
        SegmentLayout layout,
        KeyedHash hash,
        int promotionDistance,
        Times times,
        Budgets budgets,
        Calls calls,
        ReadCounters counters,
        SegmentEvents events) {

    /**
     * The clock and the times to live.
     *
     * @param clock the clock.
     * @param birthNs the clock's time when the cache was built.
     * @param tickNs the tick of the timing wheel.
     * @param defaultTtlNs the time to live of writes that specify none; {@code Long.MAX_VALUE} for
     *     none.
     * @param idleNs the sliding time to live of writes that specify none; 0 for none.
     * @param following turns expiry and renewal off while the cache follows another.
     */
    public record Times(
            NanoClock clock,
            long birthNs,
            long tickNs,
            long defaultTtlNs,
            long idleNs,
            Following following) {

        /** Creates the times of a cache that follows no other. */
        public Times(NanoClock clock, long birthNs, long tickNs, long defaultTtlNs, long idleNs) {
            this(clock, birthNs, tickNs, defaultTtlNs, idleNs, new Following(false));
        }
    }

    /**
     * The largest numbers of entries on which one write, or one duty cycle of a segment, does
     * maintenance.
     *
     * @param expiry the expired entries that it reclaims.
     * @param rebalance the entries that it moves or evicts to bring a slab to another size class.
     */
    public record Budgets(int expiry, int rebalance) {}

    /**
     * The callbacks and the feed, which are told of changes.
     *
     * @param removalHandler called for removals, or {@code null}.
     * @param errorHandler called for exceptions of the removal handler and for resets.
     * @param guard refuses calls from callbacks.
     * @param feed takes every change, or {@code null}.
     */
    public record Calls(
            RemovalHandler removalHandler,
            ErrorHandler errorHandler,
            ReentryGuard guard,
            ChangeRing feed) {}

    /**
     * Returns whether values are written without the segment's lock. A removal handler is called
     * for each replaced value, under the lock. In exact order a write and its place in the order of
     * use belong to the same moment, for which the lock is needed too.
     */
    boolean writesUnderStripes() {
        return calls.removalHandler() == null && promotionDistance != 0;
    }

    /**
     * Returns the configuration of one segment. Its bound in entries is the lower of the two
     * bounds.
     */
    public SegmentConfig ofSegment(int number, long maxEntries) {
        return new SegmentConfig(
                layout.bounded(maxEntries),
                hash,
                promotionDistance,
                times,
                budgets,
                calls,
                counters,
                events.ofSegment(number));
    }
}
