// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.AbstractMutableDirectBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;

/**
 * The buffer that codecs write to. It grows on demand, and tracks the end of the furthest write, so
 * a codec cannot return bytes of an earlier object as its own.
 *
 * <p>A write beyond the furthest one leaves a gap, which is filled with zeros. A codec that takes
 * the array behind the buffer bypasses these checks: everything after its furthest write is set to
 * zero first, and only the capacity limits the length that it may return.
 *
 * <p>For one thread at a time. Allocates when it grows.
 */
final class EncodeBuffer extends AbstractMutableDirectBuffer {
    private static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    private final Scratch scratch;

    /** True while a codec encodes. When the engine takes the array later, nothing is bypassed. */
    private boolean encoding;

    /** The end of the codec's furthest write. */
    private int written;

    /** The end of what an enclosing codec has written; never cleared. */
    private int kept;

    /** Bytes from here on are zero, or from {@link #written} on if that is further. */
    private int dirty;

    EncodeBuffer(int capacity, Scratch scratch) {
        this.scratch = scratch;
        this.byteArray = new byte[capacity];
        this.addressOffset = BufferUtil.ARRAY_BASE_OFFSET;
        this.capacity = capacity;
    }

    /**
     * Encodes an object with a codec, and checks the length that the codec returns.
     *
     * @return the length.
     * @throws IllegalArgumentException if the length is negative or greater than what the codec
     *     wrote.
     */
    <T> int encode(Codec<T> codec, T value, int offset) {
        final boolean nested = encoding;
        final int outerKept = kept;
        final int outerWritten = nested ? written : 0;
        kept = outerWritten;
        if (offset > outerWritten) {
            forgetFrom(outerWritten);
            clear(outerWritten, offset);
        }
        forgetFrom(offset);
        encoding = true;
        final int length;
        try {
            length = codec.encode(value, this, offset);
        } finally {
            encoding = nested;
            kept = outerKept;
        }
        if (length < 0 || length > written - offset) {
            throw new IllegalArgumentException(
                    "encode must return the number of bytes that it wrote: codec="
                            + codec.getClass().getName()
                            + ", returned="
                            + length
                            + ", written="
                            + (written - offset));
        }
        forgetFrom(Math.max(outerWritten, offset + length));
        return length;
    }

    /**
     * Sets the end of the written bytes. Bytes after it are stale, to be zeroed by {@link #clear}.
     */
    private void forgetFrom(int end) {
        dirty = Math.max(dirty, written);
        written = end;
    }

    /** Zeroes the stale bytes of a range, but no bytes of an enclosing codec. */
    private void clear(int from, int to) {
        final int start = Math.max(from, kept);
        final int end = Math.min(to, dirty);
        if (start < end) {
            Arrays.fill(byteArray, start, end, (byte) 0);
        }
    }

    /** Makes room and notes the write. Every method that writes calls this first. */
    @Override
    protected void ensureCapacity(int index, int length) {
        if (index < 0 || length < 0) {
            throw new IndexOutOfBoundsException(
                    "index and length must not be negative: index=" + index + ", length=" + length);
        }
        final long end = (long) index + length;
        if (end > capacity) {
            grow(end);
        }
        if (index > written) {
            clear(written, index);
        }
        if (end > written) {
            written = (int) end;
        }
    }

    private void grow(long needed) {
        if (needed > MAX_CAPACITY) {
            throw new IndexOutOfBoundsException(
                    "an encoded object must end within "
                            + MAX_CAPACITY
                            + " bytes of the buffer: end="
                            + needed);
        }
        final int next = (int) Math.min(MAX_CAPACITY, Math.max(needed, capacity + capacity / 2L));
        byteArray = Arrays.copyOf(byteArray, next);
        capacity = next;
        scratch.noteCapacity(next);
    }

    /** Makes room up to a limit. This does not count as a write. */
    @Override
    public void checkLimit(int limit) {
        if (limit < 0) {
            throw new IndexOutOfBoundsException("limit must not be negative: limit=" + limit);
        }
        if (limit > capacity) {
            grow(limit);
        }
    }

    @Override
    public byte[] byteArray() {
        if (encoding) {
            clear(written, capacity);
            written = capacity;
        }
        return byteArray;
    }

    @Override
    public boolean isExpandable() {
        return true;
    }

    @Override
    public int wrapAdjustment() {
        return 0;
    }

    @Override
    public ByteBuffer byteBuffer() {
        return null;
    }

    @Override
    public void wrap(byte[] buffer) {
        throw noWrap();
    }

    @Override
    public void wrap(byte[] buffer, int offset, int length) {
        throw noWrap();
    }

    @Override
    public void wrap(ByteBuffer buffer) {
        throw noWrap();
    }

    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        throw noWrap();
    }

    @Override
    public void wrap(DirectBuffer buffer) {
        throw noWrap();
    }

    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        throw noWrap();
    }

    @Override
    public void wrap(long address, int length) {
        throw noWrap();
    }

    private static UnsupportedOperationException noWrap() {
        return new UnsupportedOperationException(
                "a codec must not wrap other memory with its buffer");
    }
}
