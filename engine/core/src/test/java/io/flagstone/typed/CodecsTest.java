// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.testing.TestSupport;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Codecs read what they write, at any offset, and change no bytes around it. */
class CodecsTest {
    private static final int GUARD = 8;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(8);

    record Quote(String symbol, long price, TimeUnit unit, UUID id) {}

    private static final Codec<Quote> QUOTES =
            RecordCodec.<Quote>builder()
                    .field(Quote::symbol, Codecs.ofString())
                    .field(Quote::price, Codecs.ofLong())
                    .field(Quote::unit, Codecs.ofEnum(TimeUnit.class))
                    .field(Quote::id, Codecs.ofUuid())
                    .build(f -> new Quote(f.get(0), f.get(1), f.get(2), f.get(3)));

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(Codecs.ofLong(), Long.MIN_VALUE),
                Arguments.of(Codecs.ofLong(), 42L),
                Arguments.of(Codecs.ofInt(), -7),
                Arguments.of(Codecs.ofString(), ""),
                Arguments.of(Codecs.ofString(), "BTC/USD"),
                Arguments.of(Codecs.ofString(), "Größe €, 𝄞 " + "x".repeat(5_000)),
                Arguments.of(Codecs.ofUuid(), new UUID(-1, 1)),
                Arguments.of(Codecs.ofEnum(TimeUnit.class), TimeUnit.DAYS),
                Arguments.of(Codecs.ofByteBuffer(), ByteBuffer.wrap(new byte[] {1, 2, 3})),
                Arguments.of(QUOTES, new Quote("ETH", 12, TimeUnit.SECONDS, new UUID(3, 4))));
    }

    @ParameterizedTest
    @MethodSource("values")
    <T> void readsWhatItWrote(Codec<T> codec, T value) {
        for (final int offset : new int[] {GUARD, 100}) {
            buffer.putLong(offset - GUARD, 0x1122_3344_5566_7788L);
            final int length = codec.encode(value, buffer, offset);
            buffer.putLong(offset + length, 0x1122_3344_5566_7788L);
            assertThat(codec.decode(buffer, offset, length)).isEqualTo(value);
            assertThat(buffer.getLong(offset - GUARD)).isEqualTo(0x1122_3344_5566_7788L);
        }
    }

    @Test
    void arraysAndBuffersAreReusedIfTheirLengthFits() {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        final byte[] value = new byte[100];
        random.nextBytes(value);
        final int length = Codecs.ofBytes().encode(value, buffer, 0);
        final byte[] same = new byte[100];
        assertThat(Codecs.ofBytes().decode(buffer, 0, length, same)).isSameAs(same);
        assertThat(same).isEqualTo(value);
        assertThat(Codecs.ofBytes().decode(buffer, 0, length, new byte[99])).isEqualTo(value);

        final ByteBuffer roomy = ByteBuffer.allocate(200);
        assertThat(Codecs.ofByteBuffer().decode(buffer, 0, length, roomy)).isSameAs(roomy);
        assertThat(roomy).isEqualTo(ByteBuffer.wrap(value));
        final ByteBuffer small = ByteBuffer.allocate(10);
        assertThat(Codecs.ofByteBuffer().decode(buffer, 0, length, small)).isNotSameAs(small);
    }

    @Test
    void encodingKeepsThePositionAndLimitOfABuffer() {
        final ByteBuffer value = ByteBuffer.allocate(10);
        value.position(2).limit(7);
        assertThat(Codecs.ofByteBuffer().encode(value, buffer, 0)).isEqualTo(5);
        assertThat(value.position()).isEqualTo(2);
        assertThat(value.limit()).isEqualTo(7);
    }

    @Test
    void bytesOfAnotherLengthAreRefused() {
        assertThatThrownBy(() -> Codecs.ofLong().decode(buffer, 0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("length must be 8: length=4");
        assertThatThrownBy(() -> Codecs.ofInt().decode(buffer, 0, 8))
                .hasMessageContaining("must be 4");
        assertThatThrownBy(() -> Codecs.ofUuid().decode(buffer, 0, 8))
                .hasMessageContaining("must be 16");
    }
}
