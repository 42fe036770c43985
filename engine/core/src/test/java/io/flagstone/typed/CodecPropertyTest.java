// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Properties of every codec: it reads every object that it writes, at any offset of any buffer and
 * through a cache. Different objects have different bytes. Damaged bytes are refused or decode to
 * an object.
 */
class CodecPropertyTest {
    private static final int ROUNDS = 2_000;
    private static final int GUARD = 8;
    private static final long GUARD_BYTES = 0x1122_3344_5566_7788L;

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());

    /** A codec and a generator of its objects. */
    record Kind<T>(String name, Codec<T> codec, Function<SplittableRandom, T> maker) {
        @Override
        public String toString() {
            return name;
        }
    }

    record Trade(String symbol, Long price, List<String> tags, Instant settled) {}

    private static final Codec<Trade> TRADES =
            RecordCodec.<Trade>builder()
                    .field(Trade::symbol, Codecs.ofString())
                    .nullableField(Trade::price, Codecs.ofLong())
                    .field(Trade::tags, Codecs.ofList(Codecs.ofNullable(Codecs.ofString())))
                    .field(Trade::settled, Codecs.ofNullable(Codecs.ofInstant()))
                    .build(f -> new Trade(f.get(0), f.get(1), f.get(2), f.get(3)));

    static Stream<Kind<?>> kinds() {
        return Stream.of(
                new Kind<>("long", Codecs.ofLong(), SplittableRandom::nextLong),
                new Kind<>("int", Codecs.ofInt(), SplittableRandom::nextInt),
                new Kind<>("short", Codecs.ofShort(), r -> (short) r.nextInt()),
                new Kind<>("boolean", Codecs.ofBoolean(), SplittableRandom::nextBoolean),
                new Kind<>("double", Codecs.ofDouble(), CodecPropertyTest::anyDouble),
                new Kind<>("float", Codecs.ofFloat(), r -> (float) anyDouble(r)),
                new Kind<>("BigDecimal", Codecs.ofBigDecimal(), CodecPropertyTest::decimal),
                new Kind<>("Instant", Codecs.ofInstant(), CodecPropertyTest::instant),
                new Kind<>(
                        "LocalDate",
                        Codecs.ofLocalDate(),
                        r ->
                                LocalDate.ofEpochDay(
                                        r.nextLong(
                                                LocalDate.MIN.toEpochDay(),
                                                LocalDate.MAX.toEpochDay() + 1))),
                new Kind<>("String", Codecs.ofString(), CodecPropertyTest::string),
                new Kind<>("UUID", Codecs.ofUuid(), r -> new UUID(r.nextLong(), r.nextLong())),
                new Kind<>(
                        "ByteBuffer",
                        Codecs.ofByteBuffer(),
                        r -> ByteBuffer.wrap(bytes(r)).position(0)),
                new Kind<>(
                        "enum",
                        Codecs.ofEnum(TimeUnit.class),
                        r -> TimeUnit.values()[r.nextInt(TimeUnit.values().length)]),
                new Kind<>(
                        "list",
                        Codecs.ofList(Codecs.ofString()),
                        r -> list(r, CodecPropertyTest::string)),
                new Kind<>(
                        "list of lists",
                        Codecs.ofList(Codecs.ofList(Codecs.ofDouble())),
                        r -> list(r, q -> list(q, CodecPropertyTest::anyDouble))),
                new Kind<>("record", TRADES, CodecPropertyTest::trade),
                new Kind<>(
                        "serializable",
                        Codecs.ofSerializable(Object.class),
                        r -> list(r, CodecPropertyTest::decimal)));
    }

    private static double anyDouble(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> 0.0;
            case 1 -> -0.0;
            case 2 -> Double.longBitsToDouble(0x7FF0_0000_0000_0001L | random.nextInt());
            default -> Double.longBitsToDouble(random.nextLong());
        };
    }

    private static BigDecimal decimal(SplittableRandom random) {
        final byte[] digits = new byte[1 + random.nextInt(20)];
        random.nextBytes(digits);
        return random.nextBoolean()
                ? new BigDecimal(new BigInteger(digits), random.nextInt())
                : BigDecimal.valueOf(random.nextInt(-20, 20), random.nextInt(-2, 3));
    }

    private static Instant instant(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> Instant.MIN;
            case 1 -> Instant.MAX;
            default ->
                    Instant.ofEpochSecond(
                            random.nextLong(Integer.MIN_VALUE, Integer.MAX_VALUE),
                            random.nextInt(1_000_000_000));
        };
    }

    /**
     * Returns a string of ASCII, of any chars, of chars around the surrogates, or of supplementary
     * characters.
     */
    private static String string(SplittableRandom random) {
        final StringBuilder text = new StringBuilder();
        final int length = random.nextInt(random.nextInt(4) == 0 ? 1 : 20);
        final int alphabet = random.nextInt(4);
        for (int i = 0; i < length; i++) {
            switch (alphabet) {
                case 0 -> text.append((char) random.nextInt(' ', 0x7F));
                case 1 -> text.append((char) random.nextInt(0x1_0000));
                case 2 -> text.append((char) random.nextInt(0xD7FE, 0xE002));
                default -> text.appendCodePoint(random.nextInt(0x1_0000, 0x11_0000));
            }
        }
        return text.toString();
    }

    /**
     * Returns bytes that are often empty, or one or more marks of an empty array, with or without
     * more bytes after them.
     */
    private static byte[] bytes(SplittableRandom random) {
        final int marks = random.nextInt(4);
        final int more = random.nextInt(3) == 0 ? random.nextInt(20) : 0;
        final ByteBuffer bytes = ByteBuffer.allocate(marks * Long.BYTES + more);
        for (int i = 0; i < marks; i++) {
            bytes.putLong(ByteCodecs.EMPTY_MARK);
        }
        while (bytes.hasRemaining()) {
            bytes.put((byte) random.nextInt());
        }
        return bytes.array();
    }

    private static <T> List<T> list(SplittableRandom random, Function<SplittableRandom, T> maker) {
        final List<T> list = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            list.add(maker.apply(random));
        }
        return list;
    }

    private static Trade trade(SplittableRandom random) {
        return new Trade(
                string(random),
                random.nextBoolean() ? null : random.nextLong(),
                list(random, r -> r.nextInt(4) == 0 ? null : string(r)),
                random.nextBoolean() ? null : instant(random));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void anObjectIsReadAtAnyOffset(Kind<T> kind) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(8);
        for (int i = 0; i < ROUNDS; i++) {
            final T value = kind.maker.apply(random);
            final int offset = GUARD + random.nextInt(300);
            buffer.putLong(offset - GUARD, GUARD_BYTES);
            final int length = kind.codec.encode(value, buffer, offset);
            buffer.putLong(offset + length, GUARD_BYTES);
            assertThat(length).as("bytes of %s", value).isPositive();
            assertThat(kind.codec.decode(buffer, offset, length)).isEqualTo(value);
            assertThat(buffer.getLong(offset - GUARD)).isEqualTo(GUARD_BYTES);
            final byte[] exact = new byte[length];
            buffer.getBytes(offset, exact);
            assertThat(kind.codec.decode(new UnsafeBuffer(exact), 0, length)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void bytesAreEqualIfAndOnlyIfObjectsAre(Kind<T> kind) {
        if (kind.name.equals("serializable")) {
            return;
        }
        final Map<ByteBuffer, T> byBytes = new HashMap<>();
        final Set<T> values = new HashSet<>();
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        for (int i = 0; i < ROUNDS; i++) {
            final T value = kind.maker.apply(random);
            final byte[] bytes = new byte[kind.codec.encode(value, buffer, 0)];
            buffer.getBytes(0, bytes);
            values.add(value);
            byBytes.put(ByteBuffer.wrap(bytes), value);
        }
        assertThat(byBytes).hasSameSizeAs(values);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void aCacheDistinguishesKeysAndReturnsThem(Kind<T> kind) {
        final Map<T, T> model = new HashMap<>();
        try (Cache<T, T> cache =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(16 << 20).segments(1),
                                kind.codec,
                                kind.codec)
                        .build()) {
            for (int i = 0; i < ROUNDS / 4; i++) {
                final T key = kind.maker.apply(random);
                final T value = kind.maker.apply(random);
                cache.put(key, value);
                model.put(key, value);
                assertThat(cache.get(key)).isEqualTo(value);
            }
            assertThat(cache.size()).isEqualTo(model.size());
            // The failure message of isEqualTo would show both maps.
            assertThat(new HashMap<>(cache.asMap()).equals(model)).isTrue();
            model.forEach((key, value) -> assertThat(cache.get(key)).isEqualTo(value));
            TestSupport.assertClean(cache.engine());
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void damagedBytesAreRefusedOrDecoded(Kind<T> kind) {
        if (kind.name.equals("serializable")) {
            // The JDK decides how it handles damaged bytes.
            return;
        }
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            final int length = kind.codec.encode(kind.maker.apply(random), buffer, 0);
            final byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(length) : length];
            buffer.getBytes(0, bytes);
            for (int d = random.nextInt(4); d > 0 && bytes.length > 0; d--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                kind.codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
            } catch (final IllegalArgumentException e) {
                refused++;
            }
        }
        if (!kind.name.equals("ByteBuffer")) {
            assertThat(refused).isPositive();
        }
        assertThatThrownBy(() -> kind.codec.decode(buffer, 0, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
