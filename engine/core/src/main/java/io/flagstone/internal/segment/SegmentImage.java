// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.checkpoint.RecordDescriptor;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EpochTime;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The entries of a segment as they were at one moment, copied in bounded steps while writers go on.
 *
 * <p>A cursor walks the chunks, slab by slab. The thread that takes the image advances it, some
 * entries at a time, under the segment's lock. A write that is about to change, move or remove an
 * entry {@linkplain #handOver hands it over} first. A chunk that is {@linkplain #claimed claimed}
 * after the start holds an entry that is younger than the image, and is skipped. So each write
 * copies at most the entries that it changes anyway, and no entry is copied twice.
 *
 * <p>One bit for each place of a chunk says that its entry is handled: copied, or younger than the
 * image. A place is {@value #PLACE_BYTES} bytes, less than the smallest chunk, so two chunks that
 * exist at the same time never share one. A slab that changes its class keeps its bits, and all
 * entries that come to it are younger than the image.
 *
 * <p>The copies go to a buffer of fixed length, which the next step exchanges for an empty one. If
 * the buffer is full, a writer does not wait: the image {@linkplain #failure fails}, and can be
 * taken again with a larger buffer. It also fails if the segment is reset.
 *
 * <p>A use that moves an entry in the order of use does not hand it over. So keys, values and
 * deadlines are those of the moment, and the order of use may be a little younger.
 *
 * <p>While an image is taken, values are written under the segment's lock alone. Guarded by the
 * lock, except for {@link #prepare}, {@link #records} and {@link #length}, which only the thread
 * that takes the image calls. Allocates nothing after construction.
 */
public final class SegmentImage {
    /** Why an image failed. */
    public enum Failure {
        /** Writers changed more entries between two steps than the buffer holds. */
        BUFFER_FULL,
        /** The segment was emptied after an Error. */
        SEGMENT_RESET
    }

    private static final int PLACE_SHIFT = 5;
    private static final int PLACE_BYTES = 1 << PLACE_SHIFT;

    private final long epochOffsetNs;
    private final long[] handled;
    private final int firstSlab;

    /** Receives copies. */
    private final UnsafeBuffer filling;

    private int filled;

    /** The copies that the last step has taken out. */
    private final UnsafeBuffer drained;

    private int drainedLength;

    private final ChunkWalk walk = new ChunkWalk();
    private Region region;
    private long startNs;
    private long startClock;
    private Failure failure;

    /**
     * Creates an image that can be taken of any segment, one at a time.
     *
     * @param epochOffsetNs what is added to a time of the segment to get nanoseconds since 1970.
     * @param bufferBytes the copies that writers may make between two steps.
     */
    SegmentImage(SegmentLayout layout, long epochOffsetNs, int bufferBytes) {
        this.epochOffsetNs = epochOffsetNs;
        this.firstSlab = layout.slabsOffset();
        final long slabBytes = (long) layout.slabs() * layout.classes().slabBytes();
        this.handled = new long[(int) (slabBytes >>> PLACE_SHIFT >>> 6) + 1];
        final int length = Math.max(bufferBytes, leastBufferBytes(layout));
        this.filling = new UnsafeBuffer(new byte[length]);
        this.drained = new UnsafeBuffer(new byte[length]);
    }

    /** A buffer has room for the entry that a step copies and one more. */
    private static int leastBufferBytes(SegmentLayout layout) {
        return 2 * (RecordDescriptor.RECORD_HEADER_LENGTH + layout.classes().maxEntryBytes());
    }

    /** Forgets the last image. */
    public void prepare() {
        Arrays.fill(handled, 0);
        filled = 0;
        drainedLength = 0;
        failure = null;
    }

    /** Returns the records that the last step has taken out, from index 0. */
    public byte[] records() {
        return drained.byteArray();
    }

    /** Returns the bytes of {@link #records}. */
    public int length() {
        return drainedLength;
    }

    /** Returns why the image failed, or {@code null}. */
    public Failure failure() {
        return failure;
    }

    /** Begins: the image is of this moment. */
    void begin(Region segment, SlabAllocator chunks, long nowNs) {
        region = segment;
        walk.begin(chunks);
        startNs = nowNs;
        startClock = segment.getLong(SegmentDescriptor.RECENCY_CLOCK);
    }

    void fail(Failure reason) {
        failure = reason;
    }

    /** Copies an entry of the index that is about to change or to go, unless it is handled. */
    void handOver(int entry) {
        if (failure == null && !isHandled(entry)) {
            final int length = recordLength(entry);
            if (length > filling.capacity() - filled) {
                fail(Failure.BUFFER_FULL);
            } else {
                copy(entry, length);
            }
        }
    }

    /** Skips a chunk, which a new entry takes. */
    void claimed(int free) {
        setHandled(free);
    }

    /**
     * Copies the next entries, and takes all copies out of the buffer.
     *
     * @param maxEntries the number of entries after which to stop.
     * @param maxBytes the number of bytes after which to stop; one entry may be longer.
     * @return whether there is more to copy.
     */
    boolean step(int maxEntries, int maxBytes) {
        final int before = filled;
        int room = Math.min(maxBytes, filling.capacity() - before);
        int copies = maxEntries;
        int looks = maxEntries * ChunkWalk.LOOKS_PER_ENTRY;
        while (failure == null && !walk.isDone() && copies > 0 && looks-- > 0) {
            final int entry = walk.chunk();
            if (entry != Region.NONE
                    && !EntryDescriptor.isFree(region, entry)
                    && !isHandled(entry)) {
                final int length = recordLength(entry);
                if (length > room && filled > 0) {
                    break;
                }
                copy(entry, length);
                copies--;
                room -= length;
            }
            walk.advance(entry);
        }
        drain();
        return !walk.isDone() && failure == null;
    }

    private void drain() {
        final byte[] full = filling.byteArray();
        filling.wrap(drained.byteArray());
        drained.wrap(full);
        drainedLength = filled;
        filled = 0;
    }

    private int recordLength(int entry) {
        return RecordDescriptor.length(
                EntryDescriptor.keyLength(region, entry),
                EntryDescriptor.valueLength(region, entry));
    }

    /** Copies an entry unless it had expired. The buffer must have room. */
    private void copy(int entry, int length) {
        setHandled(entry);
        final long deadlineNs = EntryDescriptor.deadline(region, entry);
        if (deadlineNs <= startNs) {
            return;
        }
        final int keyLength = EntryDescriptor.keyLength(region, entry);
        final int valueLength = EntryDescriptor.valueLength(region, entry);
        final int record = filled;
        RecordDescriptor.lengths(filling, record, keyLength, valueLength);
        RecordDescriptor.deadline(
                filling,
                record,
                EpochTime.ofDeadline(deadlineNs, epochOffsetNs),
                EntryDescriptor.isSliding(region, entry));
        RecordDescriptor.order(filling, record, EntryDescriptor.stamp(region, entry) - startClock);
        final byte[] base = filling.byteArray();
        final long key = filling.addressOffset() + record + RecordDescriptor.RECORD_HEADER_LENGTH;
        region.copyOut(EntryDescriptor.keyOffset(entry), base, key, keyLength);
        region.copyOut(
                EntryDescriptor.valueOffset(entry, keyLength), base, key + keyLength, valueLength);
        filled = record + length;
    }

    private boolean isHandled(int entry) {
        final int place = entry - firstSlab >>> PLACE_SHIFT;
        return (handled[place >>> 6] & 1L << place) != 0;
    }

    private void setHandled(int entry) {
        final int place = entry - firstSlab >>> PLACE_SHIFT;
        handled[place >>> 6] |= 1L << place;
    }
}
