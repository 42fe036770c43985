// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Keys of all lengths, some twice and some without an entry, in the order of use. */
class KeyListTest {
    private final Random random = new Random(TestSupport.seed());
    private final KeyList list = new KeyList(4 << 20);

    /** A key that begins with its number. */
    private static UnsafeBuffer key(int number, int length) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[length]);
        key.putInt(0, number);
        return key;
    }

    private static UnsafeBuffer keyOf(int number) {
        return key(number, number % 50 == 0 ? 40_000 : 4 + number % 30);
    }

    private int numberAt(int record) {
        return list.buffer(record).getInt(list.keyOffset(record));
    }

    @Test
    void putsKeysIntoTheOrderOfUse() {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(16 << 20)
                        .segments(2)
                        .promotionDistance(0)
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
            for (int i = 0; i < 1_000; i++) {
                final UnsafeBuffer key = keyOf(random.nextInt(2_000));
                cache.put(key, 0, key.capacity(), value, 0, 8);
            }
            final StateTransfer transfer = StateTransfer.of(cache);
            final List<Integer> expected = new ArrayList<>();
            transfer.forEach(
                    (key, of, deadlineNs, sliding) -> {
                        expected.add(key.getInt(0));
                    });
            for (int round = 0; round < 3; round++) {
                final List<Integer> added = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    added.add(i);
                }
                for (int i = 0; i < 700; i++) {
                    added.add(random.nextInt(2_000));
                }
                Collections.shuffle(added, random);
                for (final int number : added) {
                    assertThat(list.add(keyOf(number))).isTrue();
                }
                final List<Integer> inOrderOfAddition = new ArrayList<>();
                for (int record = list.first(); record != 0; record = list.following(record)) {
                    final int number = numberAt(record);
                    assertThat(list.keyLength(record)).isEqualTo(keyOf(number).capacity());
                    inOrderOfAddition.add(number);
                }
                assertThat(inOrderOfAddition).isEqualTo(added);
                final int maxKeys = 1 + random.nextInt(100);
                int steps = 1;
                while (list.order(transfer, maxKeys)) {
                    steps++;
                }
                assertThat(steps).isBetween(2_700 / maxKeys, 2_700 / maxKeys + 1);
                final List<Integer> ordered = new ArrayList<>();
                for (int record = list.head(); record != 0; record = list.next(record)) {
                    ordered.add(numberAt(record));
                }
                assertThat(ordered).isEqualTo(expected);
                assertThat(list.bytes()).isBetween(2 << 20, 4 << 20);
                list.clear();
                assertThat(list.bytes()).isZero();
            }
            assertThat(list.order(transfer, 1)).as("empty").isFalse();
            assertThat(list.head()).isZero();
            assertThat(list.first()).isZero();
        }
    }

    @Test
    void refusesWhatHasNoRoom() {
        int added = 0;
        while (list.add(key(added, 65_535))) {
            added++;
        }
        assertThat(added).isEqualTo(4 * 15);
        assertThat(list.bytes()).isEqualTo(4 << 20);
        assertThat(list.add(key(0, 65_535))).isFalse();
        int present = 0;
        for (int record = list.first(); record != 0; record = list.following(record)) {
            assertThat(numberAt(record)).isEqualTo(present);
            present++;
        }
        assertThat(present).isEqualTo(added);
        list.clear();
        assertThat(list.add(key(1, 4))).isTrue();
        assertThat(numberAt(list.first())).isOne();
        list.clear();
    }

    /** Old keys of a block do not come back. */
    @Test
    void anEmptyListKeepsABlock() {
        for (int round = 0; round < 20; round++) {
            final int count = 1 + random.nextInt(80);
            final int length = round % 2 == 0 ? 40_000 : 4 + random.nextInt(100);
            for (int i = 0; i < count; i++) {
                assertThat(list.add(key(i, length))).isTrue();
            }
            int present = 0;
            for (int record = list.first(); record != 0; record = list.following(record)) {
                assertThat(numberAt(record)).isEqualTo(present);
                assertThat(list.keyLength(record)).isEqualTo(length);
                present++;
            }
            assertThat(present).isEqualTo(count);
            list.empty();
            assertThat(list.first()).isZero();
            assertThat(list.bytes()).isEqualTo(1 << 20);
        }
        list.clear();
        assertThat(list.bytes()).isZero();
    }
}
