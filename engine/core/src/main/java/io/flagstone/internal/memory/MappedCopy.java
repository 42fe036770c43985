// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A copy on the heap of a caller's bytes that lie in a mapped file.
 *
 * <p>Access to a page that its file has lost, because somebody cut the file short, is an {@link
 * InternalError}. HotSpot notes it and throws it later, at a point of its choice, which must not
 * lie between two writes to a segment. So keys and values in mapped memory are copied, and {@link
 * #throwFault} asks for the error, before an operation takes its lock. What goes out to mapped
 * memory is copied after the operation, likewise.
 *
 * <p>Memory that a buffer wraps by its bare address may be mapped as well and is treated so.
 *
 * <p>Copies belong to their thread, which uses them again and keeps up to {@link #KEPT_BYTES} of
 * each. An operation has one for each of its arguments, and an operation on another cache, inside a
 * callback of the first, has the next ones.
 */
public final class MappedCopy implements AutoCloseable {
    /** The longest copy whose memory is kept for the next. */
    public static final int KEPT_BYTES = 1 << 16;

    private static final byte[] EMPTY = new byte[0];
    private static final int MIN_BYTES = 256;
    private static final long NO_FIELD = -1;
    private static final long FILE_FIELD = fileField();
    private static final ThreadLocal<MappedCopy> FIRST = ThreadLocal.withInitial(MappedCopy::new);

    /** Whether the JVM throws a noted fault when a native method returns. */
    private static final boolean THROWS_AT_RETURN = Runtime.version().feature() >= 25;

    /** Always 0. Not final, so that no compiler can tell. */
    private static int zero;

    private final UnsafeBuffer buffer = new UnsafeBuffer(EMPTY);
    private final UnsafeBuffer view = new UnsafeBuffer(EMPTY);
    private MappedCopy next;
    private boolean used;

    private MappedCopy() {}

    private static long fileField() {
        try {
            return UnsafeApi.objectFieldOffset(MappedByteBuffer.class, "fd");
        } catch (InternalError noSuchField) {
            return NO_FIELD;
        }
    }

    /**
     * Tells whether a buffer's memory is, or may be, that of a mapped file.
     *
     * <p>Every direct buffer is an instance of {@link MappedByteBuffer}; the descriptor of the file
     * tells mapped ones apart, slices and duplicates included.
     */
    public static boolean isNeeded(DirectBuffer buffer) {
        if (buffer.byteArray() != null) {
            return false;
        }
        final ByteBuffer memory = buffer.byteBuffer();
        return !(memory instanceof MappedByteBuffer)
                || FILE_FIELD == NO_FIELD
                || UnsafeApi.getReference(memory, FILE_FIELD) != null;
    }

    /**
     * Copies bytes that lie in mapped memory.
     *
     * @param source their buffer, which has no array; the caller has checked the range.
     * @throws InternalError if the file no longer has them.
     */
    public static MappedCopy of(DirectBuffer source, int offset, int length) {
        final Object owner = RawMemory.owner(source);
        final long address = source.addressOffset() + offset;
        final MappedCopy copy = take(length);
        boolean whole = false;
        try {
            copy.copyIn(0, address, length);
            throwFault();
            whole = true;
        } finally {
            if (!whole) {
                copy.close();
            }
        }
        Reference.reachabilityFence(owner);
        return copy;
    }

    /** Takes a copy of this thread's with room for some bytes, which mean nothing yet. */
    public static MappedCopy take(int length) {
        MappedCopy copy = FIRST.get();
        while (copy.used) {
            if (copy.next == null) {
                copy.next = new MappedCopy();
            }
            copy = copy.next;
        }
        if (copy.buffer.capacity() < length) {
            copy.buffer.wrap(new byte[length > KEPT_BYTES ? length : roomFor(length)]);
        }
        copy.used = true;
        return copy;
    }

    private static int roomFor(int length) {
        return Math.max(MIN_BYTES, BitUtil.findNextPositivePowerOfTwo(length));
    }

    /** The bytes, from index 0 on; the buffer may be longer. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** Returns a flyweight over the first bytes, and no others. */
    public UnsafeBuffer view(int length) {
        view.wrap(buffer, 0, length);
        return view;
    }

    /** Copies from mapped memory; {@link #throwFault} is the caller's to call. */
    public void copyIn(int index, long source, int length) {
        final long target = buffer.addressOffset() + index;
        RawMemory.copy(null, source, buffer.byteArray(), target, length);
    }

    /**
     * Copies to mapped memory.
     *
     * @throws InternalError if the file no longer has the memory.
     */
    public void copyOut(long target, int length) {
        RawMemory.copy(buffer.byteArray(), buffer.addressOffset(), null, target, length);
        throwFault();
    }

    /**
     * Makes the JVM throw the fault that this thread's last access has caused, if it has.
     *
     * <p>JDK 25 throws it when any native method returns. JDK 17 throws it in those entries of its
     * runtime that may throw anything, and in compiled code few operations end there: making an
     * array of arrays of unknown length does in each compiler and in the interpreter. That leaves
     * 16 bytes of garbage.
     *
     * @throws InternalError if there is a fault.
     */
    public static void throwFault() {
        if (THROWS_AT_RETURN) {
            zero = Thread.holdsLock(EMPTY) ? 0 : zero;
        } else {
            zero = new byte[zero][zero].length;
        }
    }

    /** Gives the copy back; its bytes mean nothing from now on. */
    @Override
    public void close() {
        view.wrap(EMPTY);
        if (buffer.capacity() > KEPT_BYTES) {
            buffer.wrap(EMPTY);
        }
        used = false;
    }
}
