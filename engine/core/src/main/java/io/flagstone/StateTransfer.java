// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.KeyVisitor;
import io.flagstone.api.StateVisitor;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.TimesToLive;
import java.lang.ref.Reference;
import org.agrona.DirectBuffer;

/**
 * Carries the state of a cache to another one that shall go on in exactly the same way: the entries
 * in the order of use, with their deadlines.
 *
 * <p>Two caches of the same configuration (hash seed, segments and memory included), both new or
 * {@linkplain #reset reset}, that load the same entries in the same order at the same time of their
 * clocks, are in the same state. They evict the same entries from then on, if one thread calls the
 * same operations on both, with the same times, and nothing but {@link OffHeapCache#peek(long,
 * org.agrona.MutableDirectBuffer, int) peek}, {@code contains} and {@code remainingTtlNs} is called
 * by others. This needs a promotion distance of 0 and a removal handler, because without one, two
 * threads may write values in place at the same time.
 *
 * <p>A cache that was not reset has a history that the entries do not show: which slab belongs to
 * which size class, and what is filed where in the timing wheel. So a copy of it may evict other
 * entries.
 *
 * <p>Not thread-safe. {@link #load}, {@link #prefetch} and {@link #reset} allocate nothing.
 */
public final class StateTransfer {
    private final OffHeapCache cache;
    private final long birthNs;

    /** Keeps the compiler from dropping the reads of {@link #prefetch}. */
    private long touched;

    private StateTransfer(OffHeapCache cache) {
        this.cache = cache;
        this.birthNs = cache.birthNs();
    }

    /**
     * Returns the transfer of a cache.
     *
     * @param cache open.
     * @return a new object.
     */
    public static StateTransfer of(OffHeapCache cache) {
        return new StateTransfer(cache);
    }

    /**
     * Passes all live entries to a visitor, segment by segment, each in its order of use, the least
     * recently used first. Holds the lock of the segment meanwhile.
     *
     * @param visitor must not call the cache; an exception from it ends the call.
     * @return the number of entries.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long forEach(StateVisitor visitor) {
        long visited = 0;
        for (final Segment segment : cache.segments()) {
            visited += segment.visitByUse(visitor);
        }
        return visited;
    }

    /**
     * Begins to list the keys of the cache in bounded steps, while it is written.
     *
     * @param visitor receives the keys; see {@link KeyListing}.
     * @return a listing that has made no step yet.
     * @throws IllegalStateException if the cache is closed.
     */
    public KeyListing list(KeyVisitor visitor) {
        return new KeyListing(cache.segments(), visitor);
    }

    /**
     * Passes one entry to a visitor. This is no use. Allocates nothing.
     *
     * @param key has the key; its memory must not be a mapped file.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param visitor must not call the cache; an exception from it ends the call.
     * @return whether the key has a live entry.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean visit(DirectBuffer key, int keyOffset, int keyLength, StateVisitor visitor) {
        SegmentedCache.checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = SegmentedCache.at(key, keyOffset);
        final long hash = cache.hash(base, address, keyLength);
        final boolean present =
                cache.segment(hash).visitOne(hash, base, address, keyLength, visitor);
        Reference.reachabilityFence(RawMemory.owner(key));
        return present;
    }

    /**
     * Returns the place of an entry in the order in which {@link #forEach(StateVisitor)} passes
     * entries: it passes an entry with a smaller place first. No two entries have the same place,
     * if the promotion distance is 0. A use gives an entry another place. This is no use. Allocates
     * nothing.
     *
     * @param key has the key; its memory must not be a mapped file.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return the place, 0 or more, or {@link OffHeapCache#NOT_FOUND}.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long placeOf(DirectBuffer key, int keyOffset, int keyLength) {
        SegmentedCache.checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = SegmentedCache.at(key, keyOffset);
        final long hash = cache.hash(base, address, keyLength);
        final long stamp = cache.segment(hash).stampOf(hash, base, address, keyLength);
        Reference.reachabilityFence(RawMemory.owner(key));
        return stamp == Segment.NOT_FOUND
                ? OffHeapCache.NOT_FOUND
                : (long) cache.segmentNumber(hash) << EntryDescriptor.STAMP_BITS | stamp;
    }

    /**
     * Empties the cache as if it had just been built. Statistics stay. The removal handler is not
     * called.
     *
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public void reset() {
        for (final Segment segment : cache.segments()) {
            segment.restart();
        }
    }

    /**
     * Touches the memory that {@link #load} of a key needs first. If you load many entries, call
     * this for the next 10 to 20 keys before you load them: the processor then fetches the memory
     * of all of them at the same time. Changes nothing.
     *
     * @param key has the key; its memory must not be a mapped file.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     */
    public void prefetch(DirectBuffer key, int keyOffset, int keyLength) {
        SegmentedCache.checkKey(key, keyOffset, keyLength);
        final long hash = cache.hash(key.byteArray(), SegmentedCache.at(key, keyOffset), keyLength);
        touched += cache.segment(hash).prefetch(hash);
        Reference.reachabilityFence(RawMemory.owner(key));
    }

    /**
     * Writes an entry, which becomes the most recently used one of its segment.
     *
     * @param key has the key; its memory must not be a mapped file.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value has the value; its memory must not be a mapped file.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param deadlineNs the deadline by the cache's clock, or {@link StateVisitor#NO_DEADLINE}.
     * @param sliding whether hits renew the deadline, if the cache renews deadlines.
     * @throws io.flagstone.api.EntryTooLargeException if the entry does not fit a slab.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public void load(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean sliding) {
        SegmentedCache.checkKey(key, keyOffset, keyLength);
        SegmentedCache.checkValueLength(valueLength);
        SegmentedCache.checkValue(value, valueOffset, valueLength);
        final byte[] base = key.byteArray();
        final long address = SegmentedCache.at(key, keyOffset);
        final long hash = cache.hash(base, address, keyLength);
        cache.segment(hash)
                .load(
                        hash,
                        base,
                        address,
                        EntryLengths.of(keyLength, valueLength),
                        value.byteArray(),
                        SegmentedCache.at(value, valueOffset),
                        deadlineNs == StateVisitor.NO_DEADLINE
                                ? TimesToLive.NONE
                                : deadlineNs - birthNs,
                        sliding);
        Reference.reachabilityFence(RawMemory.owner(key));
        Reference.reachabilityFence(RawMemory.owner(value));
    }
}
