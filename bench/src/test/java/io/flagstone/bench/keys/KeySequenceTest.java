// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySequenceTest {
    private static final int KEYS = 1000;
    private static final int BATCH = 32;

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "zipf"})
    void drawsEveryKeyAndNoOther(String distribution) {
        final KeySequence sequence = KeySequence.of(distribution, KEYS, BATCH, 1);
        final int[] drawn = new int[KEYS];
        for (int i = 0; i < 200 * KEYS; i++) {
            drawn[(int) sequence.next(0)]++;
        }
        assertThat(drawn).doesNotContain(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "zipf"})
    void keysOfABatchDiffer(String distribution) {
        final KeySequence sequence = KeySequence.of(distribution, KEYS, BATCH, 1);
        final long[] batch = new long[BATCH];
        for (int i = 0; i < 1000; i++) {
            sequence.next(batch);
            assertThat(Arrays.stream(batch).distinct().filter(k -> k >= 0 && k < KEYS))
                    .hasSize(BATCH);
        }
    }

    @Test
    void zipfDrawsMostlyATenthOfTheKeys() {
        final int[] drawn = new int[KEYS];
        for (final int key : new ZipfDraws(KEYS, 1).draw(100 * KEYS)) {
            drawn[key]++;
        }
        Arrays.sort(drawn);
        final int top = Arrays.stream(drawn, KEYS - KEYS / 10, KEYS).sum();
        // The sum of k^-0.99 for k up to 100, divided by the sum up to 1000, is 0.69.
        assertThat(top).isBetween(66 * KEYS, 72 * KEYS);
    }

    @Test
    void carriedWordChangesTheNextKey() {
        final KeySequence one = KeySequence.of("uniform", 1 << 30, BATCH, 1);
        final KeySequence other = KeySequence.of("uniform", 1 << 30, BATCH, 1);

        assertThat(one.next(1L << 60)).isNotEqualTo(other.next(0));
    }

    @Test
    void refusesOtherDistributions() {
        assertThatThrownBy(() -> KeySequence.of("normal", KEYS, BATCH, 1))
                .hasMessage("keys must be uniform or zipf: keys=normal");
    }
}
