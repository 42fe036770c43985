// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Codecs of byte arrays, byte buffers and UUIDs.
 *
 * <p>The engine refuses a key of no bytes, but an empty array may be a key. It is written as a mark
 * of eight bytes. To keep this unambiguous, an array that consists of one or more marks is written
 * with one more mark.
 */
final class ByteCodecs {
    /** An arbitrary mark of eight bytes, in big-endian order. */
    static final long EMPTY_MARK = 0xC3F1_9A57_0E6D_B284L;

    private ByteCodecs() {}

    /** Copies bytes to a new array. */
    static byte[] copy(DirectBuffer buffer, int offset, int length) {
        if (length < 0) {
            throw new IllegalArgumentException("length must not be negative: length=" + length);
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }

    /**
     * Appends a mark if the {@code length} bytes written are only marks, or none. Returns the
     * encoded length.
     */
    private static int endEncoding(MutableDirectBuffer buffer, int offset, int length) {
        if (!isMarks(buffer, offset, length)) {
            return length;
        }
        buffer.putLong(offset + length, EMPTY_MARK, ByteOrder.BIG_ENDIAN);
        return length + Long.BYTES;
    }

    /** Returns the length of the object, without an appended mark. */
    private static int decodedLength(DirectBuffer buffer, int offset, int length) {
        return length > 0 && isMarks(buffer, offset, length) ? length - Long.BYTES : length;
    }

    private static boolean isMarks(DirectBuffer buffer, int offset, int length) {
        if (length % Long.BYTES != 0) {
            return false;
        }
        for (int i = 0; i < length; i += Long.BYTES) {
            if (buffer.getLong(offset + i, ByteOrder.BIG_ENDIAN) != EMPTY_MARK) {
                return false;
            }
        }
        return true;
    }

    static final class ArrayCodec implements Codec<byte[]> {
        @Override
        public int encode(byte[] value, MutableDirectBuffer buffer, int offset) {
            buffer.putBytes(offset, value);
            return endEncoding(buffer, offset, value.length);
        }

        @Override
        public byte[] decode(DirectBuffer buffer, int offset, int length) {
            return copy(buffer, offset, decodedLength(buffer, offset, length));
        }

        @Override
        public byte[] decode(DirectBuffer buffer, int offset, int length, byte[] reuse) {
            final int decoded = decodedLength(buffer, offset, length);
            if (reuse.length != decoded) {
                return copy(buffer, offset, decoded);
            }
            buffer.getBytes(offset, reuse);
            return reuse;
        }
    }

    static final class ByteBufferCodec implements Codec<ByteBuffer> {
        @Override
        public int encode(ByteBuffer value, MutableDirectBuffer buffer, int offset) {
            final int length = value.remaining();
            buffer.putBytes(offset, value, value.position(), length);
            return endEncoding(buffer, offset, length);
        }

        @Override
        public ByteBuffer decode(DirectBuffer buffer, int offset, int length) {
            return ByteBuffer.wrap(copy(buffer, offset, decodedLength(buffer, offset, length)));
        }

        /** Reads into the reused buffer, from its start, if it is writable and has room. */
        @Override
        public ByteBuffer decode(DirectBuffer buffer, int offset, int length, ByteBuffer reuse) {
            final int decoded = decodedLength(buffer, offset, length);
            if (reuse.capacity() < decoded || reuse.isReadOnly()) {
                return ByteBuffer.wrap(copy(buffer, offset, decoded));
            }
            buffer.getBytes(offset, reuse, 0, decoded);
            return reuse.limit(decoded).position(0);
        }
    }

    static final class UuidCodec implements Codec<UUID> {
        @Override
        public int encode(UUID value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, value.getMostSignificantBits());
            buffer.putLong(offset + Long.BYTES, value.getLeastSignificantBits());
            return 2 * Long.BYTES;
        }

        @Override
        public UUID decode(DirectBuffer buffer, int offset, int length) {
            NumberCodecs.check(length, 2 * Long.BYTES);
            return new UUID(buffer.getLong(offset), buffer.getLong(offset + Long.BYTES));
        }
    }
}
