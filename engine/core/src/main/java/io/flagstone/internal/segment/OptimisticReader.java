// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.admission.FrequencySketch;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.IndexLookup;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;
import io.flagstone.internal.memory.ThreadId;
import io.flagstone.internal.recency.PromotionDistance;
import io.flagstone.internal.stripe.StripeMap;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Reads all segments of a cache without a lock. A read looks up the key, copies the value, and then
 * checks that it saw one consistent state: the segment's version has not changed, so the entry is
 * the key's, and neither has the sequence number of the key's stripe, so the value is whole. See
 * {@link SegmentVersion}. A hit is a use.
 *
 * <p>This class makes one attempt, by address, of the kind that nearly every read is: the key is in
 * one of its two buckets or absent, the value is not large, no writer is at work, and there is
 * nothing to record but the count. Anything else begins again in {@link RetryingReader}. The short
 * path then contains nothing that it does not need, and stays short whatever has happened before;
 * docs/design-decisions.md has the figures.
 *
 * <pre>
 *   region's address -> version and sequence -> bucket -> entry -> copy of the value -> settle
 * </pre>
 *
 * <p>Until {@link #settle}, a read trusts nothing it has read. References come from cells that have
 * only ever held chunks of this region, and every chunk has room for a header and a key of eight
 * bytes. A longer key is compared, and a value copied, only if it ends inside the region. Every
 * loop is bounded. So the worst result of a concurrent write is garbage, and the read is repeated.
 *
 * <p>{@code settle} is the only place that decides whether an attempt counts. It reads what it has
 * to know about the entry, then checks both numbers, then acts. The time comes after them: if the
 * entry is alive at a later time, it was alive when the value was read.
 *
 * <p>All segments have the same layout, so a read needs only the address of its segment's region.
 * Everything else is in this one object, and a hit reaches the bucket by the shortest path: the
 * array of addresses, then the bucket.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class OptimisticReader {
    /** The attempt has to be repeated. Never the result of a read. */
    public static final int UNSETTLED = Integer.MIN_VALUE;

    private final RetryingReader retrying;
    private final Segment[] segments;
    private final int segmentBits;
    private final Regions regions;
    private final int capacity;
    private final IndexLookup index;
    private final StripeMap stripes;
    private final PromotionDistance distance;
    private final SegmentClock clock;
    private final ReentryGuard guard;
    private final ReadCounters counters;
    private final FrequencySketch sketch;
    private final boolean exact;
    private final long idleNs;
    private final Following following;
    private final long renewalNs;

    /** Creates a reader of these segments, which have the same layout. */
    public OptimisticReader(Segment[] segments, SegmentConfig config) {
        final EntryStore store = segments[0].store;
        final AdmissionFilter filter = store.order.filter();
        this.segments = segments;
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
        this.regions =
                new Regions(Arrays.stream(segments).map(s -> s.region).toArray(Region[]::new));
        this.capacity = regions.capacity();
        this.index = store.index.lookup();
        this.stripes = store.stripes.map();
        this.distance = store.order.lists().distance();
        this.clock = store.clock;
        this.guard = config.calls().guard();
        this.counters = config.counters();
        this.sketch = filter == null ? null : filter.sketch();
        this.retrying = new RetryingReader(segments, config, sketch);
        this.exact = config.promotionDistance() == 0;
        this.idleNs = config.times().idleNs();
        this.following = config.times().following();
        this.renewalNs = idleNs >> RetryingReader.RENEWAL_SHIFT;
    }

    /**
     * Copies the value of a {@code long} key out.
     *
     * @param hash the key's hash.
     * @param destinationBase the destination's array or {@code null}.
     * @param destination the destination's offset or address.
     * @param room the destination's length in bytes.
     * @return the value's length, {@link Segment#NOT_FOUND} or {@link
     *     Segment#INSUFFICIENT_CAPACITY}. In the last two cases the content of the destination is
     *     undefined.
     */
    public int get(long hash, long key, Object destinationBase, long destination, int room) {
        final long region = address(hash);
        final long stripe = region + stripes.of(KeyedHash.indexHash(hash));
        final long seen = SegmentVersion.peek(region, stripe);
        if (canBeShort(seen)) {
            final int entry = index.find(region, hash, key);
            final int length =
                    copyOut(region, entry, Long.BYTES, destinationBase, destination, room);
            if (length != UNSETTLED && settle(region, stripe, seen, entry, hash, false)) {
                Reference.reachabilityFence(this);
                return length;
            }
        }
        return (int)
                retrying.read(
                        hash,
                        EntryDescriptor.LONG_KEY,
                        key,
                        Long.BYTES,
                        destinationBase,
                        destination,
                        room);
    }

    /** Copies the value of a key of bytes out, like {@link #get(long, long, Object, long, int)}. */
    public int get(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long region = address(hash);
        final long stripe = region + stripes.of(KeyedHash.indexHash(hash));
        final long seen = SegmentVersion.peek(region, stripe);
        if (canBeShort(seen)) {
            final int entry = index.find(region, capacity, hash, keyBase, keyAddress, keyLength);
            final int length =
                    copyOut(region, entry, keyLength, destinationBase, destination, room);
            if (length != UNSETTLED && settle(region, stripe, seen, entry, hash, false)) {
                Reference.reachabilityFence(this);
                return length;
            }
        }
        return (int)
                retrying.read(
                        hash, keyBase, keyAddress, keyLength, destinationBase, destination, room);
    }

    /**
     * Makes the single attempt of a batch to read an entry, or none. Leaves a promotion to the
     * batch.
     *
     * @param seen what {@link #seen} returned before the entry was found.
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
        if (!canBeShort(seen)) {
            return UNSETTLED;
        }
        final long region = address(hash);
        final int length = copyOut(region, entry, keyLength, destinationBase, destination, room);
        final long stripe = region + stripes.of(KeyedHash.indexHash(hash));
        final boolean settled =
                length != UNSETTLED && settle(region, stripe, seen, entry, hash, true);
        Reference.reachabilityFence(this);
        return settled ? length : UNSETTLED;
    }

    /**
     * Returns the {@code long} at an index of the value of a {@code long} key.
     *
     * @param missing the result if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index.
     */
    public long getLong(long hash, long key, int valueIndex, long missing) {
        final long region = address(hash);
        final long stripe = region + stripes.of(KeyedHash.indexHash(hash));
        final long seen = SegmentVersion.peek(region, stripe);
        if (canBeShort(seen)) {
            final int entry = index.find(region, hash, key);
            if (entry <= Region.NONE || isInside(region, entry, Long.BYTES, valueIndex)) {
                final long value = valueLong(region, entry, Long.BYTES, valueIndex, missing);
                if (settle(region, stripe, seen, entry, hash, false)) {
                    Reference.reachabilityFence(this);
                    return value;
                }
            }
        }
        return retrying.read(
                hash,
                EntryDescriptor.LONG_KEY,
                key,
                Long.BYTES,
                RetryingReader.AS_LONG,
                valueIndex,
                missing);
    }

    /** Does the same for a key of bytes. */
    public long getLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long missing) {
        final long region = address(hash);
        final long stripe = region + stripes.of(KeyedHash.indexHash(hash));
        final long seen = SegmentVersion.peek(region, stripe);
        if (canBeShort(seen)) {
            final int entry = index.find(region, capacity, hash, keyBase, keyAddress, keyLength);
            if (entry <= Region.NONE || isInside(region, entry, keyLength, valueIndex)) {
                final long value = valueLong(region, entry, keyLength, valueIndex, missing);
                if (settle(region, stripe, seen, entry, hash, false)) {
                    Reference.reachabilityFence(this);
                    return value;
                }
            }
        }
        return retrying.read(
                hash, keyBase, keyAddress, keyLength, RetryingReader.AS_LONG, valueIndex, missing);
    }

    /**
     * Copies the value of a key out. Counts nothing and is not a use: it leaves the order of use,
     * the deadlines and the admission filter as they are.
     *
     * @return as {@link #get}.
     */
    public int peek(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        return retrying.peek(
                hash, keyBase, keyAddress, keyLength, destinationBase, destination, room);
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
        return retrying.remainingTtlNs(hash, keyBase, keyAddress, keyLength);
    }

    /**
     * Returns whether to make the short attempt. In exact order nearly every hit has to be recorded
     * under the lock, and the attempt would be in vain.
     */
    private boolean canBeShort(long seen) {
        return !exact && !SegmentVersion.isOdd(seen);
    }

    /** Copies the value of an entry that was found, or may be torn, or is none. */
    private int copyOut(
            long region,
            int entry,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        return entry <= Region.NONE
                ? Segment.NOT_FOUND
                : ValueBytes.copyOut(
                        region, capacity, entry, keyLength, destinationBase, destination, room);
    }

    private boolean isInside(long region, int entry, int keyLength, int valueIndex) {
        final int offset = EntryDescriptor.valueOffset(entry, keyLength);
        final int length = EntryDescriptor.valueLength(region + entry);
        return valueIndex <= Math.min(length, capacity - offset) - Long.BYTES;
    }

    private long valueLong(long region, int entry, int keyLength, int valueIndex, long missing) {
        return entry <= Region.NONE
                ? missing
                : Regions.getLong(
                        region + entry + EntryDescriptor.valueOffset(0, keyLength) + valueIndex);
    }

    /**
     * Validates an attempt and counts the hit or miss.
     *
     * @param region the address of the region.
     * @param stripe the address of the key's stripe.
     * @param seen the even sum of version and sequence number under which the entry was found.
     * @param entry the entry, none, or {@link IndexLookup#UNKNOWN}.
     * @param deferred whether the caller promotes the entry later.
     * @return false if the read has to begin again, because it was torn or has to do more than to
     *     count.
     */
    private boolean settle(
            long region, long stripe, long seen, int entry, long hash, boolean deferred) {
        final long threadId = ThreadId.current();
        guard.check(threadId);
        long deadline = EntryDescriptor.NO_DEADLINE;
        boolean sliding = false;
        int counter = ReadCounters.MISSES;
        if (entry > Region.NONE) {
            final long at = region + entry;
            deadline = EntryDescriptor.deadline(at);
            sliding = idleNs != 0 && EntryDescriptor.isSliding(at);
            counter = ReadCounters.HITS;
            if (!deferred && distance.isBehind(region, at)) {
                return false;
            }
        }
        if (entry == IndexLookup.UNKNOWN
                || !isCurrent(region, stripe, seen, threadId)
                || deadline != EntryDescriptor.NO_DEADLINE && !isAlive(hash, deadline, sliding)) {
            return false;
        }
        if (sketch != null && entry != Region.NONE) {
            sketch.increment(region(hash), KeyedHash.indexHash(hash));
        }
        counters.increment(counter, threadId);
        return true;
    }

    private boolean isCurrent(long region, long stripe, long seen, long threadId) {
        if (SegmentVersion.isCurrent(region, stripe, seen)) {
            return true;
        }
        counters.increment(ReadCounters.RETRIES, threadId);
        return false;
    }

    /** Returns whether an entry has not expired, and its deadline need not be renewed. */
    private boolean isAlive(long hash, long deadlineNs, boolean sliding) {
        final long leftNs = deadlineNs - clock.now(region(hash));
        return leftNs > 0 && !(sliding && idleNs - leftNs > renewalNs && !following.isOn());
    }

    /** Returns the sum of version and sequence number under which to read a key. */
    long seen(long hash) {
        final long region = address(hash);
        return SegmentVersion.peek(region, region + stripes.of(KeyedHash.indexHash(hash)));
    }

    private int segment(long hash) {
        return KeyedHash.segment(hash, segmentBits);
    }

    /** Returns the address of the region of a hash. */
    long address(long hash) {
        return regions.address(segment(hash));
    }

    Region region(long hash) {
        return regions.get(segment(hash));
    }

    /** Returns the segment of a hash, for operations that need its lock. */
    Segment owner(long hash) {
        return segments[segment(hash)];
    }
}
