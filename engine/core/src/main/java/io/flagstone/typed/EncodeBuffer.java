// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.AbstractMutableDirectBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;

/**
 * The buffer that codecs write to. It grows as it is written to, and knows how far it was written,
 * so that a codec cannot pass off bytes of an earlier object as its own.
 *
 * <p>A write past the last one leaves a gap, and a gap holds zeros. A codec that asks for the array
 * behind the buffer writes past this class: everything behind what it has written is set to zero
 * first, and only the capacity limits the length that it may return.
 *
 * <p>For one thread at a time. Allocates where it grows.
 */
final class EncodeBuffer extends AbstractMutableDirectBuffer {
    private static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    private final Scratch scratch;

    /** Whether a codec is at work: afterwards the engine reads the array, which is no escape. */
    private boolean encoding;

    /** Where the codec's furthest write ended. */
    private int written;

    /** What a codec has written that called this one for a part; not to be cleared. */
    private int kept;

    /** Bytes from here on are zero, unless {@link #written} lies behind. */
    private int dirty;

    EncodeBuffer(int capacity, Scratch scratch) {
        this.scratch = scratch;
        this.byteArray = new byte[capacity];
        this.addressOffset = BufferUtil.ARRAY_BASE_OFFSET;
        this.capacity = capacity;
    }

    /**
     * Lets a codec write an object, and checks the length that it returns.
     *
     * @return the length.
     * @throws IllegalArgumentException if it is negative, or goes beyond what the codec wrote.
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
                    "the codec "
                            + codec.getClass().getName()
                            + " returned a length of "
                            + length
                            + " bytes, but wrote "
                            + (written - offset)
                            + ": encode has to write every byte and to return their number");
        }
        forgetFrom(Math.max(outerWritten, offset + length));
        return length;
    }

    /** Sets where the last write ended; what lies behind belongs to nobody any more. */
    private void forgetFrom(int end) {
        dirty = Math.max(dirty, written);
        written = end;
    }

    /** Sets bytes to zero that may hold others, but none of the codec around this one. */
    private void clear(int from, int to) {
        final int start = Math.max(from, kept);
        final int end = Math.min(to, dirty);
        if (start < end) {
            Arrays.fill(byteArray, start, end, (byte) 0);
        }
    }

    /** Called by every method that writes, before it does. */
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
                    "a buffer of " + needed + " bytes is larger than the limit of " + MAX_CAPACITY);
        }
        final int next = (int) Math.min(MAX_CAPACITY, Math.max(needed, capacity + capacity / 2L));
        byteArray = Arrays.copyOf(byteArray, next);
        capacity = next;
        scratch.noteCapacity(next);
    }

    /** Makes room up to a limit; that is not a write. */
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
        return new UnsupportedOperationException("the buffer of a codec wraps nothing else");
    }
}
