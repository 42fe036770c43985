// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.RemovalHandler;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.index.KeyedHash;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * What all segments of a cache share, but for their bounds in entries and their events; validated
 * by the cache's builder.
 *
 * @param layout how each segment's region is divided, the same for all but for the bound in
 *     entries.
 * @param hash the keyed hash.
 * @param promotionDistance in units of 1 / 65 536 of a list's length.
 * @param tickNs the wheel's tick.
 * @param defaultTtlNs the TTL of writes that name none, {@code Long.MAX_VALUE} for none.
 * @param idleNs the sliding TTL of writes that name none, 0 for none.
 * @param budget the entries that one write, or one duty cycle of a segment, reclaims at most.
 * @param rebalanceBudget the entries that one write, or one duty cycle of a segment, moves or
 *     evicts at most to bring a slab to another size class.
 * @param clock the clock.
 * @param birthNs what the clock said when the cache was built.
 * @param listener told of removals, or {@code null}.
 * @param errorHandler told of what the listener throws.
 * @param guard refuses calls from callbacks.
 * @param counters what readers count.
 * @param events a segment's own.
 */
public record SegmentConfig(
        SegmentLayout layout,
        KeyedHash hash,
        int promotionDistance,
        long tickNs,
        long defaultTtlNs,
        long idleNs,
        int budget,
        int rebalanceBudget,
        NanoClock clock,
        long birthNs,
        RemovalHandler listener,
        ErrorHandler errorHandler,
        ReentryGuard guard,
        ReadCounters counters,
        SegmentEvents events) {

    /** The same for one segment, with a bound in entries that is no higher than this one's. */
    public SegmentConfig ofSegment(int number, long maxEntries) {
        return new SegmentConfig(
                layout.bounded(maxEntries),
                hash,
                promotionDistance,
                tickNs,
                defaultTtlNs,
                idleNs,
                budget,
                rebalanceBudget,
                clock,
                birthNs,
                listener,
                errorHandler,
                guard,
                counters,
                events.ofSegment(number));
    }
}
