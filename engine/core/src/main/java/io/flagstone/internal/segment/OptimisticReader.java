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
 * The reads that take no lock, of all segments of a cache: they look, copy, and then ask the
 * segment's version whether what they saw was there at one moment; see {@link SegmentVersion}.
 *
 * <p>Until that is known, nothing read is believed. References come from cells that only ever held
 * chunks of this region; a key is compared and a value copied only if it ends inside the region;
 * and every loop is bounded. So a read that meets a write sees garbage, at worst, and looks again.
 * After {@link #ATTEMPTS} of them it takes the lock, so no writer can starve it.
 *
 * <p>The first to find an entry expired takes the lock, too: see {@link SegmentClock}.
 *
 * <p>A hit is a use. It writes nothing unless the entry has fallen behind, by the promotion
 * distance or in its sliding deadline; then it needs the lock. At a distance of 0 it waits for it,
 * and reads again under it if anything was written meanwhile, so that value and order of use are
 * those of one moment. Otherwise it only tries: a promotion that does not get the lock is counted,
 * and left to the next hit. A sliding deadline that is long overdue is worth the wait at any
 * distance.
 *
 * <p>Segments are of one layout, so all that a read needs of its own is the region. Everything else
 * lies in this one object, and the way to the bucket, which a hit has to wait for, is as short as
 * it can be: the array of regions, the region, the bucket.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class OptimisticReader {
    /** How often a read looks before it takes the lock. */
    static final int ATTEMPTS = 8;

    /**
     * A hit renews a sliding deadline once a sixteenth of the idle time has passed since the last
     * renewal, if it gets the lock, and waits for the lock after an eighth.
     */
    static final int RENEWAL_SHIFT = 4;

    /** What was seen was not there at one moment; never the result of a read. */
    private static final int TORN = Integer.MIN_VALUE;

    /** The deadline of no entry, which has passed at any time. */
    private static final long ABSENT = Long.MIN_VALUE;

    /** The read starts again, under the lock; never the result of a read. */
    private static final int NEEDS_LOCK = TORN + 1;

    private static final int SETTLED = 0;

    /** An attempt saw no one moment, or needs the lock; never the result of a read. */
    static final int UNSETTLED = TORN + 2;

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

    /** The reads of these segments, which are of one layout. */
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
     * @param room how many bytes it has.
     * @return the value's length, {@link Segment#NOT_FOUND} or {@link
     *     Segment#INSUFFICIENT_CAPACITY}: in the last two cases the destination's bytes mean
     *     nothing.
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
     * Makes the one attempt of a batch's read at an entry, or none, that was found under a version.
     * Leaves a promotion that need not wait for the lock to the batch.
     *
     * @return as {@link #get}, or {@link #UNSETTLED}.
     */
    int getFound(
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
     * Reads eight bytes of a value.
     *
     * @param missing what to return if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there.
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

    /** The time, if a deadline is to be held against it, or one before all deadlines. */
    private long time(Region region, long deadlineNs) {
        return isTimed(deadlineNs) ? clock.now(region) : 0;
    }

    private static boolean isTimed(long deadlineNs) {
        return deadlineNs != EntryDescriptor.NO_DEADLINE && deadlineNs != ABSENT;
    }

    /**
     * Decides on a read: whether what it saw was there at one moment; then counts it, and uses what
     * it hit.
     *
     * @param deferred whether promotion is the caller's.
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

    /** Uses an entry that has fallen behind; false if the read starts again under the lock. */
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
     * Whether an entry found under a version has expired for sure: by a time that a holder of the
     * lock has acted on, so that none can find it alive any more. The deadline is read anew, since
     * it may have been put off between its being read and the clock's.
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

    /** Whether a key is present; neither counted nor a use. */
    public boolean contains(long hash, Object keyBase, long keyAddress, int keyLength) {
        return remainingTtlNs(hash, keyBase, keyAddress, keyLength) != Segment.NOT_FOUND;
    }

    /**
     * The time a key has left, {@link TimesToLive#NONE} or {@link Segment#NOT_FOUND}; not a use.
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

    /** The segment of a hash, for what needs its lock. */
    Segment owner(long hash) {
        return segments[segment(hash)];
    }
}
