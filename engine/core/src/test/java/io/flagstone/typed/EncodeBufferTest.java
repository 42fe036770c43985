// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.ToIntBiFunction;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A codec that returns a wrong length is detected, and never reads bytes of other objects. */
class EncodeBufferTest {
    private static final String SECRET = "the secret of another ".repeat(20);

    /** Writes as the test says, and returns a given length. */
    private static final class Liar implements Codec<Integer> {
        private final ToIntBiFunction<MutableDirectBuffer, Integer> writer;
        private final int returned;

        Liar(int returned, ToIntBiFunction<MutableDirectBuffer, Integer> writer) {
            this.returned = returned;
            this.writer = writer;
        }

        @Override
        public int encode(Integer value, MutableDirectBuffer buffer, int offset) {
            writer.applyAsInt(buffer, offset);
            return returned;
        }

        @Override
        public Integer decode(DirectBuffer buffer, int offset, int length) {
            return length;
        }
    }

    private static Liar liar(int written, int returned) {
        return new Liar(
                returned,
                (buffer, offset) -> {
                    buffer.setMemory(offset, written, (byte) 1);
                    return 0;
                });
    }

    private final Cache<String, String> other = open(Codecs.ofString(), Codecs.ofString());

    private static <K, V> Cache<K, V> open(Codec<K> keys, Codec<V> values) {
        return Cache.builder(OffHeapCache.builder().memoryBytes(1 << 20), keys, values).build();
    }

    @AfterEach
    void close() {
        other.close();
    }

    private byte[] stored(Cache<Long, ?> cache) {
        final UnsafeBuffer found = new UnsafeBuffer(new byte[4_096]);
        final byte[] bytes = new byte[cache.engine().get(1L, found, 0)];
        found.getBytes(0, bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"8,9", "8,256", "8,257", "8,100000", "0,1", "8,-1", "8,-2147483648", "300,301"})
    void aLengthThatWasNotWrittenIsRefused(int written, int returned) {
        try (Cache<Long, Integer> values = open(Codecs.ofLong(), liar(written, returned));
                Cache<Integer, Long> keys = open(liar(written, returned), Codecs.ofLong())) {
            other.put(SECRET, SECRET);
            for (final Runnable operation :
                    List.<Runnable>of(
                            () -> values.put(1L, 1),
                            () -> values.replace(1L, 1, 2),
                            () -> values.remove(1L, 1),
                            () -> values.asMap().put(1L, 1),
                            () -> keys.put(1, 1L),
                            () -> keys.get(1),
                            () -> keys.remove(1),
                            () -> keys.contains(1))) {
                assertThatThrownBy(operation::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(Liar.class.getName())
                        .hasMessageContaining("returned=" + returned)
                        .hasMessageEndingWith("written=" + written);
            }
            assertThat(values.size() + keys.size()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"8,9", "8,60", "0,1", "8,-1", "8,100000"})
    void aLengthOfAPartThatWasNotWrittenIsRefused(int written, int returned) {
        final Codec<Integer> honest = Codecs.ofInt();
        final Codec<Integer> record =
                RecordCodec.<Integer>builder()
                        // Writes more than it returns; the next field must not use the rest.
                        .field(i -> i, liar(100, 4))
                        .field(i -> i, liar(written, returned))
                        .field(i -> i, honest)
                        .build(f -> f.get(2));
        final Codec<List<Integer>> list = Codecs.ofList(liar(written, returned));
        final Codec<Integer> nullable = Codecs.ofNullable(liar(written, returned));
        try (Cache<Long, Integer> records = open(Codecs.ofLong(), record)) {
            for (final Runnable operation :
                    List.<Runnable>of(
                            () -> records.put(1L, 1),
                            () -> record.encode(1, new ExpandableArrayBuffer(), 0),
                            () -> list.encode(List.of(1, 2), new ExpandableArrayBuffer(), 0),
                            () -> nullable.encode(1, new UnsafeBuffer(new byte[500]), 0))) {
                assertThatThrownBy(operation::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(Liar.class.getName())
                        .hasMessageContaining("returned=" + returned)
                        .hasMessageEndingWith("written=" + written);
            }
        }
    }

    @Test
    void aGapIsFilledWithZeros() {
        final Liar gap =
                new Liar(
                        200,
                        (buffer, offset) -> {
                            buffer.putByte(offset + 199, (byte) 7);
                            return 0;
                        });
        try (Cache<Long, Integer> cache = open(Codecs.ofLong(), gap)) {
            other.put(SECRET, SECRET);
            cache.put(1L, 1);
            final byte[] expected = new byte[200];
            expected[199] = 7;
            assertThat(stored(cache)).isEqualTo(expected);
        }
    }

    @Test
    void aCodecThatUsesTheArrayFindsZerosAndIsLimitedByTheCapacity() {
        final Liar view =
                new Liar(
                        64,
                        (buffer, offset) -> {
                            final UnsafeBuffer bytes = new UnsafeBuffer();
                            bytes.wrap(buffer, offset, 64);
                            bytes.putLong(8, 42);
                            return 0;
                        });
        try (Cache<Long, Integer> cache = open(Codecs.ofLong(), view)) {
            for (int i = 0; i < 2; i++) {
                other.put(SECRET, SECRET);
                cache.put(1L, 1);
                final UnsafeBuffer expected = new UnsafeBuffer(new byte[64]);
                expected.putLong(8, 42);
                assertThat(stored(cache)).isEqualTo(expected.byteArray());
            }
        }
        final Liar beyond =
                new Liar(Integer.MAX_VALUE, (buffer, offset) -> buffer.byteArray().length);
        try (Cache<Long, Integer> cache = open(Codecs.ofLong(), beyond)) {
            assertThatThrownBy(() -> cache.put(1L, 1)).hasMessageContaining("2147483647");
        }
    }

    /** SBE's encoders make room before they write. */
    @Test
    void makingRoomDoesNotCountAsAWrite() {
        final Liar room =
                new Liar(
                        500,
                        (buffer, offset) -> {
                            buffer.checkLimit(offset + 500);
                            buffer.putLong(offset, 1);
                            return 0;
                        });
        try (Cache<Long, Integer> cache = open(Codecs.ofLong(), room)) {
            assertThatThrownBy(() -> cache.put(1L, 1)).hasMessageEndingWith("written=8");
        }
    }

    /** A codec may write its end first, then a part with another codec. */
    @Test
    void aPartKeepsTheBytesOfTheEnclosingCodec() {
        final Codec<Integer> parts =
                RecordCodec.<Integer>builder()
                        .field(i -> i, Codecs.ofInt())
                        .field(
                                i -> i,
                                new Liar(
                                        8,
                                        (buffer, offset) -> {
                                            buffer.byteArray();
                                            buffer.putLong(offset, 5);
                                            return 0;
                                        }))
                        .build(f -> f.get(0));
        final Codec<Integer> trailer =
                new Codec<>() {
                    @Override
                    public int encode(Integer value, MutableDirectBuffer buffer, int offset) {
                        buffer.putInt(offset + 100, 0x7777);
                        parts.encode(value, buffer, offset);
                        return 104;
                    }

                    @Override
                    public Integer decode(DirectBuffer buffer, int offset, int length) {
                        assertThat(buffer.getInt(offset + 100)).isEqualTo(0x7777);
                        return parts.decode(buffer, offset, 20);
                    }
                };
        try (Cache<Long, Integer> cache = open(Codecs.ofLong(), trailer)) {
            cache.put(1L, 41);
            assertThat(cache.get(1L)).isEqualTo(41);
        }
    }

    @Test
    void aCodecMayNotWrapTheBuffer() {
        final EncodeBuffer buffer = Scratch.acquire().value;
        assertThatThrownBy(() -> buffer.wrap(new byte[8]))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.putLong(-1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.checkLimit(-1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.byteBuffer()).isNull();
        assertThat(buffer.isExpandable()).isTrue();
    }

    @Test
    void damagedPartsAreRefusedWithoutReadingBeyondTheObject() {
        final Codec<String> record =
                RecordCodec.<String>builder()
                        .field(s -> s, Codecs.ofString())
                        .nullableField(s -> null, Codecs.ofString())
                        .build(f -> f.get(0));
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final int length = record.encode("abc", buffer, 0);
        assertThat(record.decode(buffer, 0, length)).isEqualTo("abc");
        buffer.setMemory(length, 100, (byte) 'x');
        for (final int bad : new int[] {-1, -2, Integer.MIN_VALUE, 8, 100, Integer.MAX_VALUE}) {
            buffer.putInt(0, bad);
            assertRefused(record, buffer, 0, length);
        }
        buffer.putInt(0, 3);
        for (int cut = 0; cut < length; cut++) {
            assertRefused(record, buffer, 0, cut);
        }
        assertRefused(record, buffer, 0, length + 1);
        assertRefused(record, buffer, -1, length);
        assertRefused(record, buffer, buffer.capacity() - 4, length);
        assertRefused(record, buffer, 4, Integer.MAX_VALUE);

        final Codec<List<Long>> list = Codecs.ofList(Codecs.ofLong());
        for (final int count : new int[] {-1, 3, 1 << 30, Integer.MAX_VALUE}) {
            buffer.putInt(0, count);
            buffer.putInt(4, 0);
            buffer.putInt(8, 0);
            assertRefused(list, buffer, 0, 12);
        }
    }

    private static void assertRefused(Codec<?> codec, DirectBuffer buffer, int offset, int length) {
        assertThatThrownBy(() -> codec.decode(buffer, offset, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(codec.getClass().getName());
    }

    @Test
    void everyWriteMethodCountsAsAWrite() {
        final EncodeBuffer buffer = Scratch.acquire().value;
        final Codec<String> writer =
                new Codec<>() {
                    @Override
                    public int encode(String value, MutableDirectBuffer to, int offset) {
                        int end = offset;
                        to.putLong(end, 1);
                        to.putInt(end += 8, 1);
                        to.putShort(end += 4, (short) 1);
                        to.putChar(end += 2, 'c');
                        to.putByte(end += 2, (byte) 1);
                        to.putDouble(end += 1, 1);
                        to.putFloat(end += 8, 1);
                        to.putBytes(end += 4, new byte[3]);
                        to.putBytes(end += 3, ByteBuffer.allocate(3), 3);
                        to.putBytes(end += 3, new UnsafeBuffer(new byte[3]), 0, 3);
                        end += 3;
                        end += to.putStringAscii(end, value);
                        end += to.putStringUtf8(end, value);
                        end += to.putStringWithoutLengthAscii(end, value);
                        end += to.putStringWithoutLengthUtf8(end, value);
                        end += to.putIntAscii(end, -123);
                        end += to.putLongAscii(end, Long.MIN_VALUE);
                        end += to.putNaturalLongAscii(end, 123);
                        return end - offset;
                    }

                    @Override
                    public String decode(DirectBuffer from, int offset, int length) {
                        return "";
                    }
                };
        assertThat(buffer.encode(writer, "Größe", 0)).isGreaterThan(80);
        assertThat(TestSupport.allocated(() -> buffer.encode(Codecs.ofLong(), 5L, 0))).isZero();
    }
}
