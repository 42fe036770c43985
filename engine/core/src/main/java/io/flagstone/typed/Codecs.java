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
 * Codecs of common types. All are immutable, and may be used by any number of threads.
 *
 * <p>Each reads back every object that it writes, as an equal one. Unless it says otherwise, it
 * writes equal objects as the same bytes and at least one byte, so that all its objects may be
 * keys. Bytes that it cannot have written get an {@link IllegalArgumentException}.
 *
 * <p>Those of {@code long}, {@code int}, {@code short}, {@code double}, {@code float}, {@code
 * boolean}, {@code UUID}, {@code Instant}, {@code LocalDate} and enums allocate nothing when they
 * write.
 */
public final class Codecs {
    /** Recognised by the cache, which then hashes the number itself. */
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
     * Numbers of 16 bits, in native order.
     *
     * @return the codec.
     */
    public static Codec<Short> ofShort() {
        return SHORT;
    }

    /**
     * Truth values, in one byte.
     *
     * @return the codec.
     */
    public static Codec<Boolean> ofBoolean() {
        return BOOLEAN;
    }

    /**
     * Floating-point numbers of 64 bits. As {@link Double#equals} has it, -0.0 and 0.0 are two
     * keys, and all that are not a number are one.
     *
     * @return the codec.
     */
    public static Codec<Double> ofDouble() {
        return DOUBLE;
    }

    /**
     * Floating-point numbers of 32 bits, with the same keys as {@link #ofDouble}.
     *
     * @return the codec.
     */
    public static Codec<Float> ofFloat() {
        return FLOAT;
    }

    /**
     * Decimal numbers: the scale in four bytes, and the digits. As {@link BigDecimal#equals} has
     * it, 2.0 and 2.00 are two keys.
     *
     * @return the codec.
     */
    public static Codec<BigDecimal> ofBigDecimal() {
        return BIG_DECIMAL;
    }

    /**
     * Moments, to the nanosecond, in 12 bytes.
     *
     * @return the codec.
     */
    public static Codec<Instant> ofInstant() {
        return INSTANT;
    }

    /**
     * Days, in eight bytes.
     *
     * @return the codec.
     */
    public static Codec<LocalDate> ofLocalDate() {
        return LOCAL_DATE;
    }

    /**
     * Text in UTF-8. Strings that UTF-8 has no bytes for begin with the byte 0xFF, which is not in
     * UTF-8: the empty string, and those with half of a surrogate pair. Their {@code char}s follow,
     * two bytes each, the high byte first.
     *
     * @return the codec.
     */
    public static Codec<String> ofString() {
        return STRING;
    }

    /**
     * Arrays of bytes, as they are; an empty one as eight bytes that stand for it. Arrays are not
     * equal by content, so they do not suit as keys of a loader.
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
     * The bytes between a buffer's position and its limit, neither of which is changed; none as
     * {@link #ofBytes} writes them. What is read is a buffer of its own on the heap.
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
     * @throws IllegalArgumentException if it is the class of one constant, or {@code Enum} itself.
     */
    public static <E extends Enum<E>> Codec<E> ofEnum(Class<E> type) {
        return new EnumCodec<>(type);
    }

    /**
     * Lists: their number of elements, and the elements, each with its length before it in four
     * bytes. What is read is a new list that can be changed.
     *
     * @param elements the codec of the elements; {@link #ofNullable} for those that may be {@code
     *     null}.
     * @param <E> the elements' type.
     * @return the codec.
     */
    public static <E> Codec<List<E>> ofList(Codec<E> elements) {
        return new ListCodec<>(elements);
    }

    /**
     * Objects that may be {@code null}, as elements of a list or fields of a {@link RecordCodec}. A
     * cache itself has no {@code null}.
     *
     * @param present the codec of those that are not.
     * @param <T> their type.
     * @return the codec.
     */
    public static <T> Codec<T> ofNullable(Codec<T> present) {
        return new NullableCodec<>(present);
    }

    /**
     * Objects by Java's serialization, for values. It is slow and large. It does not suit keys,
     * because equal objects need not be written alike.
     *
     * <p>Classes are looked up by the class loader of the type, then by the thread's context class
     * loader, then by that of this library. The JVM's deserialization filter applies.
     *
     * @param type of the objects; one of another type gets an {@link IllegalArgumentException}, as
     *     does one that cannot be serialized or deserialized.
     * @param <T> their type.
     * @return the codec.
     */
    public static <T> Codec<T> ofSerializable(Class<T> type) {
        return ofSerializable(type, type.getClassLoader());
    }

    /**
     * The same with a class loader that is asked before the others.
     *
     * @param type of the objects.
     * @param classes the class loader; {@code null} for that of the JVM's own classes.
     * @param <T> their type.
     * @return the codec.
     */
    public static <T> Codec<T> ofSerializable(Class<T> type, ClassLoader classes) {
        return new SerializableCodec<>(type, classes);
    }

    /** A copy of some bytes. */
    static byte[] bytes(DirectBuffer buffer, int offset, int length) {
        return ByteCodecs.copy(buffer, offset, length);
    }
}
