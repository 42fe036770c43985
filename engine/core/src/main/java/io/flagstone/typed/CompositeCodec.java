// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A codec that writes objects part by part, each part with its length before it in four bytes, in
 * native order. The length of a part that is {@code null} is -1.
 *
 * <p>The lengths that the parts' codecs return are checked wherever the composite is written to:
 * into a buffer that is not the cache's it is copied.
 *
 * @param <T> the objects' type.
 */
abstract class CompositeCodec<T> implements Codec<T> {
    private static final int NULL = -1;

    /** Writes the parts of an object; returns the number of bytes written. */
    abstract int encodeParts(T value, EncodeBuffer buffer, int offset);

    /** Reads an object that ends at the end of the parts. */
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

    /** Writes a part; returns the number of bytes written. */
    static <P> int encodePart(Codec<P> codec, P part, EncodeBuffer buffer, int offset) {
        final int length = buffer.encode(codec, part, offset + Integer.BYTES);
        buffer.putInt(offset, length);
        return Integer.BYTES + length;
    }

    /** Writes a part that is missing; returns the number of bytes written. */
    static int encodeNull(EncodeBuffer buffer, int offset) {
        buffer.putInt(offset, NULL);
        return Integer.BYTES;
    }

    /** Reads parts one after the other, and nothing beyond the end of the object. */
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
                        length
                                + " bytes from "
                                + offset
                                + " are not within a buffer of "
                                + buffer.capacity());
            }
        }

        /** Reads the number of things that follow, each of which takes four bytes at least. */
        int readCount() {
            final int count = readInt("the number of parts");
            if (count < 0 || count > remaining() / Integer.BYTES) {
                throw damaged(count + " parts do not fit " + remaining() + " bytes");
            }
            return count;
        }

        /** Reads a part, which may be null only if that is allowed. */
        <P> P read(Codec<P> part, boolean nullable) {
            final int length = readInt("the length of a part");
            if (length == NULL && nullable) {
                return null;
            }
            if (length < 0 || length > remaining()) {
                throw damaged("a part of " + length + " bytes is not within " + remaining());
            }
            final int start = position;
            position += length;
            return part.decode(buffer, start, length);
        }

        /** Reads the byte of an object without parts. */
        void skipByte() {
            if (remaining() != Byte.BYTES) {
                throw damaged("an object without parts has 1 byte, not " + remaining());
            }
            position++;
        }

        private int readInt(String what) {
            if (remaining() < Integer.BYTES) {
                throw damaged(what + " needs 4 bytes, and " + remaining() + " are left");
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
                throw damaged(remaining() + " bytes are left behind the last part");
            }
        }

        IllegalArgumentException damaged(String what) {
            return new IllegalArgumentException(
                    "these bytes were not written by this "
                            + codec.getClass().getName()
                            + ": "
                            + what);
        }
    }
}
