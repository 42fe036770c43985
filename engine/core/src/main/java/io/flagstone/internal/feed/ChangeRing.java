// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.feed;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;
import java.lang.ref.Reference;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * A bounded ring of the changes of all entries of a cache.
 *
 * <p>A change is written by the thread that makes it, while it has the stripe of the key or the
 * lock of the segment. So the changes of one key are in the order in which they were made. A writer
 * never waits for the reader.
 *
 * <p><b>Loss.</b> A writer that finds the ring full sets {@link #losing}, before it gives up the
 * stripe or the lock. While it is set, nothing more is written. So no later change of the same key
 * is in the ring unless the reader has cleared it, which it does when it passes the gap on.
 *
 * <p><b>Errors.</b> An Error between the claim of a record and its commit leaves a record that the
 * reader cannot pass. The writer sets {@link #broken} with a store to a field, for which it needs
 * no stack. The reader then waits until no writer is left in the ring, and empties it.
 *
 * <p>Allocates nothing after construction.
 */
public final class ChangeRing {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    /** The longest record takes one part in this power of two. */
    private static final int RECORD_SHIFT = 3;

    private static final int HEADER_LENGTH = RecordDescriptor.HEADER_LENGTH;

    private final Region memory;
    private final int capacity;
    private final int headCacheOffset;
    private final int tailOffset;

    /** The changes. Any number of threads write, one reads. */
    final ManyToOneRingBuffer ring;

    /**
     * Whether a change was lost for which the reader has not passed a gap on yet. The changes that
     * build a cache are left out.
     */
    private volatile boolean losing = true;

    /** Whether a writer has ended by an Error inside the ring. Set after {@link #losing}. */
    private volatile boolean broken;

    private ChangeRing(Region memory, int capacity) {
        this.memory = memory;
        this.capacity = capacity;
        this.headCacheOffset = capacity + RingBufferDescriptor.HEAD_CACHE_POSITION_OFFSET;
        this.tailOffset = capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
        final UnsafeBuffer buffer = new UnsafeBuffer();
        memory.wrap(buffer, 0, capacity + RingBufferDescriptor.TRAILER_LENGTH);
        this.ring = new ManyToOneRingBuffer(buffer);
    }

    /**
     * Allocates an empty ring, into which nothing is written until {@link #open}.
     *
     * @param capacity in bytes, a power of two.
     * @throws IllegalStateException if the JVM refuses the memory.
     */
    public static ChangeRing allocate(int capacity) {
        final int length = capacity + RingBufferDescriptor.TRAILER_LENGTH;
        try {
            return new ChangeRing(
                    Region.allocate(
                            (int) Region.allocationFor(BitUtil.align(length, Region.CACHE_LINE))),
                    capacity);
        } catch (final OutOfMemoryError e) {
            throw new IllegalStateException(
                    "could not take changeFeedBytes "
                            + capacity
                            + " of direct memory: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Begins, when the cache is built.
     *
     * @param complete whether the cache is empty, so that nothing is missing.
     */
    public void open(boolean complete) {
        losing = !complete;
    }

    // Writers, with the stripe of the entry or the lock of the segment.

    /** Tells that an entry has the value, the deadline and the sliding mark that it has. */
    public void put(Region region, int entry) {
        tell(ChangeDescriptor.PUT, region, entry, putLength(region, entry));
    }

    /** Tells that an entry has the deadline and the sliding mark that it has. */
    public void deadline(Region region, int entry) {
        tell(ChangeDescriptor.DEADLINE_SET, region, entry, keyOnlyLength(region, entry));
    }

    /** Tells that an entry goes. */
    public void removal(Region region, int entry, RemovalCause cause) {
        tell(ChangeDescriptor.removal(cause), region, entry, keyOnlyLength(region, entry));
    }

    /** Tells what an entry is, for a synchronisation that would otherwise miss it. */
    public void moved(Region region, int entry) {
        tell(ChangeDescriptor.COPY, region, entry, putLength(region, entry));
    }

    /**
     * Tells what an entry is, for a synchronisation, if there is room.
     *
     * @return whether there was.
     */
    public boolean copy(Region region, int entry) {
        return !losing && write(ChangeDescriptor.COPY, region, entry, putLength(region, entry));
    }

    /** Marks a gap: what was told before is not all. */
    public void lose() {
        losing = true;
    }

    /** Returns the bytes of a record with the entry's value. */
    public static int putLength(Region region, int entry) {
        return ChangeDescriptor.length(
                EntryDescriptor.keyLength(region, entry),
                EntryDescriptor.valueLength(region, entry));
    }

    private static int keyOnlyLength(Region region, int entry) {
        return ChangeDescriptor.length(EntryDescriptor.keyLength(region, entry));
    }

    private void tell(int type, Region region, int entry, int length) {
        if (!losing && !write(type, region, entry, length)) {
            losing = true;
        }
    }

    private boolean write(int type, Region region, int entry, int length) {
        try {
            final int record = claim(type, length);
            if (record < 0) {
                return false;
            }
            region.copyOut(
                    EntryDescriptor.changeOffset(entry),
                    null,
                    memory.addressOf(record + HEADER_LENGTH),
                    length);
            memory.putLongRelease(record, header(type, length));
            Reference.reachabilityFence(memory);
            return true;
        } catch (final Throwable thrown) {
            losing = true;
            broken = true;
            throw thrown;
        }
    }

    /**
     * Claims a record as the ring itself does, but without its checks, and without marking the
     * record as begun: the memory is zero, which stops the reader too. Leaves to the ring what
     * needs more than that: to look at the reader's position, to begin again at the start of the
     * ring, to try again after another writer.
     *
     * @return the offset of the record's header, or a negative number if there is no room.
     */
    private int claim(int type, int length) {
        final int bytes = BitUtil.align(length + HEADER_LENGTH, RecordDescriptor.ALIGNMENT);
        final long head = memory.getLongVolatile(headCacheOffset);
        final long tail = memory.getLongVolatile(tailOffset);
        final int record = (int) tail & (capacity - 1);
        if (bytes > capacity - (int) (tail - head)
                || bytes > capacity - record
                || !memory.compareAndSetLong(tailOffset, tail, tail + bytes)) {
            return ring.tryClaim(type, length) - HEADER_LENGTH;
        }
        return record;
    }

    /** Returns the header of a complete record: length and type. */
    private static long header(int type, int length) {
        return (long) type << Integer.SIZE | (length + HEADER_LENGTH);
    }

    // The reader.

    /**
     * Tells that a synchronisation is complete, if there is room.
     *
     * @return whether there was.
     */
    public boolean endSynchronisation() {
        final int index = ring.tryClaim(ChangeDescriptor.SYNC_END, 0);
        if (index < 0) {
            return false;
        }
        ring.commit(index);
        return true;
    }

    /**
     * Returns whether a synchronisation may write. It leaves half of the ring to the changes
     * themselves.
     */
    public boolean hasRoomForCopies() {
        return ring.size() <= capacity >>> 1;
    }

    /** Returns whether a change was lost since {@link #found}. */
    public boolean isLosing() {
        return losing;
    }

    /** Notes that the reader passes a gap on, before it reads on. */
    void found() {
        losing = false;
    }

    /** Returns whether a record may be there that will never be complete. */
    public boolean isBroken() {
        return broken;
    }

    /** Empties the ring. No writer may be in it, and none gets in while changes are being lost. */
    public void repair() {
        broken = false;
        final UnsafeBuffer buffer = (UnsafeBuffer) ring.buffer();
        buffer.setMemory(0, capacity, (byte) 0);
        buffer.putLongVolatile(
                capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET, ring.producerPosition());
        Reference.reachabilityFence(memory);
    }

    /** Returns the bytes of all records that were not read. */
    public int pendingBytes() {
        final int pending = ring.size();
        Reference.reachabilityFence(memory);
        return pending;
    }

    /** Returns the bytes that the ring has for records. */
    public int capacity() {
        return capacity;
    }

    /**
     * Returns the least capacity for a cache.
     *
     * @param maxEntryBytes the largest entry, with its header and padded key.
     * @return a power of two, of which the longest record takes an eighth at most.
     */
    public static int leastCapacity(int maxEntryBytes) {
        return BitUtil.findNextPositivePowerOfTwo(
                ChangeDescriptor.maxLength(maxEntryBytes) << RECORD_SHIFT);
    }
}
