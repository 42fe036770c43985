// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.checkpoint.CheckpointFiles;
import io.flagstone.internal.checkpoint.CheckpointReader;
import io.flagstone.internal.checkpoint.StoredRecord;
import io.flagstone.testing.TestSupport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads write while checkpoints are taken of a cache with one segment. Each thread writes the
 * numbers of rounds to its keys, always in the same order. So at any one moment the numbers of its
 * keys never rise from key to key, and the first is at most one more than the last. An image that
 * is not of one moment breaks this.
 */
class CheckpointConcurrencyTest {
    private static final int CHECKPOINTS = Integer.getInteger("flagstone.test.checkpoints", 25);
    private static final int THREADS = 4;
    private static final int KEYS = 400;
    private static final int MAX_LENGTH = 700;

    @TempDir private Path directory;
    private volatile boolean stopped;

    private static long key(int thread, int number) {
        return thread * 1_000_000L + number;
    }

    private void write(OffHeapCache cache, int thread) {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed() + thread);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[MAX_LENGTH]);
        for (long round = 1; !stopped; round++) {
            for (int number = 0; number < KEYS; number++) {
                final long key = key(thread, number);
                value.setMemory(0, MAX_LENGTH, (byte) round);
                value.putLong(0, round);
                switch (random.nextInt(4)) {
                    case 0 -> cache.put(key, value, 0, 8 + random.nextInt(MAX_LENGTH - 8));
                    case 1 -> {
                        if (!cache.putLong(key, 0, round)) {
                            cache.put(key, value, 0, 8);
                        }
                    }
                    case 2 -> {
                        final long now = round;
                        if (!cache.update(
                                key,
                                view -> {
                                    view.setMemory(0, view.capacity(), (byte) now);
                                    view.putLong(0, now);
                                })) {
                            cache.put(key, value, 0, 8);
                        }
                    }
                    default -> cache.put(key, value, 0, 64);
                }
            }
        }
    }

    /** Returns the numbers by thread and key, 0 for an absent key. */
    private long[][] numbers() throws Exception {
        final long[][] numbers = new long[THREADS][KEYS];
        try (CheckpointReader reader =
                CheckpointFiles.openNewest(directory, problem -> assertThat(problem).isNull())) {
            final StoredRecord stored = new StoredRecord();
            while (reader.next(stored)) {
                final long key = stored.key().getLong(0);
                final int thread = (int) (key / 1_000_000);
                final int number = (int) (key % 1_000_000);
                assertThat(numbers[thread][number]).as("one copy of %d", key).isZero();
                numbers[thread][number] = stored.value().getLong(0);
            }
        }
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(ints = {256 << 10, 8 << 20})
    void eachImageIsOfOneMoment(int memoryBytes) throws Exception {
        System.out.println("CheckpointConcurrencyTest seed " + TestSupport.seed());
        final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .segments(1)
                        .slabBytes(4 << 10)
                        .promotionDistance(0.2)
                        .build()) {
            final List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                final int thread = i;
                writers.add(threads.submit(() -> write(cache, thread)));
            }
            for (int i = 0; i < CHECKPOINTS; i++) {
                cache.checkpoint(directory);
                check(numbers());
            }
            stopped = true;
            for (final Future<?> writer : writers) {
                writer.get();
            }
            TestSupport.assertClean(cache);
        } finally {
            stopped = true;
            threads.shutdown();
        }
    }

    private static void check(long[][] numbers) {
        for (final long[] ofThread : numbers) {
            final long[] present = Arrays.stream(ofThread).filter(number -> number > 0).toArray();
            for (int i = 1; i < present.length; i++) {
                assertThat(present[i]).isBetween(present[0] - 1, present[i - 1]);
            }
        }
    }

    @Test
    void theCheckFindsAnImageOfTwoMoments() {
        check(new long[][] {{3, 3, 0, 2, 2}});
        for (final long[] wrong : new long[][] {{3, 2, 3}, {3, 2, 1}, {3, 0, 4}}) {
            try {
                check(new long[][] {wrong});
            } catch (final AssertionError expected) {
                continue;
            }
            throw new AssertionError(Arrays.toString(wrong));
        }
    }
}
