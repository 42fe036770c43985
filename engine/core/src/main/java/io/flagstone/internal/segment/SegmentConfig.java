// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.RemovalHandler;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.index.KeyedHash;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * The configuration that all segments of a cache share, but for their bounds in entries and their
 * events. The cache's builder has validated it.
 *
 * @param layout how each segment's region is divided, the same for all but for the bound in
 *     entries.
 * @param hash the keyed hash.
 * @param promotionDistance in units of 1 / 65 536 of a list's length.
 * @param times the clock and the times to live.
 * @param budgets the limits of work that one operation does for others.
 * @param calls the callbacks.
 * @param counters the counters of readers.
 * @param events a segment's own.
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
     * @param tickNs the wheel's tick.
     * @param defaultTtlNs the time to live of writes that name none, {@code Long.MAX_VALUE} for
     *     none.
     * @param idleNs the sliding time to live of writes that name none, 0 for none.
     */
    public record Times(
            NanoClock clock, long birthNs, long tickNs, long defaultTtlNs, long idleNs) {}

    /**
     * The most entries that one write, or one duty cycle of a segment, works on for others.
     *
     * @param expiry expired entries that it reclaims.
     * @param rebalance entries that it moves or evicts to bring a slab to another size class.
     */
    public record Budgets(int expiry, int rebalance) {}

    /**
     * The callbacks.
     *
     * @param removalHandler is told of removals, or {@code null}.
     * @param errorHandler is told of exceptions of the removal handler.
     * @param guard refuses calls from callbacks.
     */
    public record Calls(
            RemovalHandler removalHandler, ErrorHandler errorHandler, ReentryGuard guard) {}

    /**
     * Returns the same for one segment, with a bound in entries that is no higher than this one's.
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
