// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;

/**
 * Codecs of common types. All are immutable and thread-safe.
 *
 * <p>Each codec reads every object that it writes as an equal one. Unless stated otherwise, it
 * writes the same bytes for equal objects, and at least one byte, so its objects may be keys. It
 * throws an {@link IllegalArgumentException} for bytes that it cannot have written, except that
 * malformed UTF-8 is decoded with replacement characters.
 *
 * <p>The codecs of {@code long}, {@code int}, {@code short}, {@code double}, {@code float}, {@code
 * boolean}, {@code UUID}, {@code Instant}, {@code LocalDate} and enums allocate nothing when they
 * encode.
 */
public final class Codecs {
    /** The cache recognises this codec and passes the number to the engine without encoding it. */
    static final Codec<Long> LONG = new NumberCodecs.LongCodec();

    private static final Codec<Integer> INTEGER = new NumberCodecs.IntegerCodec();
    private static final Codec<Short> SHORT = new NumberCodecs.ShortCodec();
    private static final Codec<Boolean> BOOLEAN = new NumberCodecs.BooleanCodec();
    private static final Codec<Double> DOUBLE = new NumberCodecs.DoubleCodec();
    private static final Codec<Float> FLOAT = new NumberCodecs.FloatCodec();
    private static final Codec<BigDecimal> BIG_DECIMAL = new NumberCodecs.BigDecimalCodec();
    private static final Codec<Instant> INSTANT = new TimeCodecs.InstantCodec();
    private static final Codec<LocalDate> LOCAL_DATE = new TimeCodecs.LocalDateCodec();
    private static final Codec<String> STRING = new StringCodec();
    private static final Codec<byte[]> BYTES = new ByteCodecs.ArrayCodec();
    private static final Codec<UUID> UNIQUE = new ByteCodecs.UuidCodec();
    private static final Codec<ByteBuffer> BYTE_BUFFER = new ByteCodecs.ByteBufferCodec();

    private Codecs() {}

    /**
     * Returns the codec of 64-bit integers, in native byte order.
     *
     * @return the codec.
     */
    public static Codec<Long> ofLong() {
        return LONG;
    }

    /**
     * Returns the codec of 32-bit integers, in native byte order.
     *
     * @return the codec.
     */
    public static Codec<Integer> ofInt() {
        return INTEGER;
    }

    /**
     * Returns the codec of 16-bit integers, in native byte order.
     *
     * @return the codec.
     */
    public static Codec<Short> ofShort() {
        return SHORT;
    }

    /**
     * Returns the codec of booleans, in one byte.
     *
     * @return the codec.
     */
    public static Codec<Boolean> ofBoolean() {
        return BOOLEAN;
    }

    /**
     * Returns the codec of 64-bit floating-point numbers. As for {@link Double#equals}, -0.0 and
     * 0.0 are different keys, and all NaN values are the same key.
     *
     * @return the codec.
     */
    public static Codec<Double> ofDouble() {
        return DOUBLE;
    }

    /**
     * Returns the codec of 32-bit floating-point numbers. -0.0, 0.0 and NaN are keys as in {@link
     * #ofDouble}.
     *
     * @return the codec.
     */
    public static Codec<Float> ofFloat() {
        return FLOAT;
    }

    /**
     * Returns the codec of decimal numbers: the scale in four bytes, then the digits. As for {@link
     * BigDecimal#equals}, 2.0 and 2.00 are different keys.
     *
     * @return the codec.
     */
    public static Codec<BigDecimal> ofBigDecimal() {
        return BIG_DECIMAL;
    }

    /**
     * Returns the codec of instants, with nanoseconds, in 12 bytes.
     *
     * @return the codec.
     */
    public static Codec<Instant> ofInstant() {
        return INSTANT;
    }

    /**
     * Returns the codec of dates, in eight bytes.
     *
     * @return the codec.
     */
    public static Codec<LocalDate> ofLocalDate() {
        return LOCAL_DATE;
    }

    /**
     * Returns the codec of strings, in UTF-8. The empty string, and strings with an unpaired
     * surrogate, which UTF-8 cannot encode, are written as the byte 0xFF, which UTF-8 never uses,
     * followed by their {@code char}s, two bytes each, the high byte first.
     *
     * @return the codec.
     */
    public static Codec<String> ofString() {
        return STRING;
    }

    /**
     * Returns the codec of byte arrays, copied unchanged. An empty array is written as a mark of
     * eight bytes; an array of one or more such marks gets one more. Arrays are not equal by
     * content, so do not use them as keys with a loader.
     *
     * @return the codec.
     */
    public static Codec<byte[]> ofBytes() {
        return BYTES;
    }

    /**
     * Returns the codec of UUIDs, in 16 bytes.
     *
     * @return the codec.
     */
    public static Codec<UUID> ofUuid() {
        return UNIQUE;
    }

    /**
     * Returns the codec of byte buffers. It writes the bytes from the position to the limit and
     * changes neither; an empty buffer is written as in {@link #ofBytes}. It reads a new heap
     * buffer.
     *
     * @return the codec.
     */
    public static Codec<ByteBuffer> ofByteBuffer() {
        return BYTE_BUFFER;
    }

    /**
     * Returns the codec of the constants of an enum: the ordinal, in four bytes.
     *
     * @param type the enum.
     * @param <E> its type.
     * @return the codec.
     * @throws IllegalArgumentException if the class is that of a single constant, or {@code Enum}
     *     itself.
     */
    public static <E extends Enum<E>> Codec<E> ofEnum(Class<E> type) {
        return new EnumCodec<>(type);
    }

    /**
     * Returns the codec of lists: the number of elements in four bytes, then each element after its
     * length in four bytes. It reads a new mutable list.
     *
     * @param elements the codec of the elements; use {@link #ofNullable} for elements that may be
     *     {@code null}.
     * @param <E> the elements' type.
     * @return the codec.
     */
    public static <E> Codec<List<E>> ofList(Codec<E> elements) {
        return new ListCodec<>(elements);
    }

    /**
     * Returns the codec of objects that may be {@code null}, for elements of a list or fields of a
     * {@link RecordCodec}. Keys and values of a cache are never {@code null}.
     *
     * @param present the codec of the objects that are not {@code null}.
     * @param <T> their type.
     * @return the codec.
     */
    public static <T> Codec<T> ofNullable(Codec<T> present) {
        return new NullableCodec<>(present);
    }

    /**
     * Returns a codec that uses Java's serialization, for values. It is slow, and its bytes are
     * many. Do not use it for keys: equal objects may have different bytes.
     *
     * <p>It looks classes up in the class loader of the type, then in the thread's context class
     * loader, then in that of this library. The JVM's deserialization filter applies.
     *
     * @param type the type of the objects. The codec throws an {@link IllegalArgumentException} if
     *     it reads an object of another type, or if an object cannot be serialized or deserialized.
     * @param <T> their type.
     * @return the codec.
     */
    public static <T> Codec<T> ofSerializable(Class<T> type) {
        return ofSerializable(type, type.getClassLoader());
    }

    /**
     * Returns a codec as {@link #ofSerializable(Class)} does, which looks classes up in the given
     * class loader first.
     *
     * @param type the type of the objects.
     * @param classes the class loader; {@code null} for the bootstrap class loader.
     * @param <T> their type.
     * @return the codec.
     */
    public static <T> Codec<T> ofSerializable(Class<T> type, ClassLoader classes) {
        return new SerializableCodec<>(type, classes);
    }

    /** Copies bytes to a new array. */
    static byte[] bytes(DirectBuffer buffer, int offset, int length) {
        return ByteCodecs.copy(buffer, offset, length);
    }
}
