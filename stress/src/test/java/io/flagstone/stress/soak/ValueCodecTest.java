// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the codec detects every change of a value's bytes. */
class ValueCodecTest {
    private static final long KEY = 17;
    private static final int OFFSET = 3;
    private static final int LENGTH = 205;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[OFFSET + LENGTH + 8]);

    private void encode(long key, long sequence) {
        ValueCodec.encode(buffer, OFFSET, key, sequence, LENGTH);
    }

    private void assertWrong(int length, String message) {
        assertThatExceptionOfType(Violation.class)
                .isThrownBy(() -> ValueCodec.check(buffer, OFFSET, length, KEY))
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 33, 39, 40, 47, 48, 205})
    void aWholeValueReturnsItsSequence(int length) {
        ValueCodec.encode(buffer, OFFSET, KEY, 5, length);
        assertThat(ValueCodec.check(buffer, OFFSET, length, KEY)).isEqualTo(5);
        assertThat(ValueCodec.firstWrongByte(buffer, OFFSET, length)).isEqualTo(-1);
    }

    @Test
    void everyFlippedBitIsFound() {
        encode(KEY, 5);
        for (int bit = 0; bit < LENGTH * Byte.SIZE; bit++) {
            flip(bit);
            assertWrong(LENGTH, "key       17");
            flip(bit);
        }
        assertThat(ValueCodec.check(buffer, OFFSET, LENGTH, KEY)).isEqualTo(5);
    }

    private void flip(int bit) {
        final int index = OFFSET + bit / Byte.SIZE;
        buffer.putByte(index, (byte) (buffer.getByte(index) ^ 1 << bit % Byte.SIZE));
    }

    @Test
    void anotherKeysValueIsFound() {
        encode(KEY + 1, 5);
        assertWrong(LENGTH, "belongs to another key");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 31})
    void aValueShorterThanAHeaderIsFound(int length) {
        encode(KEY, 5);
        assertWrong(length, "truncated");
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 200, 204, 206})
    void aValueThatIsCutOrExtendedIsFound(int length) {
        encode(KEY, 5);
        assertWrong(length, "wrong length");
    }

    @Test
    void theHalvesOfTwoValuesAreFoundAndTheFirstWrongByteIsNamed() {
        final UnsafeBuffer other = new UnsafeBuffer(new byte[LENGTH]);
        ValueCodec.encode(other, 0, KEY, 6, LENGTH);
        for (int split = ValueCodec.MIN_LENGTH; split < LENGTH; split += Long.BYTES) {
            encode(KEY, 5);
            buffer.putBytes(OFFSET + split, other, split, LENGTH - split);
            assertWrong(LENGTH, "torn");
            assertWrong(LENGTH, "the first wrong byte at " + split);
        }
    }

    @Test
    void theHeadOfOneValueAndTheRestOfAnotherAreFound() {
        final UnsafeBuffer other = new UnsafeBuffer(new byte[LENGTH]);
        ValueCodec.encode(other, 0, KEY, 6, LENGTH);
        for (int split = 16; split < LENGTH; split++) {
            encode(KEY, 5);
            buffer.putBytes(OFFSET, other, 0, split);
            assertWrong(LENGTH, "torn");
        }
    }

    @Test
    void onlyTheCountOfACounterMayChange() {
        final long key = KeyCodec.counter(3);
        ValueCodec.encodeCounter(buffer, OFFSET, key, 9, 48, 1);
        buffer.putLong(OFFSET + ValueCodec.COUNT, 2);
        assertThat(ValueCodec.check(buffer, OFFSET, 48, key)).isEqualTo(9);
        assertThat(ValueCodec.count(buffer, OFFSET)).isEqualTo(2);
        for (int index = 0; index < 48; index++) {
            if (index < ValueCodec.COUNT || index >= ValueCodec.MIN_COUNTER_LENGTH) {
                flip(index * Byte.SIZE);
                assertThatExceptionOfType(Violation.class)
                        .as("byte %d", index)
                        .isThrownBy(() -> ValueCodec.check(buffer, OFFSET, 48, key));
                flip(index * Byte.SIZE);
            }
        }
    }
}
