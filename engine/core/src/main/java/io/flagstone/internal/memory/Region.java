// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.nio.ByteBuffer;
import java.util.zip.Checksum;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A range of direct memory of a fixed size, aligned to a cache line. References within it are
 * {@code int} offsets from its start; 0 means "none".
 *
 * <p>Not synchronised: the owner decides who may read and write which part. Access allocates
 * nothing.
 *
 * <p>The plain accessors have plain memory order; the others have their order in their name. With
 * {@code -Dflagstone.bounds.checks=true}, which is read once, every access is checked against the
 * region's end. Without it no access is checked, because the engine follows only references that it
 * wrote itself. Each accessor tests that constant itself, and so contains nothing but the access
 * once compiled. A call of an empty check would cost no instruction, but it would count against the
 * compiler's inlining limits, and an operation makes a hundred accesses.
 *
 * <p>The memory belongs to a direct {@link ByteBuffer}. The garbage collector frees it once this
 * object is unreachable. A method that uses the region by address, or passes on a flyweight from
 * {@link #wrap}, must keep the region reachable until it ends.
 */
public final class Region {
    /** The size of a cache line, and the alignment of a region's start. */
    public static final int CACHE_LINE = 64;

    /** The reference to nothing. The region's descriptor is at offset 0, so nothing else can be. */
    public static final int NONE = 0;

    /** The length of the largest region: offsets are positive {@code int}s. */
    public static final int MAX_BYTES = Integer.MAX_VALUE & -4096;

    static final boolean BOUNDS_CHECKS = Boolean.getBoolean("flagstone.bounds.checks");

    /** How much of a range is zeroed in one access, as far as injected faults are concerned. */
    private static final int ZERO_PIECE_BYTES = 128;

    private final ByteBuffer buffer;
    private final long address;
    private final int capacity;

    private Region(ByteBuffer buffer) {
        this.buffer = buffer;
        this.address = BufferUtil.address(buffer);
        this.capacity = buffer.capacity();
    }

    /**
     * Allocates zeroed memory from the JVM and touches every page of it.
     *
     * @param bytes the length to allocate, of which alignment may take up to one cache line.
     * @return the region, {@link #capacityFor capacityFor(bytes)} long.
     * @throws OutOfMemoryError if {@code -XX:MaxDirectMemorySize} is exceeded or the operating
     *     system has no more memory.
     */
    public static Region allocate(int bytes) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        final int skew = (int) (-BufferUtil.address(buffer) & (CACHE_LINE - 1));
        return new Region(buffer.slice(skew, capacityFor(bytes)));
    }

    /**
     * Returns a region over the memory of a buffer, which it keeps reachable.
     *
     * @param buffer direct memory that starts at a cache line.
     */
    static Region over(ByteBuffer buffer) {
        return new Region(buffer);
    }

    /** Returns a part of this region as a separate region. */
    Region part(int offset, int length) {
        return new Region(buffer.slice(offset, length));
    }

    /** Returns the address of the region's start. */
    long address() {
        return address;
    }

    /** Returns the address of a byte. It is valid while the caller keeps the region reachable. */
    public long addressOf(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, 0);
        }
        return address + offset;
    }

    /**
     * Returns the usable length of an allocation.
     *
     * @param bytes the allocated length.
     * @return the bytes that remain at any address of the allocation, a multiple of a cache line.
     */
    public static int capacityFor(int bytes) {
        return Math.max(0, (bytes - CACHE_LINE + 1) & -CACHE_LINE);
    }

    /**
     * Returns the length to allocate for a region of a length that is a multiple of a cache line.
     */
    public static long allocationFor(long capacity) {
        return capacity + CACHE_LINE - 1;
    }

    /** Returns the region's length. */
    public int capacity() {
        return capacity;
    }

    /**
     * Reads a byte.
     *
     * @return the value, 0 to 255.
     */
    public int getUnsignedByte(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Byte.BYTES);
        }
        return UnsafeApi.getByte(null, address + offset) & 0xFF;
    }

    /** Writes a byte. */
    public void putByte(int offset, int value) {
        if (BOUNDS_CHECKS) {
            check(offset, Byte.BYTES);
        }
        UnsafeApi.putByte(null, address + offset, (byte) value);
    }

    /**
     * Reads a short.
     *
     * @return the value, 0 to 65 535.
     */
    public int getUnsignedShort(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Short.BYTES);
        }
        return UnsafeApi.getShort(null, address + offset) & 0xFFFF;
    }

    /** Writes a short. */
    public void putShort(int offset, int value) {
        if (BOUNDS_CHECKS) {
            check(offset, Short.BYTES);
        }
        UnsafeApi.putShort(null, address + offset, (short) value);
    }

    /** Reads an int. */
    public int getInt(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Integer.BYTES);
        }
        return UnsafeApi.getInt(null, address + offset);
    }

    /** Writes an int. */
    public void putInt(int offset, int value) {
        if (BOUNDS_CHECKS) {
            check(offset, Integer.BYTES);
        }
        UnsafeApi.putInt(null, address + offset, value);
    }

    /**
     * Adds to an int. Not atomic.
     *
     * @return the sum.
     */
    public int addInt(int offset, int delta) {
        final int sum = getInt(offset) + delta;
        putInt(offset, sum);
        return sum;
    }

    /** Reads a long. */
    public long getLong(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Long.BYTES);
        }
        return UnsafeApi.getLong(null, address + offset);
    }

    /** Writes a long. */
    public void putLong(int offset, long value) {
        if (BOUNDS_CHECKS) {
            check(offset, Long.BYTES);
        }
        UnsafeApi.putLong(null, address + offset, value);
    }

    /** Reads a long with opaque order: never torn, and not hoisted out of a loop. */
    public long getLongOpaque(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Long.BYTES);
        }
        return UnsafeApi.getLongOpaque(null, address + offset);
    }

    /** Reads an int with opaque order. */
    public int getIntOpaque(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Integer.BYTES);
        }
        return UnsafeApi.getIntOpaque(null, address + offset);
    }

    /** Reads a long with acquire order. */
    public long getLongAcquire(int offset) {
        if (BOUNDS_CHECKS) {
            check(offset, Long.BYTES);
        }
        return UnsafeApi.getLongAcquire(null, address + offset);
    }

    /** Reads a long with volatile order: stays after an earlier {@link #compareAndSetLong}. */
    public long getLongVolatile(int offset) {
        check(offset, Long.BYTES);
        return UnsafeApi.getLongVolatile(null, address + offset);
    }

    /** Writes a long with release order. */
    public void putLongRelease(int offset, long value) {
        if (BOUNDS_CHECKS) {
            check(offset, Long.BYTES);
        }
        UnsafeApi.putLongRelease(null, address + offset, value);
    }

    /**
     * Replaces a long if it has the expected value, with volatile order.
     *
     * @param offset a multiple of 8.
     */
    public boolean compareAndSetLong(int offset, long expected, long value) {
        if (BOUNDS_CHECKS) {
            check(offset, Long.BYTES);
        }
        return UnsafeApi.compareAndSetLong(null, address + offset, expected, value);
    }

    /** Prevents reordering of earlier loads and stores with later stores. */
    public static void storeFence() {
        UnsafeApi.storeFence();
    }

    /** Prevents reordering of earlier loads and stores with later loads and stores. */
    public static void fullFence() {
        UnsafeApi.fullFence();
    }

    /** Prevents reordering of earlier loads with later loads and stores. */
    public static void loadFence() {
        UnsafeApi.loadFence();
    }

    /** Fills a range with zeros. */
    public void zero(int offset, int length) {
        if (BOUNDS_CHECKS) {
            checkZero(offset, length);
        }
        UnsafeApi.setMemory(address + offset, length, (byte) 0);
    }

    /** Fills the range in several accesses, so that a fault can come in the middle of it. */
    private void checkZero(int offset, int length) {
        checkRange(offset, length);
        for (int done = 0; done < length && AccessFaults.isArmed(); done += ZERO_PIECE_BYTES) {
            AccessFaults.access();
            UnsafeApi.setMemory(
                    address + offset + done, Math.min(ZERO_PIECE_BYTES, length - done), (byte) 0);
        }
    }

    /** Copies into the region. */
    public void copyIn(int offset, Object base, long source, int length) {
        if (BOUNDS_CHECKS) {
            checkCopyIn(offset, base, source, length);
        }
        RawMemory.copy(base, source, null, address + offset, length);
    }

    /** Copies half of the bytes before an injected fault, as a fault on a lost page may do. */
    private void checkCopyIn(int offset, Object base, long source, int length) {
        checkRange(offset, length);
        if (AccessFaults.isArmed()) {
            RawMemory.copy(base, source, null, address + offset, length / 2);
        }
        AccessFaults.access();
    }

    /** Copies out of the region. */
    public void copyOut(int offset, Object base, long target, int length) {
        if (BOUNDS_CHECKS) {
            check(offset, length);
        }
        RawMemory.copy(null, address + offset, base, target, length);
    }

    /** Copies within the region, between ranges that do not overlap. */
    public void copy(int from, int to, int length) {
        if (BOUNDS_CHECKS) {
            checkCopy(from, to, length);
        }
        RawMemory.copy(null, address + from, null, address + to, length);
    }

    /** Copies half of the bytes before an injected fault at the second range. */
    private void checkCopy(int from, int to, int length) {
        check(from, length);
        checkRange(to, length);
        if (AccessFaults.isArmed()) {
            RawMemory.copy(null, address + from, null, address + to, length / 2);
        }
        AccessFaults.access();
    }

    /**
     * Returns whether bytes of the region equal others.
     *
     * @param offset the start of the bytes in the region.
     * @param base the array of the other bytes, or {@code null}.
     * @param other the offset or address of the other bytes.
     */
    public boolean equal(int offset, Object base, long other, int length) {
        if (BOUNDS_CHECKS) {
            check(offset, length);
        }
        return RawMemory.equal(null, address + offset, base, other, length);
    }

    /** Adds a range to a checksum. */
    public void checksum(Checksum sum, int offset, int length) {
        sum.update(buffer.duplicate().position(offset).limit(offset + length));
    }

    /**
     * Wraps a flyweight around part of the region, by address: a flyweight over the region's own
     * buffer would give access to the whole region. So the flyweight does not keep the memory
     * alive. The region must stay reachable while the flyweight is in use.
     *
     * @param offset the start of the part.
     * @param length the flyweight's capacity.
     */
    public void wrap(UnsafeBuffer view, int offset, int length) {
        if (BOUNDS_CHECKS) {
            check(offset, length);
        }
        view.wrap(address + offset, length);
    }

    private void check(int offset, int length) {
        AccessFaults.access();
        checkRange(offset, length);
    }

    private void checkRange(int offset, int length) {
        if ((offset | length) < 0 || offset > capacity - length) {
            throw new IndexOutOfBoundsException(
                    length
                            + " bytes at offset "
                            + offset
                            + " are outside the region of "
                            + capacity
                            + " bytes");
        }
    }
}
