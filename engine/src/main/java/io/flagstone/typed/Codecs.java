package io.flagstone.typed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Codecs of common types. All are stateless; those of numbers and of enums allocate no bytes. */
public final class Codecs {
    /** Recognised by the cache, which then hashes the number itself. */
    static final Codec<Long> LONG = new LongCodec();

    private static final Codec<Integer> INTEGER = new IntegerCodec();
    private static final Codec<String> STRING = new StringCodec();
    private static final Codec<byte[]> BYTES = new BytesCodec();
    private static final Codec<UUID> UNIQUE = new UuidCodec();
    private static final Codec<ByteBuffer> BYTE_BUFFER = new ByteBufferCodec();

    private Codecs() {}

    /**
     * Numbers of 64 bits, in native order.
     *
     * @return the codec.
     */
    public static Codec<Long> ofLong() {
        return LONG;
    }

    /**
     * Numbers of 32 bits, in native order.
     *
     * @return the codec.
     */
    public static Codec<Integer> ofInt() {
        return INTEGER;
    }

    /**
     * Text in UTF-8. As a key it may not be empty.
     *
     * @return the codec.
     */
    public static Codec<String> ofString() {
        return STRING;
    }

    /**
     * Arrays of bytes. Arrays are not equal by content, so they do not suit as keys of a loader.
     *
     * @return the codec.
     */
    public static Codec<byte[]> ofBytes() {
        return BYTES;
    }

    /**
     * UUIDs, in 16 bytes.
     *
     * @return the codec.
     */
    public static Codec<UUID> ofUuid() {
        return UNIQUE;
    }

    /**
     * The bytes between a buffer's position and its limit, neither of which is changed. What is
     * read is a buffer of its own on the heap.
     *
     * @return the codec.
     */
    public static Codec<ByteBuffer> ofByteBuffer() {
        return BYTE_BUFFER;
    }

    /**
     * Constants of an enum, by their ordinal in four bytes.
     *
     * @param type the enum.
     * @param <E> its type.
     * @return the codec.
     */
    public static <E extends Enum<E>> Codec<E> ofEnum(Class<E> type) {
        return new EnumCodec<>(type.getEnumConstants());
    }

    /** A copy of some bytes. */
    static byte[] bytes(DirectBuffer buffer, int offset, int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }

    private static void check(int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    "a value of " + length + " bytes was not written by a codec of " + expected);
        }
    }

    private static final class LongCodec implements Codec<Long> {
        @Override
        public int encode(Long value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, value);
            return Long.BYTES;
        }

        @Override
        public Long decode(DirectBuffer buffer, int offset, int length) {
            check(length, Long.BYTES);
            return buffer.getLong(offset);
        }
    }

    private static final class IntegerCodec implements Codec<Integer> {
        @Override
        public int encode(Integer value, MutableDirectBuffer buffer, int offset) {
            buffer.putInt(offset, value);
            return Integer.BYTES;
        }

        @Override
        public Integer decode(DirectBuffer buffer, int offset, int length) {
            check(length, Integer.BYTES);
            return buffer.getInt(offset);
        }
    }

    private static final class StringCodec implements Codec<String> {
        @Override
        public int encode(String value, MutableDirectBuffer buffer, int offset) {
            return buffer.putStringWithoutLengthUtf8(offset, value);
        }

        @Override
        public String decode(DirectBuffer buffer, int offset, int length) {
            return new String(bytes(buffer, offset, length), StandardCharsets.UTF_8);
        }
    }

    private static final class BytesCodec implements Codec<byte[]> {
        @Override
        public int encode(byte[] value, MutableDirectBuffer buffer, int offset) {
            buffer.putBytes(offset, value);
            return value.length;
        }

        @Override
        public byte[] decode(DirectBuffer buffer, int offset, int length) {
            return bytes(buffer, offset, length);
        }

        @Override
        public byte[] decode(DirectBuffer buffer, int offset, int length, byte[] reuse) {
            if (reuse.length != length) {
                return decode(buffer, offset, length);
            }
            buffer.getBytes(offset, reuse);
            return reuse;
        }
    }

    private static final class UuidCodec implements Codec<UUID> {
        @Override
        public int encode(UUID value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, value.getMostSignificantBits());
            buffer.putLong(offset + Long.BYTES, value.getLeastSignificantBits());
            return 2 * Long.BYTES;
        }

        @Override
        public UUID decode(DirectBuffer buffer, int offset, int length) {
            check(length, 2 * Long.BYTES);
            return new UUID(buffer.getLong(offset), buffer.getLong(offset + Long.BYTES));
        }
    }

    private static final class ByteBufferCodec implements Codec<ByteBuffer> {
        @Override
        public int encode(ByteBuffer value, MutableDirectBuffer buffer, int offset) {
            buffer.putBytes(offset, value, value.position(), value.remaining());
            return value.remaining();
        }

        @Override
        public ByteBuffer decode(DirectBuffer buffer, int offset, int length) {
            return ByteBuffer.wrap(bytes(buffer, offset, length));
        }

        /** Reads into the reused buffer, from its start, if it has room. */
        @Override
        public ByteBuffer decode(DirectBuffer buffer, int offset, int length, ByteBuffer reuse) {
            if (reuse.capacity() < length || reuse.isReadOnly()) {
                return decode(buffer, offset, length);
            }
            buffer.getBytes(offset, reuse, 0, length);
            return reuse.limit(length).position(0);
        }
    }

    private static final class EnumCodec<E extends Enum<E>> implements Codec<E> {
        private final E[] constants;

        EnumCodec(E[] constants) {
            this.constants = Objects.requireNonNull(constants);
        }

        @Override
        public int encode(E value, MutableDirectBuffer buffer, int offset) {
            buffer.putInt(offset, value.ordinal());
            return Integer.BYTES;
        }

        @Override
        public E decode(DirectBuffer buffer, int offset, int length) {
            check(length, Integer.BYTES);
            return constants[buffer.getInt(offset)];
        }
    }
}
