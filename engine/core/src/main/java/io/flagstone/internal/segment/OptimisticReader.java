// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.admission.FrequencySketch;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.IndexLookup;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import io.flagstone.internal.recency.PromotionDistance;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Reads all segments of a cache without a lock. A read looks up the key, copies the value, and then
 * checks against the segment's version that it saw one consistent state; see {@link
 * SegmentVersion}.
 *
 * <p>Until that check, a read trusts nothing it has read. References come from cells that have only
 * ever held chunks of this region. A key is compared and a value copied only if it ends inside the
 * region. Every loop is bounded. So the worst result of a concurrent write is garbage, and the read
 * is repeated. After {@link #ATTEMPTS} attempts it takes the lock, so writers cannot starve it.
 *
 * <p>The first read to find an entry expired also takes the lock; see {@link SegmentClock}.
 *
 * <p>A hit is a use. It writes nothing unless the entry has fallen behind, by the promotion
 * distance or in its sliding deadline; then it needs the lock. At a distance of 0 it waits for the
 * lock. If anything was written meanwhile, it reads again under the lock, so that the value and the
 * order of use belong to the same moment. At any other distance it only tries to lock. If the lock
 * is taken, the missed promotion is counted and left to the next hit. For a sliding deadline that
 * is long overdue, a hit waits for the lock at any distance.
 *
 * <p>All segments have the same layout, so a read needs only the region of its segment. Everything
 * else is in this one object, and a hit reaches the bucket by the shortest path: the array of
 * regions, the region, the bucket.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class OptimisticReader {
    /** The number of attempts before a read takes the lock. */
    static final int ATTEMPTS = 8;

    /**
     * Renewal of sliding deadlines. A hit tries to lock and renew when 1/16 of the idle time has
     * passed since the last renewal. After 1/8 it waits for the lock.
     */
    static final int RENEWAL_SHIFT = 4;

    /** The attempt did not see one consistent state. Never the result of a read. */
    private static final int TORN = Integer.MIN_VALUE;

    /** The deadline of an absent entry, which has always passed. */
    private static final long ABSENT = Long.MIN_VALUE;

    /** The read must be repeated under the lock. Never the result of a read. */
    private static final int NEEDS_LOCK = TORN + 1;

    private static final int SETTLED = 0;

    /** The attempt was torn or needs the lock. Never the result of a read. */
    public static final int UNSETTLED = TORN + 2;

    private final Segment[] segments;
    private final int segmentBits;
    private final Region[] regions;
    private final IndexLookup index;
    private final PromotionDistance distance;
    private final SegmentClock clock;
    private final ReentryGuard guard;
    private final ReadCounters counters;
    private final FrequencySketch sketch;
    private final boolean exact;
    private final long idleNs;
    private final long renewalNs;

    /** Creates a reader of these segments, which have the same layout. */
    public OptimisticReader(Segment[] segments, SegmentConfig config) {
        final EntryStore store = segments[0].store;
        this.segments = segments;
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
        this.regions = Arrays.stream(segments).map(s -> s.region).toArray(Region[]::new);
        this.index = store.index.lookup();
        this.distance = store.order.lists().distance();
        this.clock = store.clock;
        this.guard = config.calls().guard();
        this.counters = config.counters();
        final AdmissionFilter filter = store.order.filter();
        this.sketch = filter == null ? null : filter.sketch();
        this.exact = config.promotionDistance() == 0;
        this.idleNs = config.times().idleNs();
        this.renewalNs = exact ? 0 : idleNs >> RENEWAL_SHIFT;
    }

    /**
     * Copies a value out. A hit is a use.
     *
     * @param hash the key's hash.
     * @param destinationBase the destination's array or {@code null}.
     * @param destination the destination's offset or address.
     * @param room the destination's length in bytes.
     * @return the value's length, {@link Segment#NOT_FOUND} or {@link
     *     Segment#INSUFFICIENT_CAPACITY}. In the last two cases the content of the destination is
     *     undefined.
     */
    public int get(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long threadId = enter();
        final Region region = region(hash);
        for (int i = 0; i < ATTEMPTS; i++) {
            final long seen = SegmentVersion.read(region);
            if (SegmentVersion.isOdd(seen)) {
                break;
            }
            final int entry = index.find(region, hash, keyBase, keyAddress, keyLength);
            final long deadline = deadline(region, entry);
            final long now = time(region, deadline);
            final int length =
                    now < deadline
                            ? ValueBytes.copyOut(
                                    region, entry, keyLength, destinationBase, destination, room)
                            : Segment.NOT_FOUND;
            final int outcome = settle(region, hash, seen, entry, deadline, now, false, threadId);
            Reference.reachabilityFence(region);
            if (outcome == SETTLED) {
                return length;
            }
            if (outcome == NEEDS_LOCK) {
                break;
            }
        }
        return owner(hash)
                .get(hash, keyBase, keyAddress, keyLength, destinationBase, destination, room);
    }

    /**
     * Makes the single attempt of a batch to read an entry, or none, that was found under a
     * version. Leaves a promotion that need not wait for the lock to the batch.
     *
     * @return as {@link #get}, or {@link #UNSETTLED}.
     */
    public int getFound(
            long seen,
            int entry,
            long hash,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        if (SegmentVersion.isOdd(seen)) {
            return UNSETTLED;
        }
        final long threadId = enter();
        final Region region = region(hash);
        final long deadline = deadline(region, entry);
        final long now = time(region, deadline);
        final int length =
                now < deadline
                        ? ValueBytes.copyOut(
                                region, entry, keyLength, destinationBase, destination, room)
                        : Segment.NOT_FOUND;
        final int outcome = settle(region, hash, seen, entry, deadline, now, !exact, threadId);
        Reference.reachabilityFence(region);
        return outcome == SETTLED ? length : UNSETTLED;
    }

    /**
     * Returns the {@code long} at an index of a value. A hit is a use.
     *
     * @param missing the result if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index.
     */
    public long getLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long missing) {
        final long threadId = enter();
        final Region region = region(hash);
        for (int i = 0; i < ATTEMPTS; i++) {
            final long seen = SegmentVersion.read(region);
            if (SegmentVersion.isOdd(seen)) {
                break;
            }
            final int entry = index.find(region, hash, keyBase, keyAddress, keyLength);
            final long deadline = deadline(region, entry);
            final long now = time(region, deadline);
            final boolean live = now < deadline;
            final int length = live ? EntryDescriptor.valueLength(region, entry) : 0;
            final int offset = EntryDescriptor.valueOffset(entry, keyLength);
            final boolean inside =
                    valueIndex <= Math.min(length, region.capacity() - offset) - Long.BYTES;
            final long value = inside ? region.getLong(offset + valueIndex) : missing;
            final int outcome = settle(region, hash, seen, entry, deadline, now, false, threadId);
            Reference.reachabilityFence(region);
            if (outcome == NEEDS_LOCK) {
                break;
            }
            if (outcome == SETTLED) {
                if (live && !inside) {
                    throw ValueBytes.outside(valueIndex, length);
                }
                return value;
            }
        }
        return owner(hash).getLong(hash, keyBase, keyAddress, keyLength, valueIndex, missing);
    }

    private long enter() {
        final long threadId = ThreadId.current();
        guard.check(threadId);
        return threadId;
    }

    private static long deadline(Region region, int entry) {
        return entry == Region.NONE ? ABSENT : EntryDescriptor.deadline(region, entry);
    }

    /** Returns the current time if the entry has a deadline, otherwise 0. */
    private long time(Region region, long deadlineNs) {
        return isTimed(deadlineNs) ? clock.now(region) : 0;
    }

    private static boolean isTimed(long deadlineNs) {
        return deadlineNs != EntryDescriptor.NO_DEADLINE && deadlineNs != ABSENT;
    }

    /**
     * Validates a read. If it saw one consistent state, counts the hit or miss and records the use.
     *
     * @param deferred whether the caller promotes the entry later.
     * @return {@link #SETTLED}, {@link #TORN} or {@link #NEEDS_LOCK}.
     */
    private int settle(
            Region region,
            long hash,
            long seen,
            int entry,
            long deadlineNs,
            long nowNs,
            boolean deferred,
            long threadId) {
        final boolean live = nowNs < deadlineNs;
        final boolean behind =
                live
                        && (!deferred && distance.isBehind(region, entry)
                                || isLate(region, entry, deadlineNs, nowNs, renewalNs));
        if (!SegmentVersion.isCurrent(region, seen)) {
            counters.increment(ReadCounters.RETRIES, threadId);
            return TORN;
        }
        if (!live) {
            if (entry != Region.NONE && !hasExpired(region, seen, entry)) {
                return NEEDS_LOCK;
            }
            counters.increment(ReadCounters.MISSES, threadId);
            return SETTLED;
        }
        if (behind && !use(region, hash, seen, entry, deadlineNs, nowNs, threadId)) {
            return NEEDS_LOCK;
        }
        if (sketch != null) {
            sketch.increment(region, KeyedHash.indexHash(hash));
        }
        counters.increment(ReadCounters.HITS, threadId);
        return SETTLED;
    }

    /**
     * Records the use of an entry that has fallen behind.
     *
     * @return false if the read must be repeated under the lock.
     */
    private boolean use(
            Region region,
            long hash,
            long seen,
            int entry,
            long deadlineNs,
            long nowNs,
            long threadId) {
        final boolean waits = exact || isLate(region, entry, deadlineNs, nowNs, renewalNs << 1);
        return !waits && counters.skipsPromotion(threadId)
                || owner(hash).useIfCurrent(seen, entry, nowNs, waits, threadId);
    }

    /**
     * Returns whether an entry found under a version has certainly expired: a holder of the lock
     * has acted on a time at or after the deadline, so that no thread can still find it alive.
     * Reads the deadline again because it may have been extended between the first read of the
     * deadline and the read of the clock.
     */
    private static boolean hasExpired(Region region, long seen, int entry) {
        return SegmentClock.latest(region) >= EntryDescriptor.deadline(region, entry)
                && SegmentVersion.isCurrent(region, seen);
    }

    private boolean isLate(Region region, int entry, long deadlineNs, long nowNs, long byNs) {
        return idleNs != 0
                && idleNs - (deadlineNs - nowNs) > byNs
                && EntryDescriptor.isSliding(region, entry);
    }

    /** Returns whether a key is present. Counts nothing and is not a use. */
    public boolean contains(long hash, Object keyBase, long keyAddress, int keyLength) {
        return remainingTtlNs(hash, keyBase, keyAddress, keyLength) != Segment.NOT_FOUND;
    }

    /**
     * Returns the remaining time to live of a key, {@link TimesToLive#NONE} or {@link
     * Segment#NOT_FOUND}. This is not a use.
     */
    public long remainingTtlNs(long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        final Region region = region(hash);
        for (int i = 0; i < ATTEMPTS; i++) {
            final long seen = SegmentVersion.read(region);
            if (SegmentVersion.isOdd(seen)) {
                break;
            }
            final int entry = index.find(region, hash, keyBase, keyAddress, keyLength);
            final long deadline = deadline(region, entry);
            final long now = time(region, deadline);
            if (SegmentVersion.isCurrent(region, seen)) {
                if (now >= deadline && entry != Region.NONE && !hasExpired(region, seen, entry)) {
                    break;
                }
                Reference.reachabilityFence(region);
                return TimesToLive.remaining(deadline, now);
            }
            counters.increment(ReadCounters.RETRIES, threadId);
        }
        return owner(hash).remainingTtlNs(hash, keyBase, keyAddress, keyLength);
    }

    private int segment(long hash) {
        return KeyedHash.segment(hash, segmentBits);
    }

    Region region(long hash) {
        return regions[segment(hash)];
    }

    /** Returns the segment of a hash, for operations that need its lock. */
    Segment owner(long hash) {
        return segments[segment(hash)];
    }
}
