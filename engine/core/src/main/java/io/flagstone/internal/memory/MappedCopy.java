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
 * A heap copy of a caller's bytes in a mapped file.
 *
 * <p>If the file was truncated, access to a lost page causes an {@link InternalError}. HotSpot
 * records the fault and throws the error later, at a point of its choice. That point must not lie
 * between two writes to a segment. So the engine copies keys and values in mapped memory, and calls
 * {@link #throwFault}, before an operation takes its lock. Likewise, it copies results to mapped
 * memory after the operation.
 *
 * <p>Memory that a buffer wraps by its bare address may be mapped too, and is treated as mapped.
 *
 * <p>Each thread reuses its copies and keeps up to {@link #KEPT_BYTES} of each. An operation takes
 * one copy for each of its arguments. An operation on another cache, inside a callback of the
 * first, takes further ones.
 */
public final class MappedCopy implements AutoCloseable {
    /** The longest copy whose memory is kept for reuse. */
    public static final int KEPT_BYTES = 1 << 16;

    private static final byte[] EMPTY = new byte[0];
    private static final int MIN_BYTES = 256;
    private static final long NO_FIELD = -1;
    private static final long FILE_FIELD = fileField();
    private static final ThreadLocal<MappedCopy> FIRST = ThreadLocal.withInitial(MappedCopy::new);

    /** Whether the JVM throws a recorded fault when a native method returns. */
    private static final boolean THROWS_AT_RETURN = Runtime.version().feature() >= 25;

    /** Always 0. Not final, so that no compiler can know. */
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
     * Returns whether a buffer's memory is, or may be, in a mapped file.
     *
     * <p>Every direct buffer is an instance of {@link MappedByteBuffer}. Only mapped buffers, and
     * their slices and duplicates, have a file descriptor.
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
     * @param source a buffer without an array; the caller must have checked the range.
     * @throws InternalError if the file no longer has the bytes.
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

    /**
     * Takes a copy of this thread with room for {@code length} bytes. Its contents are undefined.
     */
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

    /** Returns the bytes, from index 0. The buffer may be longer. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** Returns a flyweight over the first bytes, and no others. */
    public UnsafeBuffer view(int length) {
        view.wrap(buffer, 0, length);
        return view;
    }

    /** Copies from mapped memory. The caller must call {@link #throwFault} afterwards. */
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
     * Makes the JVM throw the fault, if any, that this thread's last access caused.
     *
     * <p>JDK 25 throws it when any native method returns. JDK 17 throws it in those entries to its
     * runtime that can throw any exception. Few operations of compiled code enter the runtime that
     * way. Creating an array of arrays of unknown length does so in both compilers and in the
     * interpreter. It leaves 16 bytes of garbage.
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

    /** Returns the copy to its thread. Its contents are undefined from now on. */
    @Override
    public void close() {
        view.wrap(EMPTY);
        if (buffer.capacity() > KEPT_BYTES) {
            buffer.wrap(EMPTY);
        }
        used = false;
    }
}
