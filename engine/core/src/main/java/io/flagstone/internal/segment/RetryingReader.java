// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.FrequencySketch;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.IndexLookup;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import io.flagstone.internal.recency.PromotionDistance;
import io.flagstone.internal.slab.SlabVersions;
import java.lang.ref.Reference;

/**
 * Completes the reads that {@link OptimisticReader} leaves: those that writers have disturbed, hits
 * that have to be recorded as uses, entries that may have expired, and keys outside their two
 * buckets. Begins such a read again, without the lock at first. After {@link #ATTEMPTS} attempts it
 * takes the lock, so writers cannot starve it.
 *
 * <p>A large value is copied after the version has been checked, and validated by the version of
 * its slab; see {@link SlabVersions}. So writes to other keys do not disturb it.
 *
 * <p>The first read to find an entry expired also takes the lock; see {@link SegmentClock}.
 *
 * <p>A hit writes nothing unless the entry has fallen behind, by the promotion distance or in its
 * sliding deadline; then it needs the lock. At a distance of 0 it waits for the lock. If anything
 * was written meanwhile, it reads again under the lock, so that the value and the order of use
 * belong to the same moment. At any other distance it only tries to lock. If the lock is taken, the
 * missed promotion is counted and left to the next hit. For a sliding deadline that is long
 * overdue, a hit waits for the lock at any distance.
 *
 * <p>Thread-safe. Allocates nothing.
 */
final class RetryingReader {
    /** The number of attempts before a read takes the lock. */
    static final int ATTEMPTS = 8;

    /**
     * Renewal of sliding deadlines. A hit tries to lock and renew when 1/16 of the idle time has
     * passed since the last renewal. After 1/8 it waits for the lock.
     */
    static final int RENEWAL_SHIFT = 4;

    /**
     * The base of a destination that is the result itself: the eight bytes of the value at an
     * index. So one method serves both kinds of read.
     */
    static final Object AS_LONG = new Object();

    /** The deadline of an absent entry, which has always passed. */
    private static final long ABSENT = Long.MIN_VALUE;

    private static final int NOT_OUTSIDE = -1;

    private final Segment[] segments;
    private final int segmentBits;
    private final IndexLookup index;
    private final SlabVersions slabs;
    private final PromotionDistance distance;
    private final SegmentClock clock;
    private final ReentryGuard guard;
    private final ReadCounters counters;
    private final FrequencySketch sketch;
    private final boolean exact;
    private final long idleNs;
    private final Following following;
    private final long renewalNs;

    RetryingReader(Segment[] segments, SegmentConfig config, FrequencySketch sketch) {
        final EntryStore store = segments[0].store;
        this.segments = segments;
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
        this.index = store.index.lookup();
        this.slabs = store.entries.slabs.versions();
        this.distance = store.order.lists().distance();
        this.clock = store.clock;
        this.guard = config.calls().guard();
        this.counters = config.counters();
        this.sketch = sketch;
        this.exact = config.promotionDistance() == 0;
        this.idleNs = config.times().idleNs();
        this.following = config.times().following();
        this.renewalNs = exact ? 0 : idleNs >> RENEWAL_SHIFT;
    }

    /**
     * Reads a value.
     *
     * <p>This is one long method on purpose. HotSpot does not inline a method of more than 325
     * bytes of bytecode ({@code FreqInlineSize}) into a hot one. While a cache fills, many reads
     * come here. Inlined because of that time, this method would occupy the registers of the short
     * path for good.
     *
     * @param destinationBase the destination's array, {@code null}, or {@link #AS_LONG}.
     * @param destination the destination's offset or address; for {@code AS_LONG} the index of
     *     eight bytes of the value.
     * @param room the destination's length in bytes; for {@code AS_LONG} the result if the key is
     *     absent.
     * @return as {@link OptimisticReader#get} or {@link OptimisticReader#getLong}.
     */
    long read(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            long room) {
        final long threadId = enter();
        final Segment owner = segments[KeyedHash.segment(hash, segmentBits)];
        final Region region = owner.region;
        final int stripe = owner.stripes.of(KeyedHash.indexHash(hash));
        for (int i = 0; i < ATTEMPTS; i++) {
            final long seen = SegmentVersion.read(region, stripe);
            if (SegmentVersion.isOdd(seen)) {
                break;
            }
            final int entry = index.find(region, hash, keyBase, keyAddress, keyLength);
            final long deadline = deadline(region, entry);
            final long now = isTimed(deadline) ? clock.now(region) : 0;
            final boolean live = now < deadline;
            final int length = live ? EntryDescriptor.valueLength(region, entry) : 0;
            final boolean large = destinationBase != AS_LONG && ValueBytes.isLarge(length);
            final long slab = large ? slabVersion(region, entry) : 0;
            int outside = NOT_OUTSIDE;
            long result = destinationBase == AS_LONG ? room : Segment.NOT_FOUND;
            if (live && destinationBase == AS_LONG) {
                final int offset = EntryDescriptor.valueOffset(entry, keyLength);
                if (destination <= Math.min(length, region.capacity() - offset) - Long.BYTES) {
                    result = region.getLong(offset + (int) destination);
                } else {
                    outside = length;
                }
            } else if (live && !large) {
                result =
                        ValueBytes.copyOut(
                                region,
                                entry,
                                keyLength,
                                length,
                                destinationBase,
                                destination,
                                (int) room);
            }
            final boolean behind =
                    live
                            && (distance.isBehind(region, entry)
                                    || isLate(region, entry, deadline, now, renewalNs));
            if (!SegmentVersion.isCurrent(region, stripe, seen)) {
                counters.increment(ReadCounters.RETRIES, threadId);
                continue;
            }
            if (!live) {
                if (entry != Region.NONE && !hasExpired(region, stripe, seen, entry)) {
                    break;
                }
                counters.increment(ReadCounters.MISSES, threadId);
                Reference.reachabilityFence(region);
                return result;
            }
            if (behind) {
                final boolean waits = exact || isLate(region, entry, deadline, now, renewalNs << 1);
                if ((waits || !counters.skipsPromotion(threadId))
                        && !owner.useIfCurrent(seen, hash, entry, now, waits, threadId)) {
                    break;
                }
            }
            if (large) {
                // The entry is the key's. Copy only now, because writes to other keys do not matter
                // from here on. The length was read before, because freeing the chunk overwrites
                // it.
                result =
                        ValueBytes.copyOut(
                                region,
                                entry,
                                keyLength,
                                length,
                                destinationBase,
                                destination,
                                (int) room);
                if (!isSlabCurrent(region, entry, slab)) {
                    counters.increment(ReadCounters.RETRIES, threadId);
                    continue;
                }
            }
            if (sketch != null) {
                sketch.increment(region, KeyedHash.indexHash(hash));
            }
            counters.increment(ReadCounters.HITS, threadId);
            Reference.reachabilityFence(region);
            if (outside != NOT_OUTSIDE) {
                throw ValueBytes.outside((int) destination, outside);
            }
            return result;
        }
        return destinationBase == AS_LONG
                ? owner.getLong(hash, keyBase, keyAddress, keyLength, (int) destination, room)
                : owner.get(
                        hash,
                        keyBase,
                        keyAddress,
                        keyLength,
                        destinationBase,
                        destination,
                        (int) room);
    }

    /** Does what {@link OptimisticReader#remainingTtlNs} says. */
    long remainingTtlNs(long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        final Segment owner = segments[KeyedHash.segment(hash, segmentBits)];
        final Region region = owner.region;
        final int stripe = owner.stripes.of(KeyedHash.indexHash(hash));
        for (int i = 0; i < ATTEMPTS; i++) {
            final long seen = SegmentVersion.read(region, stripe);
            if (SegmentVersion.isOdd(seen)) {
                break;
            }
            final int entry = index.find(region, hash, keyBase, keyAddress, keyLength);
            final long deadline = deadline(region, entry);
            final long now = isTimed(deadline) ? clock.now(region) : 0;
            if (SegmentVersion.isCurrent(region, stripe, seen)) {
                if (now >= deadline
                        && entry != Region.NONE
                        && !hasExpired(region, stripe, seen, entry)) {
                    break;
                }
                Reference.reachabilityFence(region);
                return TimesToLive.remaining(deadline, now);
            }
            counters.increment(ReadCounters.RETRIES, threadId);
        }
        return owner.remainingTtlNs(hash, keyBase, keyAddress, keyLength);
    }

    /**
     * Copies a value without a use: does what {@link OptimisticReader#peek} says.
     *
     * @param destinationBase the destination's array or {@code null}.
     * @param destination the destination's offset or address.
     * @param room the destination's length in bytes.
     */
    int peek(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long threadId = enter();
        final Segment owner = segments[KeyedHash.segment(hash, segmentBits)];
        final Region region = owner.region;
        final int stripe = owner.stripes.of(KeyedHash.indexHash(hash));
        for (int i = 0; i < ATTEMPTS; i++) {
            final long seen = SegmentVersion.read(region, stripe);
            if (SegmentVersion.isOdd(seen)) {
                break;
            }
            final int entry = index.find(region, hash, keyBase, keyAddress, keyLength);
            final long deadline = deadline(region, entry);
            final long now = isTimed(deadline) ? clock.now(region) : 0;
            final boolean live = now < deadline;
            final int length = live ? EntryDescriptor.valueLength(region, entry) : 0;
            final boolean large = ValueBytes.isLarge(length);
            final long slab = large ? slabVersion(region, entry) : 0;
            int result = Segment.NOT_FOUND;
            if (live && !large) {
                result =
                        ValueBytes.copyOut(
                                region,
                                entry,
                                keyLength,
                                length,
                                destinationBase,
                                destination,
                                room);
            }
            if (!SegmentVersion.isCurrent(region, stripe, seen)) {
                counters.increment(ReadCounters.RETRIES, threadId);
                continue;
            }
            if (!live && entry != Region.NONE && !hasExpired(region, stripe, seen, entry)) {
                break;
            }
            if (large) {
                // As in read: only now is the entry known to be the key's.
                result =
                        ValueBytes.copyOut(
                                region,
                                entry,
                                keyLength,
                                length,
                                destinationBase,
                                destination,
                                room);
                if (!isSlabCurrent(region, entry, slab)) {
                    counters.increment(ReadCounters.RETRIES, threadId);
                    continue;
                }
            }
            Reference.reachabilityFence(region);
            return result;
        }
        return owner.peek(hash, keyBase, keyAddress, keyLength, destinationBase, destination, room);
    }

    /**
     * Returns the version of an entry's slab, with the segment's count of resets: a reset is the
     * only way to a version that the slab had before.
     */
    private long slabVersion(Region region, int entry) {
        return region.getLongOpaque(SegmentDescriptor.SEGMENT_RESETS) << Integer.SIZE
                | Integer.toUnsignedLong(slabs.read(region, entry));
    }

    /** Returns whether a large value that was copied was not written to meanwhile. */
    private boolean isSlabCurrent(Region region, int entry, long seen) {
        Region.loadFence();
        return !SlabVersions.isOdd((int) seen) && slabVersion(region, entry) == seen;
    }

    private long enter() {
        final long threadId = ThreadId.current();
        guard.check(threadId);
        return threadId;
    }

    private static long deadline(Region region, int entry) {
        return entry == Region.NONE ? ABSENT : EntryDescriptor.deadline(region, entry);
    }

    private static boolean isTimed(long deadlineNs) {
        return deadlineNs != EntryDescriptor.NO_DEADLINE && deadlineNs != ABSENT;
    }

    /**
     * Returns whether an entry has certainly expired: a holder of the lock has acted on a time at
     * or after the deadline, so that no thread can still find it alive. Reads the deadline again
     * because it may have been extended between the first read of the deadline and the read of the
     * clock.
     */
    private static boolean hasExpired(Region region, int stripe, long seen, int entry) {
        if (SegmentClock.latest(region) < EntryDescriptor.deadline(region, entry)) {
            return false;
        }
        // An updater makes the sequence number odd and then loads the time. Either the odd number
        // is seen here, or the updater sees a time at which the entry has expired.
        Region.fullFence();
        return SegmentVersion.isCurrent(region, stripe, seen);
    }

    private boolean isLate(Region region, int entry, long deadlineNs, long nowNs, long byNs) {
        return idleNs != 0
                && idleNs - (deadlineNs - nowNs) > byNs
                && EntryDescriptor.isSliding(region, entry)
                && !following.isOn();
    }
}
