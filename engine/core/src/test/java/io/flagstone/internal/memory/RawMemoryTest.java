// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words are little-endian on and off the heap, and range checks do not overflow. */
class RawMemoryTest {
    private static final byte[] BYTES = {0, (byte) 0x81, 0x12, (byte) 0x93, 0x24, (byte) 0xA5, 6};

    @Test
    void readsWordsOnAndOffTheHeap() {
        final UnsafeBuffer heap = new UnsafeBuffer(new byte[16]);
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(16));
        for (final UnsafeBuffer buffer : new UnsafeBuffer[] {heap, direct}) {
            buffer.putLong(3, 0xFEDC_BA98_7654_3210L);
            final long at = buffer.addressOffset() + 3;
            assertThat(RawMemory.getLong(buffer.byteArray(), at)).isEqualTo(0xFEDC_BA98_7654_3210L);
        }
    }

    @Test
    void readsPartialWordsZeroExtended() {
        final UnsafeBuffer buffer = new UnsafeBuffer(BYTES);
        long expected = 0;
        for (int length = 0; length <= BYTES.length; length++) {
            assertThat(RawMemory.partialWord(BYTES, buffer.addressOffset(), length))
                    .as("%d bytes", length)
                    .isEqualTo(expected);
            if (length < BYTES.length) {
                expected |= (BYTES[length] & 0xFFL) << (length << 3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 10, 10", "10, 0, 10", "3, 7, 10", "0, 2147483647, 2147483647"})
    void acceptsRangesInside(int offset, int length, int capacity) {
        assertThatCode(() -> RawMemory.checkRange("value", offset, length, capacity))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 10",
        "0, -1, 10",
        "-5, 5, 10",
        "11, 0, 10",
        "4, 7, 10",
        "0, 11, 10",
        "2147483647, 1, 10",
        "2147483647, 2147483647, 2147483647",
        "1, 2147483647, 10"
    })
    void refusesRangesOutsideAndNamesThem(int offset, int length, int capacity) {
        assertThatThrownBy(() -> RawMemory.checkRange("value", offset, length, capacity))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("value of " + length + " bytes at offset " + offset)
                .hasMessageContaining("buffer of " + capacity + " bytes");
    }
}
