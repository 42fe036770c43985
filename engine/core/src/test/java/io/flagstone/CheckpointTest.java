// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheClosedException;
import io.flagstone.api.CheckpointReport;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints of a whole cache, and what a cache restores from them. */
@Tag("any-jdk")
class CheckpointTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long EPOCH = 1_700_000_000L * SECOND;

    @TempDir private Path directory;
    private final TestClock clock = new TestClock(-5 * SECOND);
    private long epochNs = EPOCH;

    private CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(64 << 20)
                .segments(4)
                .promotionDistance(0)
                .clock(clock)
                .epochClock(() -> epochNs);
    }

    /** Returns a builder for another division; 0 slab bytes for the default. */
    private CacheBuilder divided(int segments, int slabBytes) {
        final CacheBuilder builder = builder().segments(segments).memoryBytes(160 << 20);
        return slabBytes == 0 ? builder : builder.slabBytes(slabBytes);
    }

    private void advance(long ns) {
        clock.advance(ns);
        epochNs += ns;
    }

    private static UnsafeBuffer value(int number, int length) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) ('a' + number % 26));
        if (length >= 4) {
            value.putInt(0, number);
        }
        return value;
    }

    private static UnsafeBuffer key(int number, int length) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[length]);
        key.setMemory(0, length, (byte) number);
        key.putInt(0, number);
        return key;
    }

    private static Map<String, String> contents(OffHeapCache cache) {
        final Map<CacheModel.Key, String> values = new HashMap<>();
        for (long cursor = 0; cursor != OffHeapCache.SCAN_DONE; ) {
            cursor =
                    cache.scan(
                            cursor,
                            100,
                            (key, value) ->
                                    values.put(
                                            new CacheModel.Key(key),
                                            value.capacity()
                                                    + " bytes "
                                                    + Arrays.hashCode(CacheModel.bytes(value))));
        }
        final Map<String, String> contents = new HashMap<>();
        values.forEach(
                (key, value) -> {
                    final UnsafeBuffer buffer = new UnsafeBuffer(key.content());
                    final long ttlNs = cache.remainingTtlNs(buffer, 0, buffer.capacity());
                    contents.put(key.toString(), value + " for " + ttlNs);
                });
        return contents;
    }

    private static RestartReport report(OffHeapCache cache) {
        return cache.restartReport().orElseThrow();
    }

    private static void fill(OffHeapCache cache) {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        for (int i = 0; i < 500; i++) {
            final int length = random.nextInt(1 + (1 << random.nextInt(14)));
            cache.put(
                    i,
                    value(i, length),
                    0,
                    length,
                    i % 3 == 0 ? (1 + i) * SECOND : OffHeapCache.NO_TTL);
            final int keyLength = 4 + random.nextInt(300);
            cache.put(key(i, keyLength), 0, keyLength, value(i, length), 0, length);
        }
        cache.put(key(77, 65_535), 0, 65_535, value(1, 900_000), 0, 900_000);
        cache.put(1_000, value(5, 1 << 20), 0, 1 << 20);
        cache.put(1_001, value(5, 1), 0, 1);
        cache.put(1_002, value(5, 0), 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"4,0", "1,0", "2,0", "1,1114112"})
    void aCacheOfAnyDivisionRestoresAll(int segments, int slabBytes) throws IOException {
        final Map<String, String> expected;
        final CheckpointReport written;
        try (OffHeapCache cache = builder().build()) {
            fill(cache);
            expected = contents(cache);
            written = cache.checkpoint(directory);
            assertThat(contents(cache)).isEqualTo(expected);
            TestSupport.assertClean(cache);
        }
        assertThat(written.generation()).isEqualTo(1);
        assertThat(written.entries()).isEqualTo(expected.size());
        final Path file = directory.resolve("checkpoint-1.flagstone");
        assertThat(file).hasSize(written.bytes());
        for (final Path path : List.of(directory, file)) {
            try (OffHeapCache cache = divided(segments, slabBytes).restore(path).build()) {
                assertThat(contents(cache)).isEqualTo(expected);
                assertThat(report(cache).kind()).isEqualTo(Kind.RESTORED);
                assertThat(report(cache).kept()).isEqualTo(expected.size());
                assertThat(report(cache).expired()).isZero();
                assertThat(report(cache).dropped()).isZero();
                assertThat(report(cache).reason()).isEmpty();
                TestSupport.assertClean(cache);
            }
        }
    }

    @Test
    void timeThatPassedCounts() throws IOException {
        try (OffHeapCache cache = builder().build()) {
            fill(cache);
            cache.checkpoint(directory);
        }
        clock.set(77 * SECOND);
        epochNs += 100 * SECOND;
        try (OffHeapCache cache = builder().restore(directory).build()) {
            for (int i = 0; i < 500; i++) {
                assertThat(cache.contains(i)).isEqualTo(i % 3 != 0 || i >= 100);
            }
            assertThat(cache.remainingTtlNs(300)).isEqualTo(201 * SECOND);
            assertThat(cache.remainingTtlNs(1)).isEqualTo(OffHeapCache.NO_TTL);
            assertThat(report(cache).expired()).isEqualTo(34);
            advance(201 * SECOND);
            assertThat(cache.contains(300)).isFalse();
            assertThat(cache.contains(303)).isTrue();
        }
    }

    @Test
    void aWallClockThatRanBackwardsRevivesNothing() throws IOException {
        try (OffHeapCache cache = builder().build()) {
            cache.put(1, value(1, 8), 0, 8, SECOND);
            cache.put(2, value(2, 8), 0, 8, 60 * SECOND);
            advance(SECOND);
            cache.checkpoint(directory);
        }
        epochNs -= 3600 * SECOND;
        try (OffHeapCache cache = builder().restore(directory).build()) {
            assertThat(cache.contains(1)).isFalse();
            assertThat(cache.remainingTtlNs(2)).isEqualTo(59 * SECOND);
            assertThat(report(cache).reason())
                    .contains("the wall clock is 3600000000000 ns behind");
        }
    }

    @Test
    void deadlinesGoOnToSlide() throws IOException {
        try (OffHeapCache cache = builder().expireAfterAccessNs(10 * SECOND).build()) {
            cache.put(1, value(1, 8), 0, 8);
            cache.put(2, value(1, 8), 0, 8, 10 * SECOND);
            cache.checkpoint(directory);
        }
        try (OffHeapCache cache =
                builder().expireAfterAccessNs(20 * SECOND).restore(directory).build()) {
            advance(5 * SECOND);
            cache.read(1, view -> {});
            cache.read(2, view -> {});
            assertThat(cache.remainingTtlNs(1)).isEqualTo(20 * SECOND);
            assertThat(cache.remainingTtlNs(2)).isEqualTo(5 * SECOND);
        }
        try (OffHeapCache cache = builder().restore(directory).build()) {
            cache.read(1, view -> {});
            assertThat(cache.remainingTtlNs(1)).isEqualTo(5 * SECOND);
            TestSupport.assertClean(cache);
        }
    }

    /** Returns the keys in the order in which a cache of one segment evicts them. */
    private static List<Long> evicted(CacheBuilder builder, int entries) {
        final List<Long> order = new ArrayList<>();
        try (OffHeapCache cache =
                builder.maxEntries(entries)
                        .removalHandler((cause, key, value) -> order.add(key.getLong(0)))
                        .build()) {
            for (int i = 0; i < entries; i++) {
                cache.put(1_000_000 + i, value(1, 8), 0, 8);
            }
        }
        return order;
    }

    @Test
    void theOrderOfUseSurvives() throws IOException {
        final Map<Long, Integer> uses = new LinkedHashMap<>();
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (OffHeapCache cache = builder().segments(1).build()) {
            for (long key = 0; key < 200; key++) {
                final int length = 1 + random.nextInt(900);
                cache.put(key, value(1, length), 0, length);
                uses.put(key, 0);
            }
            for (int i = 0; i < 500; i++) {
                final long key = random.nextInt(200);
                cache.read(key, view -> {});
                uses.remove(key);
                uses.put(key, 0);
            }
            cache.checkpoint(directory);
        }
        final List<Long> expected = List.copyOf(uses.keySet());
        assertThat(evicted(builder().segments(1).restore(directory), 200)).isEqualTo(expected);
        // A smaller cache keeps those that were used last.
        assertThat(evicted(builder().segments(1).restore(directory), 50)).isEqualTo(expected);
        try (OffHeapCache cache = builder().segments(1).maxEntries(50).restore(directory).build()) {
            expected.forEach(
                    key -> assertThat(cache.contains(key)).isEqualTo(expected.indexOf(key) >= 150));
            assertThat(report(cache).kept()).isEqualTo(50);
            assertThat(report(cache).dropped()).isEqualTo(150);
        }
    }

    @Test
    void segmentsAreMergedByTheOrderOfUse() throws IOException {
        try (OffHeapCache cache = builder().segments(8).build()) {
            for (long key = 0; key < 4_000; key++) {
                cache.put(key, value(1, 8), 0, 8);
            }
            cache.checkpoint(directory);
        }
        try (OffHeapCache cache =
                builder().segments(1).maxEntries(1_000).restore(directory).build()) {
            int kept = 0;
            for (long key = 3_000; key < 4_000; key++) {
                kept += cache.contains(key) ? 1 : 0;
            }
            assertThat(kept).isGreaterThan(900);
        }
    }

    @Test
    void entriesThatDoNotFitAreDropped() throws IOException {
        try (OffHeapCache cache = builder().build()) {
            fill(cache);
            cache.checkpoint(directory);
        }
        try (OffHeapCache cache =
                builder()
                        .memoryBytes(64 << 10)
                        .segments(1)
                        .slabBytes(4 << 10)
                        .restore(directory)
                        .build()) {
            final RestartReport report = report(cache);
            assertThat(report.kept()).isEqualTo(cache.size()).isPositive();
            assertThat(report.kept() + report.dropped() + report.expired()).isEqualTo(1_004);
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void withoutAWholeCheckpointACacheBeginsCold() throws IOException {
        try (OffHeapCache cache = builder().restore(directory).build()) {
            assertThat(report(cache).kind()).isEqualTo(Kind.COLD);
            assertThat(report(cache).reason()).startsWith("the directory has no checkpoint");
        }
        try (OffHeapCache cache = builder().restore(directory.resolve("no")).build()) {
            assertThat(report(cache).reason()).startsWith("there is no checkpoint");
        }
        Files.write(directory.resolve("checkpoint-3.flagstone"), new byte[10_000]);
        try (OffHeapCache cache = builder().restore(directory).build()) {
            assertThat(report(cache).kind()).isEqualTo(Kind.COLD);
            assertThat(report(cache).reason())
                    .isEqualTo("checkpoint-3.flagstone: it was not finished");
            assertThat(cache.size()).isZero();
        }
        try (OffHeapCache cache = builder().build()) {
            assertThat(cache.restartReport()).isEmpty();
        }
    }

    @Test
    void aCacheThatMustBeginWarmIsNotBuiltWithoutAWholeCheckpoint() throws IOException {
        final CacheBuilder builder = builder().restore(directory).requireWarm(true);
        final Path files = directory.resolve("files");
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("requireWarm is set and there is nothing to restore");
        assertThatThrownBy(() -> builder.copy().directory(files).build())
                .isInstanceOf(IllegalStateException.class);
        try (OffHeapCache cache = builder().build()) {
            cache.put(1, value(1, 8), 0, 8);
            cache.checkpoint(directory);
        }
        builder.build().close();
        try (OffHeapCache cache = builder.copy().directory(files).build()) {
            assertThat(report(cache).kind()).isEqualTo(Kind.RESTORED);
            assertThat(cache.contains(1)).isTrue();
            cache.remove(1);
            cache.put(2, value(2, 8), 0, 8);
        }
        // A warm directory wins.
        try (OffHeapCache cache = builder.copy().directory(files).build()) {
            assertThat(report(cache).kind()).isEqualTo(Kind.WARM);
            assertThat(cache.contains(1)).isFalse();
            assertThat(cache.contains(2)).isTrue();
            assertThat(cache.checkpoint(directory).entries()).isEqualTo(1);
        }
    }

    @Test
    void aDamagedFileIsPassedOver() throws IOException {
        try (OffHeapCache cache = builder().build()) {
            cache.put(1, value(1, 8), 0, 8);
            cache.checkpoint(directory);
            cache.put(2, value(2, 8), 0, 8);
            cache.checkpoint(directory);
        }
        final Path newest = directory.resolve("checkpoint-2.flagstone");
        final byte[] bytes = Files.readAllBytes(newest);
        bytes[5_000 - 900]++;
        Files.write(newest, bytes);
        try (OffHeapCache cache = builder().restore(directory).build()) {
            assertThat(report(cache).kind()).isEqualTo(Kind.RESTORED);
            assertThat(report(cache).reason()).startsWith("checkpoint-2.flagstone: ");
            assertThat(cache.contains(1)).isTrue();
            assertThat(cache.contains(2)).isFalse();
        }
    }

    @Test
    void aCallbackIsRefused() {
        try (OffHeapCache cache = builder().build()) {
            cache.put(1, value(1, 8), 0, 8);
            final Path absent = directory.resolve("absent");
            cache.read(
                    1,
                    view ->
                            assertThatThrownBy(() -> cache.checkpoint(absent))
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("callback"));
            assertThat(absent).doesNotExist();
        }
    }

    @Test
    void aClosedCacheIsRefused() {
        final OffHeapCache cache = builder().build();
        cache.close();
        assertThatThrownBy(() -> cache.checkpoint(directory))
                .isInstanceOf(CacheClosedException.class);
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsAnIoException() throws IOException {
        try (OffHeapCache cache = builder().build()) {
            final Path file = Files.createFile(directory.resolve("file"));
            assertThatThrownBy(() -> cache.checkpoint(file)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> cache.checkpoint(file.resolve("below")))
                    .isInstanceOf(IOException.class);
            assertThat(cache.checkpoint(directory).generation()).isEqualTo(1);
        }
    }
}
