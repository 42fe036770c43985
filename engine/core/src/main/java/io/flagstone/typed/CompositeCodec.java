// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A codec that writes objects part by part, each part after its length in four bytes, in native
 * byte order. The length of a {@code null} part is -1.
 *
 * <p>The lengths that the parts' codecs return are always checked: to write to a buffer that is not
 * an {@link EncodeBuffer}, it encodes into one and copies.
 *
 * @param <T> the objects' type.
 */
abstract class CompositeCodec<T> implements Codec<T> {
    private static final int NULL = -1;

    /** Writes the parts of an object. Returns the number of bytes written. */
    abstract int encodeParts(T value, EncodeBuffer buffer, int offset);

    /** Reads an object from its parts; the last part ends at the end of the bytes. */
    abstract T decodeParts(Parts parts);

    @Override
    public final int encode(T value, MutableDirectBuffer buffer, int offset) {
        if (buffer instanceof EncodeBuffer own) {
            return encodeParts(value, own, offset);
        }
        final Scratch scratch = Scratch.acquire();
        try {
            final int length = scratch.value.encode(this, value, 0);
            buffer.putBytes(offset, scratch.value, 0, length);
            return length;
        } finally {
            scratch.release();
        }
    }

    @Override
    public final T decode(DirectBuffer buffer, int offset, int length) {
        final Parts parts = new Parts(this, buffer, offset, length);
        final T value = decodeParts(parts);
        parts.checkEnd();
        return value;
    }

    /** Writes a part after its length. Returns the number of bytes written. */
    static <P> int encodePart(Codec<P> codec, P part, EncodeBuffer buffer, int offset) {
        final int length = buffer.encode(codec, part, offset + Integer.BYTES);
        buffer.putInt(offset, length);
        return Integer.BYTES + length;
    }

    /** Writes a null part. Returns the number of bytes written. */
    static int encodeNull(EncodeBuffer buffer, int offset) {
        buffer.putInt(offset, NULL);
        return Integer.BYTES;
    }

    /** Reads the parts in order, and never beyond the end of the object. */
    static final class Parts {
        private final Codec<?> codec;
        private final DirectBuffer buffer;
        private final int end;
        private int position;

        Parts(Codec<?> codec, DirectBuffer buffer, int offset, int length) {
            this.codec = codec;
            this.buffer = buffer;
            this.position = offset;
            this.end = offset + length;
            if (offset < 0 || length < 0 || length > buffer.capacity() - offset) {
                throw damaged(
                        "offset and length must be within the buffer: offset="
                                + offset
                                + ", length="
                                + length
                                + ", capacity="
                                + buffer.capacity());
            }
        }

        /** Reads the number of parts that follow. Each takes at least four bytes. */
        int readCount() {
            final int count = readInt("the number of parts");
            if (count < 0 || count > remaining() / Integer.BYTES) {
                throw damaged(
                        "the number of parts must be at least 0 and fit the remaining bytes: parts="
                                + count
                                + ", remaining="
                                + remaining());
            }
            return count;
        }

        /** Reads a part. Returns null for a null part if that is allowed. */
        <P> P read(Codec<P> part, boolean nullable) {
            final int length = readInt("the length of a part");
            if (length == NULL && nullable) {
                return null;
            }
            if (length < 0 || length > remaining()) {
                throw damaged(
                        "the length of a part must be from 0 to "
                                + remaining()
                                + ": length="
                                + length);
            }
            final int start = position;
            position += length;
            return part.decode(buffer, start, length);
        }

        /** Skips the single byte of an object without parts. */
        void skipByte() {
            if (remaining() != Byte.BYTES) {
                throw damaged("an object without parts must have 1 byte: bytes=" + remaining());
            }
            position++;
        }

        private int readInt(String what) {
            if (remaining() < Integer.BYTES) {
                throw damaged(what + " needs 4 bytes: remaining=" + remaining());
            }
            final int read = buffer.getInt(position);
            position += Integer.BYTES;
            return read;
        }

        private int remaining() {
            return end - position;
        }

        void checkEnd() {
            if (remaining() > 0) {
                throw damaged("bytes follow the last part: remaining=" + remaining());
            }
        }

        IllegalArgumentException damaged(String what) {
            return new IllegalArgumentException(
                    "the bytes were not written by this codec, "
                            + codec.getClass().getName()
                            + ": "
                            + what);
        }
    }
}
