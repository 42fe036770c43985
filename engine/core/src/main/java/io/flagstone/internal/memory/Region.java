// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A stretch of direct memory, aligned to a cache line, of a size fixed at birth; every reference in
 * it is an {@code int} offset from its start, and 0 serves as "none".
 *
 * <p>The plain accessors have plain memory order; the others carry their order in their name. With
 * {@code -Dflagstone.bounds.checks=true}, read once, every access is checked against the region's
 * end; without it none is, since the engine follows only references that it wrote itself.
 *
 * <p>The memory belongs to a direct {@link ByteBuffer} and is given back by the garbage collector
 * once this object cannot be reached. A method that works on the region by address, or shows a
 * flyweight made by {@link #wrap}, must keep it reachable to its end.
 *
 * <p>Access allocates nothing. Not synchronised: its owner says who may read and write what.
 */
public final class Region {
    /** The size of a cache line, and the alignment of a region's start. */
    public static final int CACHE_LINE = 64;

    /** No entry, no chunk: the region's start is its descriptor, so nothing else has offset 0. */
    public static final int NONE = 0;

    /** The largest region: offsets are positive {@code int}s. */
    public static final int MAX_BYTES = Integer.MAX_VALUE & -4096;

    private static final boolean BOUNDS_CHECKS = Boolean.getBoolean("flagstone.bounds.checks");

    private final ByteBuffer buffer;
    private final long address;
    private final int capacity;

    private Region(ByteBuffer buffer) {
        this.buffer = buffer;
        this.address = BufferUtil.address(buffer);
        this.capacity = buffer.capacity();
    }

    /**
     * Takes zeroed memory from the JVM, every page of it touched.
     *
     * @param bytes how much; of it up to one cache line goes to alignment.
     * @return the region, {@link #capacityFor capacityFor(bytes)} long.
     * @throws OutOfMemoryError beyond {@code -XX:MaxDirectMemorySize}, or where the operating
     *     system has no more.
     */
    public static Region allocate(int bytes) {
        return allocateAligned(bytes, CACHE_LINE);
    }

    /** The same with another alignment, a power of two of which what is left is a multiple. */
    static Region allocateAligned(int bytes, int alignment) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        final int skew = (int) (-BufferUtil.address(buffer) & (alignment - 1));
        return new Region(buffer.slice(skew, capacityFor(bytes, alignment)));
    }

    /** A part of this region as a region of its own. */
    Region part(int offset, int length) {
        return new Region(buffer.slice(offset, length));
    }

    /** Where it lies. */
    long address() {
        return address;
    }

    /** Where a byte lies; the address is good for as long as the caller keeps the region. */
    public long addressOf(int offset) {
        check(offset, 0);
        return address + offset;
    }

    /**
     * The usable part of an allocation.
     *
     * @param bytes what is allocated.
     * @return the bytes that remain wherever the memory comes to lie, a multiple of a cache line.
     */
    public static int capacityFor(int bytes) {
        return capacityFor(bytes, CACHE_LINE);
    }

    private static int capacityFor(int bytes, int alignment) {
        return Math.max(0, (bytes - alignment + 1) & -CACHE_LINE);
    }

    /** What must be allocated for a region of a given length, a multiple of a cache line. */
    public static long allocationFor(long capacity) {
        return capacity + CACHE_LINE - 1;
    }

    /** The region's length. */
    public int capacity() {
        return capacity;
    }

    /**
     * Reads a byte.
     *
     * @return the value, 0 to 255.
     */
    public int getUnsignedByte(int offset) {
        check(offset, Byte.BYTES);
        return UnsafeApi.getByte(null, address + offset) & 0xFF;
    }

    /** Writes a byte. */
    public void putByte(int offset, int value) {
        check(offset, Byte.BYTES);
        UnsafeApi.putByte(null, address + offset, (byte) value);
    }

    /**
     * Reads a short.
     *
     * @return the value, 0 to 65 535.
     */
    public int getUnsignedShort(int offset) {
        check(offset, Short.BYTES);
        return UnsafeApi.getShort(null, address + offset) & 0xFFFF;
    }

    /** Writes a short. */
    public void putShort(int offset, int value) {
        check(offset, Short.BYTES);
        UnsafeApi.putShort(null, address + offset, (short) value);
    }

    /** Reads an int. */
    public int getInt(int offset) {
        check(offset, Integer.BYTES);
        return UnsafeApi.getInt(null, address + offset);
    }

    /** Writes an int. */
    public void putInt(int offset, int value) {
        check(offset, Integer.BYTES);
        UnsafeApi.putInt(null, address + offset, value);
    }

    /**
     * Adds to an int, not atomically.
     *
     * @return the sum, now stored.
     */
    public int addInt(int offset, int delta) {
        final int sum = getInt(offset) + delta;
        putInt(offset, sum);
        return sum;
    }

    /** Reads a long. */
    public long getLong(int offset) {
        check(offset, Long.BYTES);
        return UnsafeApi.getLong(null, address + offset);
    }

    /** Writes a long. */
    public void putLong(int offset, long value) {
        check(offset, Long.BYTES);
        UnsafeApi.putLong(null, address + offset, value);
    }

    /** Reads a long with opaque order: whole, and not hoisted out of a loop. */
    public long getLongOpaque(int offset) {
        check(offset, Long.BYTES);
        return UnsafeApi.getLongOpaque(null, address + offset);
    }

    /** Reads an int with opaque order. */
    public int getIntOpaque(int offset) {
        check(offset, Integer.BYTES);
        return UnsafeApi.getIntOpaque(null, address + offset);
    }

    /** Reads a long with acquire order. */
    public long getLongAcquire(int offset) {
        check(offset, Long.BYTES);
        return UnsafeApi.getLongAcquire(null, address + offset);
    }

    /** Writes a long with release order. */
    public void putLongRelease(int offset, long value) {
        check(offset, Long.BYTES);
        UnsafeApi.putLongRelease(null, address + offset, value);
    }

    /**
     * Exchanges a long if it is the expected one, with volatile order.
     *
     * @param offset where, a multiple of 8.
     */
    public boolean compareAndSetLong(int offset, long expected, long value) {
        check(offset, Long.BYTES);
        return UnsafeApi.compareAndSetLong(null, address + offset, expected, value);
    }

    /** Keeps loads and stores before it from passing stores after it. */
    public static void storeFence() {
        UnsafeApi.storeFence();
    }

    /** Keeps loads before it from being passed by loads and stores after it. */
    public static void loadFence() {
        UnsafeApi.loadFence();
    }

    /** Fills a stretch with zeros. */
    public void zero(int offset, int length) {
        check(offset, length);
        UnsafeApi.setMemory(address + offset, length, (byte) 0);
    }

    /** Copies into the region. */
    public void copyIn(int offset, Object base, long source, int length) {
        if (BOUNDS_CHECKS) {
            checkCopyIn(offset, base, source, length);
        }
        RawMemory.copy(base, source, null, address + offset, length);
    }

    /** A copy that a test lets fail has come half-way, as one from a lost page may have. */
    private void checkCopyIn(int offset, Object base, long source, int length) {
        try {
            checkAccess(offset, length);
        } catch (final Error e) {
            RawMemory.copy(base, source, null, address + offset, length / 2);
            throw e;
        }
    }

    /** Copies out of the region. */
    public void copyOut(int offset, Object base, long target, int length) {
        check(offset, length);
        RawMemory.copy(null, address + offset, base, target, length);
    }

    /** Copies within the region, between stretches that do not overlap. */
    public void copy(int from, int to, int length) {
        check(from, length);
        check(to, length);
        RawMemory.copy(null, address + from, null, address + to, length);
    }

    /**
     * Compares bytes of the region with others.
     *
     * @param offset where they start.
     * @param base the others' array or {@code null}.
     * @param other the others' offset or address.
     */
    public boolean equal(int offset, Object base, long other, int length) {
        check(offset, length);
        return RawMemory.equal(null, address + offset, base, other, length);
    }

    /**
     * Lays a flyweight over part of the region, by address: the region's own buffer would let its
     * user reach all of the region. So the flyweight does not keep the memory, and the region must
     * stay reachable for as long as the flyweight is in use.
     *
     * @param offset where it starts.
     * @param length its capacity.
     */
    public void wrap(UnsafeBuffer view, int offset, int length) {
        check(offset, length);
        view.wrap(address + offset, length);
    }

    private void check(int offset, int length) {
        if (BOUNDS_CHECKS) {
            checkAccess(offset, length);
        }
    }

    private void checkAccess(int offset, int length) {
        AccessFaults.access();
        if ((offset | length) < 0 || offset > capacity - length) {
            throw new IndexOutOfBoundsException(
                    length
                            + " bytes at offset "
                            + offset
                            + " lie outside the region of "
                            + capacity
                            + " bytes");
        }
    }
}
