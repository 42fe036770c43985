// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A put of a new key into a full cache evicts the least recently used entry and, if the values are
 * short, takes over its chunk.
 */
class RecyclingTest {
    private static final long TTL = 1_000_000;

    private final UnsafeBuffer found = new UnsafeBuffer(new byte[8192]);
    private long nowNs = 1;

    /** Returns a value that begins with its key and its length, and then repeats a byte of both. */
    private static UnsafeBuffer valueOf(long key, int length) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) (key + length));
        value.putLong(0, key);
        value.putInt(8, length);
        return value;
    }

    private static void assertWritten(long key, UnsafeBuffer value, int length) {
        assertThat(value.getLong(0)).isEqualTo(key);
        assertThat(value.getInt(8)).isEqualTo(length);
        for (int i = 12; i < length; i++) {
            if (value.getByte(i) != (byte) (key + length)) {
                throw new AssertionError("the value of key " + key + " is torn at " + i);
            }
        }
    }

    private CacheBuilder builder(int memoryBytes) {
        return OffHeapCache.builder()
                .memoryBytes(memoryBytes)
                .segments(1)
                .slabBytes(8 << 10)
                .promotionDistance(0)
                .tickNs(1_000)
                .hashSeed(7)
                .clock(() -> nowNs);
    }

    /**
     * The model is exact because nothing but the order of use matters: all values are of one size
     * class. The lengths differ within the class.
     */
    @ParameterizedTest
    @CsvSource({
        "64, 0, false", "64, 0, true", "64, 100, false", "64, 100, true",
        "1000, 50, false", "1900, 0, false", "4000, 0, false", "4000, 20, true"
    })
    void theLeastRecentlyUsedEntryLeaves(int length, int maxEntries, boolean timed) {
        final CacheBuilder builder = builder(512 << 10);
        if (maxEntries > 0) {
            builder.maxEntries(maxEntries);
        }
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        final LinkedHashMap<Long, Integer> model = new LinkedHashMap<>(16, 0.75f, true);
        try (OffHeapCache cache = builder.build()) {
            long evictions = 0;
            for (long i = 0; i < 20_000; i++) {
                final int drawn = length - random.nextInt(8);
                if (random.nextInt(3) == 0 && !model.isEmpty()) {
                    final long key = i - 1 - random.nextInt(2 * model.size());
                    assertThat(cache.get(key, found, 0) >= 0)
                            .as("seed %d: key %d of %d", TestSupport.seed(), key, i)
                            .isEqualTo(model.get(key) != null);
                }
                put(cache, i, drawn, timed && random.nextInt(4) != 0);
                if (cache.size() == model.size()) {
                    final Long eldest = model.keySet().iterator().next();
                    model.remove(eldest);
                    assertThat(cache.contains(eldest)).as("the eldest, %d", eldest).isFalse();
                    evictions++;
                }
                model.put(i, drawn);
                assertThat(cache.size()).isEqualTo(model.size());
                if (i % 1_000 == 0) {
                    assertMatches(cache, model);
                }
            }
            assertMatches(cache, model);
            final CacheStatistics statistics = cache.statistics();
            assertThat(statistics.insertions()).isEqualTo(20_000);
            assertThat(statistics.evictions()).isEqualTo(evictions).isGreaterThan(15_000);
            assertThat(statistics.expirations()).isZero();
        }
    }

    private static void put(OffHeapCache cache, long key, int length, boolean timed) {
        final UnsafeBuffer value = valueOf(key, length);
        if (timed) {
            cache.put(key, value, 0, length, TTL * (1 + key % 5));
        } else {
            cache.put(key, value, 0, length);
        }
    }

    private void assertMatches(OffHeapCache cache, Map<Long, Integer> model) {
        TestSupport.assertClean(cache);
        final MemoryReport report = cache.memoryReport();
        assertThat(report.entries()).isEqualTo(model.size());
        assertThat(report.keyBytes()).isEqualTo(8L * model.size());
        assertThat(report.valueBytes())
                .isEqualTo(model.values().stream().mapToLong(Integer::intValue).sum());
        List.copyOf(model.keySet())
                .forEach(
                        key -> {
                            final int length = model.get(key);
                            assertThat(cache.get(key, found, 0)).isEqualTo(length);
                            assertWritten(key, found, length);
                        });
    }

    @Test
    void anExpiredEntryThatIsStillThereLeavesAsExpired() {
        try (OffHeapCache cache = builder(512 << 10).maxEntries(3).tickNs(TTL).build()) {
            put(cache, 0, 64, true);
            put(cache, 1, 64, false);
            put(cache, 2, 64, false);
            nowNs = 1 + TTL + TTL / 2;
            put(cache, 3, 64, false);
            assertThat(cache.statistics().expirations()).isEqualTo(1);
            assertThat(cache.statistics().evictions()).isZero();
            assertThat(cache.remainingTtlNs(3)).isEqualTo(OffHeapCache.NO_TTL);
            TestSupport.assertClean(cache);
        }
    }

    /** Readers are not kept out while the handler runs, and do not find the entry that leaves. */
    @Test
    void theHandlerIsCalledBetweenRemovalAndInsertion() throws Exception {
        final ExecutorService other = Executors.newSingleThreadExecutor();
        final List<String> told = new ArrayList<>();
        final OffHeapCache[] caches = new OffHeapCache[1];
        try (OffHeapCache cache =
                builder(512 << 10)
                        .maxEntries(3)
                        .removalHandler(
                                (cause, key, value) -> {
                                    assertWritten(key.getLong(0), copy(value), 64);
                                    final Future<String> seen =
                                            other.submit(() -> seen(caches[0], key.getLong(0)));
                                    try {
                                        told.add(cause + seen.get(1, TimeUnit.MINUTES));
                                    } catch (final Exception e) {
                                        throw TestSupport.sneak(e);
                                    }
                                })
                        .build()) {
            caches[0] = cache;
            for (long key = 1; key <= 4; key++) {
                put(cache, key, 64, false);
            }
            assertThat(told).containsExactly("EVICTED: 1 false, 2 true, 2 entries");
            TestSupport.assertClean(cache);
        } finally {
            other.shutdownNow();
        }
    }

    private static UnsafeBuffer copy(DirectBuffer value) {
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[value.capacity()]);
        copy.putBytes(0, value, 0, value.capacity());
        return copy;
    }

    private static String seen(OffHeapCache cache, long key) {
        return ": %d %s, 2 %s, %d entries"
                .formatted(key, cache.contains(key), cache.contains(2), cache.size());
    }

    /** Without a handler; with one, {@link AccessFaultTest} does the same. */
    @Test
    void aPutThatEvictsMayEndAtAnyAccess() {
        final OutOfMemoryError error = new OutOfMemoryError("injected");
        final List<Throwable> told = new ArrayList<>();
        int resets = 0;
        int lost = 0;
        boolean failed = true;
        for (long access = 1; failed; access++) {
            try (OffHeapCache cache =
                    builder(16 << 10).slabBytes(1 << 10).errorHandler(told::add).build()) {
                for (long key = 0; key < 200; key++) {
                    put(cache, key, 64, key % 2 == 0);
                }
                final long entries = cache.size();
                failed = false;
                AccessFaults.arm(access, false, error);
                try {
                    cache.put(1_000, valueOf(1_000, 64), 0, 64);
                } catch (final OutOfMemoryError e) {
                    failed = true;
                } finally {
                    AccessFaults.disarm();
                }
                TestSupport.assertClean(cache);
                if (cache.statistics().segmentResets() > 0) {
                    resets++;
                } else if (failed && cache.size() == entries - 1) {
                    lost++;
                }
                for (long key = 0; key < 200; key++) {
                    if (cache.get(key, found, 0) >= 0) {
                        assertWritten(key, found, 64);
                    }
                }
                put(cache, 2_000, 64, false);
                assertThat(cache.get(2_000, found, 0)).isEqualTo(64);
            }
        }
        assertThat(resets).isGreaterThan(20).isEqualTo(told.size());
        assertThat(lost).as("a failed copy costs the evicted entry and nothing else").isPositive();
    }

    /**
     * Puts prefetch without the lock in regions of this size. Meanwhile slabs are cut for other
     * size classes, so the prefetched references are often wrong. The tests check all bounds.
     */
    @Test
    void writersOfAllSizesDoNotDisturbEachOther() throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        try (OffHeapCache cache = builder(6 << 20).slabBytes(16 << 10).build()) {
            final List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                final int number = i;
                done.add(threads.submit(() -> writeAllSizes(cache, number)));
            }
            for (final Future<?> one : done) {
                one.get();
            }
            assertThat(cache.statistics().slabReassignments()).isPositive();
            assertThat(cache.statistics().evictions()).isPositive();
            TestSupport.assertClean(cache);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void writeAllSizes(OffHeapCache cache, int number) {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed() + number);
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[8192]);
        for (int i = 0; i < 60_000; i++) {
            final long key = 1L << 32 | random.nextInt(40_000);
            final int length = i / 5_000 % 2 == 0 ? 64 : 16 + random.nextInt(3_000);
            cache.put(key, valueOf(key, length), 0, length);
            final long read = 1L << 32 | random.nextInt(40_000);
            final int present = cache.get(read, destination, 0);
            if (present >= 0) {
                assertWritten(read, destination, present);
            }
        }
    }
}
