// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch does the same as single operations, whether it runs in stages or key by key. */
class BatchTest {
    /** Enough memory for batches to run in stages. */
    private static final int STAGED = 20 << 20;

    private static final int PLAIN = 1 << 19;
    private static final int KEYS = 600;
    private static final int BATCH = 40;

    private final TestClock clock = new TestClock();
    private final List<String> batchRemovals = new ArrayList<>();
    private final List<String> singleRemovals = new ArrayList<>();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[40]);
    private final UnsafeBuffer values = new UnsafeBuffer(new byte[64 << 10]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[64 << 10]);
    private final UnsafeBuffer single = new UnsafeBuffer(new byte[64 << 10]);
    private final MultiGet multiGet = new MultiGet(BATCH);
    private final MultiPut multiPut = new MultiPut(BATCH);
    private OffHeapCache batched;
    private OffHeapCache singly;

    /**
     * A batch promotes at its end, so a relaxed order may differ from that of single operations:
     * with relaxed promotion nothing is evicted.
     */
    private OffHeapCache open(int memory, int segments, double promotion, List<String> removals) {
        return OffHeapCache.builder()
                .memoryBytes(memory)
                .maxEntries(promotion == 0 ? 400 : 2 * KEYS)
                .segments(segments)
                .slabBytes(1 << 12)
                .promotionDistance(promotion)
                .hashSeed(TestSupport.seed())
                .clock(clock)
                .removalHandler(
                        (cause, keyView, value) ->
                                removals.add(cause + " " + hex(keyView) + " " + value.capacity()))
                .build();
    }

    private void openTwins(int memory, int segments, double promotion) {
        batched = open(memory, segments, promotion, batchRemovals);
        singly = open(memory, segments, promotion, singleRemovals);
    }

    private static String hex(DirectBuffer bytes) {
        final StringBuilder hex = new StringBuilder();
        for (int i = 0; i < bytes.capacity(); i++) {
            hex.append(Integer.toHexString(bytes.getByte(i) & 0xFF)).append('.');
        }
        return hex.toString();
    }

    @AfterEach
    void auditAndClose() {
        for (final OffHeapCache cache : new OffHeapCache[] {batched, singly}) {
            if (cache != null) {
                TestSupport.assertClean(cache);
                cache.close();
            }
        }
    }

    /** Writes a number's key and returns its length, or 0 if the number itself is the key. */
    private int makeKey(int number) {
        final int length = number % 3 == 0 ? 0 : 2 + number % 30;
        key.setMemory(0, key.capacity(), (byte) 7);
        key.putShort(0, (short) number);
        return length;
    }

    @ParameterizedTest
    @CsvSource({
        PLAIN + ", 1, 0",
        STAGED + ", 1, 0",
        STAGED + ", 4, 0",
        STAGED + ", 4, 0.125",
        PLAIN + ", 4, 0.125"
    })
    void batchesDoTheSameAsSingleOperations(int memory, int segments, double promotion) {
        openTwins(memory, segments, promotion);
        final long seed = TestSupport.seed();
        System.out.println("BatchTest seed " + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            final boolean reads = random.nextInt(3) != 0;
            if (reads) {
                getBoth(random, round);
            } else {
                putBoth(random, round);
            }
            clock.advance(random.nextInt(50));
            assertThat(batchRemovals).as("round %d", round).isEqualTo(singleRemovals);
        }
        final CacheStatistics statistics = batched.statistics();
        if (promotion == 0) {
            assertThat(statistics).isEqualTo(singly.statistics());
            assertThat(statistics.evictions()).isPositive();
        }
        assertThat(statistics.expirations()).isPositive();
        assertThat(statistics.hits()).isEqualTo(singly.statistics().hits());
        assertThat(statistics.misses()).isPositive().isEqualTo(singly.statistics().misses());
        assertThat(contents(batched)).isEqualTo(contents(singly));
    }

    private void getBoth(SplittableRandom random, int round) {
        multiGet.clear();
        final int start = random.nextInt(100);
        final int[] lengths = new int[random.nextInt(BATCH + 1)];
        final int[] numbers = new int[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            numbers[i] = random.nextInt(KEYS);
            final int keyLength = makeKey(numbers[i]);
            final int added =
                    keyLength == 0
                            ? multiGet.add((long) numbers[i])
                            : multiGet.add(key, 0, keyLength);
            assertThat(added).isEqualTo(i);
        }
        assertThat(multiGet.size()).isEqualTo(lengths.length);
        final int found = batched.get(multiGet, destination, start);
        int hits = 0;
        int offset = start;
        for (int i = 0; i < lengths.length; i++) {
            final int keyLength = makeKey(numbers[i]);
            final int length =
                    keyLength == 0
                            ? singly.get(numbers[i], single, 0)
                            : singly.get(key, 0, keyLength, single, 0);
            assertThat(multiGet.length(i)).as("round %d, key %d", round, i).isEqualTo(length);
            if (length >= 0) {
                hits++;
                assertThat(multiGet.offset(i)).isEqualTo(offset);
                final UnsafeBuffer view = new UnsafeBuffer(destination, offset, length);
                assertThat(view).isEqualTo(new UnsafeBuffer(single, 0, length));
                offset += length + 7 & ~7;
            }
        }
        assertThat(found).isEqualTo(hits);
    }

    private void putBoth(SplittableRandom random, int round) {
        multiPut.clear();
        final long ttl = random.nextBoolean() ? OffHeapCache.NO_TTL : 1 + random.nextInt(20_000);
        int absent = 0;
        int offset = 0;
        for (int i = random.nextInt(BATCH + 1); i > 0; i--) {
            final int number = random.nextInt(KEYS);
            final int keyLength = makeKey(number);
            final int length = random.nextInt(200);
            values.setMemory(offset, length, (byte) (round + i));
            final boolean added;
            if (keyLength == 0) {
                multiPut.add(number, offset, length);
                added = singly.put(number, values, offset, length, ttl);
            } else {
                multiPut.add(key, 0, keyLength, offset, length);
                added = singly.put(key, 0, keyLength, values, offset, length, ttl);
            }
            absent += added ? 1 : 0;
            offset += length;
        }
        final int added =
                ttl == OffHeapCache.NO_TTL && (round & 1) == 0
                        ? batched.put(multiPut, values)
                        : batched.put(multiPut, values, ttl);
        assertThat(added).as("round %d", round).isEqualTo(absent);
    }

    private static Map<String, String> contents(OffHeapCache cache) {
        final Map<String, String> contents = new TreeMap<>();
        for (long cursor = 0; cursor != OffHeapCache.SCAN_DONE; ) {
            cursor = cache.scan(cursor, 100, (k, value) -> contents.put(hex(k), hex(value)));
        }
        return contents;
    }

    @ParameterizedTest
    @CsvSource({PLAIN + "", STAGED + ""})
    void aValueThatDoesNotFitIsLeftOutAndShorterOnesFollow(int memory) {
        openTwins(memory, 1, 0.125);
        final int[] lengths = {9, 100, 0, 16};
        for (int i = 0; i < lengths.length; i++) {
            values.setMemory(0, lengths[i], (byte) (i + 1));
            batched.put(i, values, 0, lengths[i]);
        }
        for (long number = 0; number < 5; number++) {
            multiGet.add(number);
        }
        // 3 bytes before, 9 and 7 of padding, 0, then 16 up to the end.
        final UnsafeBuffer small = new UnsafeBuffer(new byte[3 + 16 + 16]);
        assertThat(batched.get(multiGet, small, 3)).isEqualTo(3);
        assertThat(multiGet.length(0)).isEqualTo(9);
        assertThat(multiGet.offset(0)).isEqualTo(3);
        assertThat(multiGet.length(1)).isEqualTo(OffHeapCache.INSUFFICIENT_CAPACITY);
        assertThat(multiGet.length(2)).isZero();
        assertThat(multiGet.length(3)).isEqualTo(16);
        assertThat(multiGet.offset(3)).isEqualTo(19);
        assertThat(small.getByte(34)).isEqualTo((byte) 4);
        assertThat(multiGet.length(4)).isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(batched.statistics().hits()).isEqualTo(4);
        assertThat(batched.get(multiGet, small, 35)).as("only the empty value fits").isEqualTo(1);
    }

    @Test
    void aHitInABatchKeepsAnEntryFromEviction() {
        openTwins(STAGED, 1, 0.125);
        for (long number = 0; number < 2 * KEYS; number++) {
            batched.put(number, values, 0, 8);
        }
        multiGet.add(0L);
        multiGet.add(1L);
        assertThat(batched.get(multiGet, destination, 0)).isEqualTo(2);
        assertThat(batched.statistics().promotions()).isEqualTo(2);
        for (long number = 2 * KEYS; number < 4 * KEYS - 10; number++) {
            batched.put(number, values, 0, 8);
        }
        assertThat(batched.contains(0) && batched.contains(1)).isTrue();
        assertThat(batched.contains(2)).isFalse();
    }

    @Test
    void wrongArgumentsAreRefusedAndNothingIsWritten() {
        openTwins(PLAIN, 1, 0.125);
        assertThatThrownBy(() -> new MultiGet(0)).hasMessageContaining("capacity=0");
        assertThatThrownBy(() -> new MultiPut(-3)).hasMessageContaining("capacity=-3");
        final MultiGet two = new MultiGet(2);
        two.add(1L);
        two.add(key, 0, 5);
        assertThatThrownBy(() -> two.add(2L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("capacity=2");
        assertThatThrownBy(() -> two.length(2)).hasMessageContaining("number=2, size=2");
        assertThatThrownBy(() -> two.offset(-1)).hasMessageContaining("number=-1");
        two.clear();
        assertThatThrownBy(() -> two.add(key, 38, 3)).hasMessageContaining("at offset 38");
        assertThatThrownBy(() -> two.add(key, 0, 0)).hasMessageContaining("keyLength=0");
        assertThat(two.size()).isZero();
        assertThatThrownBy(() -> batched.get(two, destination, -1)).hasMessageContaining("-1");

        multiPut.add(1L, 0, 8);
        multiPut.add(2L, values.capacity() - 4, 8);
        assertThatThrownBy(() -> batched.put(multiPut, values))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("value of 8 bytes");
        multiPut.clear();
        multiPut.add(1L, 0, 8);
        multiPut.add(2L, 0, 5_000);
        assertThatThrownBy(() -> batched.put(multiPut, values))
                .isInstanceOf(EntryTooLargeException.class);
        assertThatThrownBy(() -> batched.put(multiPut, values, 0)).hasMessageContaining("ttlNs=0");
        assertThat(batched.size()).isZero();
    }
}
