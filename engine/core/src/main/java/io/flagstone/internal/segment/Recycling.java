// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.EXPIRATIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.INSERTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.internal.segment.SegmentDescriptor.VALUE_BYTES;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.index.IndexLookup;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SizeClasses;

/**
 * Writes a new entry into the chunk of the entry that leaves for it: an eviction and an insertion
 * in one step.
 *
 * <p>In a full segment every new key evicts an entry, nearly always one of the same size class. The
 * chunk would be freed only to be claimed again, the number of entries would fall only to rise. So
 * the new entry takes the chunk as it is: the slab tables stay as they are, the list moves the
 * chunk from its tail to its head, and the counters change once, by the difference.
 *
 * <p>One write window covers everything that readers use: the old key leaves the index, key and
 * value are overwritten, and the new key enters the index. A reader that finds the old key before
 * the window and copies from the chunk during it sees the odd version and reads again. The window
 * includes the copy of the value, so only chunks of up to {@value #MAX_CHUNK_BYTES} bytes are
 * recycled. A longer copy would make readers wait that take no longer than the rest of the write
 * otherwise.
 *
 * <p>The removal handler sees the old entry after it has left the index and before its bytes
 * change. The window is closed meanwhile.
 *
 * <p>Guarded by the segment's lock, except for {@link #prefetch}. Allocates nothing.
 */
final class Recycling {
    /** The largest chunk that is recycled. Its copy takes about as long as the rest of a put. */
    private static final int MAX_CHUNK_BYTES = 2048;

    /** The writes to expect an eviction of after one that evicted. */
    private static final int EXPECTED_AFTER = 4;

    /** The bytes of a chunk to prefetch; the processor itself continues after so many lines. */
    private static final int MAX_PREFETCH_BYTES = 4 * Region.CACHE_LINE;

    /**
     * A sum that makes no difference. The compiler cannot drop the loads that it is compared with.
     */
    private static final long NEVER = 0x5EED_0F0F_5EED_0F0FL;

    private final Region region;
    private final Callbacks callbacks;
    private final LiveEntries entries;
    private final IndexLookup index;
    private final SizeClasses classes;
    private final int largestClass;

    /** The next writes of which to expect that they recycle a chunk: a guess, set without order. */
    private int expected;

    Recycling(Region region, SegmentLayout layout, LiveEntries entries, Callbacks callbacks) {
        this.region = region;
        this.callbacks = callbacks;
        this.entries = entries;
        this.index = entries.index.lookup();
        this.classes = layout.classes();
        this.largestClass = largestClass(classes);
    }

    private static int largestClass(SizeClasses classes) {
        int largest = classes.count() - 1;
        while (largest >= 0 && classes.chunkBytes(largest) > MAX_CHUNK_BYTES) {
            largest--;
        }
        return largest;
    }

    /** Returns whether entries of a class are small enough to be copied in a write window. */
    boolean suits(int sizeClass) {
        return sizeClass <= largestClass;
    }

    /**
     * Removes an entry from the index, calls the removal handler, and writes the header of the new
     * entry. Leaves a write window open, in which the caller writes key and value.
     *
     * @param victim an entry that has to leave.
     * @param counter the counter for it unless it has expired.
     * @param lengths the new lengths of key and value; the chunk must have room for them.
     * @return false if the entry was discarded instead; then there is no window.
     */
    boolean begin(int victim, int counter, long hash, long lengths, long nowNs) {
        final int keyLength = EntryLengths.key(lengths);
        final int valueLength = EntryLengths.value(lengths);
        if (!entries.openRemoval(victim)) {
            return false;
        }
        final boolean expired = entries.leavesExpired(victim, nowNs);
        final RemovalCause cause = expired ? RemovalCause.EXPIRED : RemovalCause.EVICTED;
        Doubt.begin(region, victim);
        entries.index.remove(EntryDescriptor.hash(region, victim), victim);
        entries.tellRemoval(victim, cause);
        if (callbacks.handlesRemovals()) {
            tell(cause, victim);
        }
        entries.slabs.recycle(victim);
        entries.add(expired ? EXPIRATIONS : counter, 1);
        entries.add(KEY_BYTES, keyLength - EntryDescriptor.keyLength(region, victim));
        entries.add(VALUE_BYTES, valueLength - EntryDescriptor.valueLength(region, victim));
        EntryDescriptor.reinit(region, victim, KeyedHash.indexHash(hash), keyLength, valueLength);
        return true;
    }

    /** Calls the removal handler outside the window, with the number of entries that remain. */
    private void tell(RemovalCause cause, int victim) {
        SegmentVersion.endWrite(region);
        entries.add(ENTRIES, -1);
        callbacks.removed(cause, victim);
        entries.add(ENTRIES, 1);
        SegmentVersion.beginWrite(region);
    }

    /** Closes the window without the new entry. The old entry has left. */
    void abort(int entry) {
        SegmentVersion.endWrite(region);
        entries.add(ENTRIES, -1);
        entries.unlink(entry);
        entries.free(entry);
    }

    /**
     * Puts the new entry, whose key and value are written, into the index, and closes the window.
     */
    void commit(int entry, long deadlineNs, boolean sliding, long nowNs) {
        EntryDescriptor.sliding(region, entry, sliding);
        EntryDescriptor.deadline(region, entry, deadlineNs);
        entries.tellPut(entry);
        entries.index.insert(EntryDescriptor.hash(region, entry), entry);
        SegmentVersion.endWrite(region);
        entries.order.recycled(entry, entries.count() - 1);
        // Not before, because the entry had no stamp.
        Doubt.end(region);
        entries.wheel.deadlineSet(entry, EntryDescriptor.NO_DEADLINE, nowNs);
        entries.add(INSERTIONS, 1);
        expected = EXPECTED_AFTER;
        entries.arrived(entry);
    }

    /**
     * Loads words of the lines that a put of this hash will need: the bucket of the key and, if
     * puts have been evicting, all that an eviction touches. The misses of one put then overlap,
     * where each would wait for the one before. In a region that the processor's caches hold, the
     * loads would only cost time.
     *
     * <p>Needs no lock. Every offset comes from memory that may be changing, so an entry is only
     * touched if it lies in the region, and its hash leads to a bucket whatever it is.
     */
    void prefetch(long hash, int sizeClass) {
        long words = index.prefetch(region, hash);
        if (expected > 0) {
            expected--;
            words += prefetchVictim(sizeClass) + index.prefetchAlternate(region, hash);
        }
        if (words == NEVER) {
            expected = 0;
        }
    }

    /** Loads the lines of the entry that will probably leave, its bucket, and the next in order. */
    private long prefetchVictim(int sizeClass) {
        final int victim = entries.order.last(sizeClass);
        if (victim == Region.NONE) {
            return 0;
        }
        final int length = Math.min(classes.chunkBytes(sizeClass), MAX_PREFETCH_BYTES);
        final int next = EntryDescriptor.lruPrevious(region, victim);
        long words = index.prefetch(region, EntryDescriptor.hash(region, victim));
        for (int i = 0; i < length; i += Region.CACHE_LINE) {
            words += region.getLong(victim + i);
        }
        return EntryDescriptor.isWithin(region, next, 0)
                ? words + EntryDescriptor.deadline(region, next)
                : words;
    }
}
