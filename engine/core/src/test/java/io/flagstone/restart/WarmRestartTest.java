// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static io.flagstone.restart.Restarts.assertKind;
import static io.flagstone.restart.Restarts.get;
import static io.flagstone.restart.Restarts.put;
import static io.flagstone.restart.Restarts.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.LogRecorder;
import io.flagstone.testing.TestSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cache that was closed goes on where it was. */
class WarmRestartTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    @TempDir Path directory;

    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    @Test
    void theFirstCacheIsColdAndTheNextIsWarm() throws Exception {
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.COLD);
            assertThat(report(cache).reason()).isEmpty();
            put(cache, 1, "one");
            put(cache, 2, "two");
        }
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(report(cache).kept()).isEqualTo(2);
            assertThat(report(cache).reason()).isEmpty();
            assertThat(get(cache, 1)).isEqualTo("one");
            assertThat(get(cache, 2)).isEqualTo("two");
            assertThat(get(cache, 3)).isNull();
            put(cache, 3, "three");
        }
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 3)).isEqualTo("three");
        }
        assertThat(restarts.names()).containsExactly("flagstone.cache", "flagstone.lock");
    }

    /** An entry of the model. */
    private record Expected(byte[] value, long deadlineNs) {}

    @ParameterizedTest
    @CsvSource({
        "1, false, 0.0625, 1",
        "1, true, 0.0625, 2",
        "4, false, 0.0625, 3",
        "4, true, 0, 4",
        "16, false, 0, 5",
        "2, false, 1, 6"
    })
    void contentsAndDeadlinesAreThoseOfAModel(
            int segments, boolean filter, double distance, int round) {
        final long seed = TestSupport.seed() + round;
        final Random random = new Random(seed);
        final Map<String, Expected> model = new HashMap<>();
        final CacheBuilder builder =
                restarts.builder()
                        .memoryBytes(8 << 20)
                        .segments(segments)
                        .admissionFilter(filter)
                        .promotionDistance(distance);
        for (int life = 0; life < 4; life++) {
            try (OffHeapCache cache = builder.build()) {
                assertKind(cache, life == 0 ? Kind.COLD : Kind.WARM);
                assertModel(cache, model, seed);
                for (int i = 0; i < 1_000; i++) {
                    change(cache, model, random);
                }
                assertModel(cache, model, seed);
                TestSupport.assertClean(cache);
            }
            restarts.advance(random.nextInt(2_000_000_000));
        }
    }

    private void change(OffHeapCache cache, Map<String, Expected> model, Random random) {
        final int key = random.nextInt(600);
        final UnsafeBuffer bytes = key(key);
        final String name = TestSupport.string(bytes);
        restarts.advance(random.nextInt(1_000_000));
        if (random.nextInt(4) == 0) {
            cache.remove(bytes, 0, bytes.capacity());
            model.remove(name);
            return;
        }
        final byte[] value = new byte[random.nextInt(50) == 0 ? 40_000 : random.nextInt(300)];
        random.nextBytes(value);
        final long ttlNs =
                random.nextBoolean() ? OffHeapCache.NO_TTL : 1 + random.nextInt(2_000_000_000);
        final UnsafeBuffer source = new UnsafeBuffer(value);
        if (bytes.capacity() == Long.BYTES) {
            cache.put(bytes.getLong(0), source, 0, value.length, ttlNs);
        } else {
            cache.put(bytes, 0, bytes.capacity(), source, 0, value.length, ttlNs);
        }
        final long now = restarts.wallClock.nanoTime();
        model.put(
                name,
                new Expected(value, ttlNs == OffHeapCache.NO_TTL ? Long.MAX_VALUE : now + ttlNs));
    }

    /** Returns a key of 1 to 300 bytes; some are as long as a {@code long}. */
    private static UnsafeBuffer key(int number) {
        final String text = String.format("%03d", number);
        return TestSupport.bytes(text + "k".repeat(number % 7 == 0 ? 5 : number % 298));
    }

    private void assertModel(OffHeapCache cache, Map<String, Expected> model, long seed) {
        final long now = restarts.wallClock.nanoTime();
        final UnsafeBuffer found = new UnsafeBuffer(new byte[1 << 16]);
        for (int number = 0; number < 600; number++) {
            final UnsafeBuffer key = key(number);
            final Expected expected = model.get(TestSupport.string(key));
            final boolean live = expected != null && expected.deadlineNs > now;
            final int length = cache.get(key, 0, key.capacity(), found, 0);
            assertThat(length)
                    .as("seed=%d, key %d", seed, number)
                    .isEqualTo(live ? expected.value.length : OffHeapCache.NOT_FOUND);
            if (live) {
                assertThat(
                                new UnsafeBuffer(found, 0, length)
                                        .compareTo(new UnsafeBuffer(expected.value)))
                        .as("seed=%d, key %d", seed, number)
                        .isZero();
                assertThat(cache.remainingTtlNs(key, 0, key.capacity()))
                        .as("seed=%d, key %d", seed, number)
                        .isEqualTo(
                                expected.deadlineNs == Long.MAX_VALUE
                                        ? OffHeapCache.NO_TTL
                                        : expected.deadlineNs - now);
            }
        }
    }

    @Test
    void theTimeWhileNoProcessRunsCounts() {
        try (OffHeapCache cache = restarts.builder().build()) {
            cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8, 10 * SECOND_NS);
        }
        restarts.wallClock.advance(10 * SECOND_NS - 1);
        restarts.clock.set(-5);
        try (OffHeapCache cache = restarts.builder().build()) {
            assertThat(cache.remainingTtlNs(1)).isEqualTo(1);
            restarts.advance(1);
            assertThat(cache.contains(1)).isFalse();
        }
    }

    @Test
    void aWallClockThatRunsBackwardsRevivesNothingAndIsReported() {
        try (OffHeapCache cache = restarts.builder().build()) {
            cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8, 10 * SECOND_NS);
            cache.put(2, new UnsafeBuffer(new byte[8]), 0, 8, 30 * SECOND_NS);
            restarts.advance(20 * SECOND_NS);
            assertThat(cache.contains(1)).isFalse();
        }
        restarts.wallClock.advance(-15 * SECOND_NS);
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(report(cache).reason())
                    .contains("the wall clock is behind", "behindNs=15000000000");
            assertThat(cache.contains(1)).isFalse();
            assertThat(cache.remainingTtlNs(2)).isEqualTo(10 * SECOND_NS);
        }
        try (OffHeapCache cache = restarts.builder().build()) {
            assertThat(report(cache).reason()).isEmpty();
            assertThat(cache.remainingTtlNs(2)).isEqualTo(10 * SECOND_NS);
        }
    }

    @Test
    void slidingDeadlinesSlideOn() {
        final CacheBuilder builder =
                restarts.builder().expireAfterAccessNs(10 * SECOND_NS).promotionDistance(0);
        try (OffHeapCache cache = builder.build()) {
            put(cache, 1, "one");
        }
        restarts.advance(6 * SECOND_NS);
        try (OffHeapCache cache = builder.build()) {
            assertThat(cache.remainingTtlNs(1)).isEqualTo(4 * SECOND_NS);
            assertThat(get(cache, 1)).isEqualTo("one");
            assertThat(cache.remainingTtlNs(1)).isEqualTo(10 * SECOND_NS);
        }
        restarts.advance(10 * SECOND_NS);
        try (OffHeapCache cache = builder.build()) {
            assertThat(get(cache, 1)).isNull();
        }
    }

    @Test
    void theOrderOfUseGoesOn() {
        final List<Long> evicted = new ArrayList<>();
        final CacheBuilder builder =
                restarts.builder()
                        .segments(1)
                        .maxEntries(100)
                        .promotionDistance(0)
                        .removalHandler((cause, key, value) -> evicted.add(key.getLong(0)));
        final List<Long> expected = new ArrayList<>();
        try (OffHeapCache cache = builder.build()) {
            for (long key = 0; key < 100; key++) {
                put(cache, key, "v".repeat((int) key));
            }
            for (long key = 0; key < 100; key += 3) {
                get(cache, key);
            }
            for (long key = 0; key < 100; key++) {
                if (key % 3 != 0) {
                    expected.add(key);
                }
            }
            for (long key = 0; key < 100; key += 3) {
                expected.add(key);
            }
        }
        assertThat(evicted).isEmpty();
        try (OffHeapCache cache = builder.build()) {
            for (long key = 1_000; key < 1_100; key++) {
                put(cache, key, "new");
            }
            assertThat(evicted).isEqualTo(expected);
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void aNumberOfSegmentsThatWasNotSetIsThatOfTheFile() {
        try (OffHeapCache cache = restarts.builder().segments(16).build()) {
            put(cache, 1, "one");
        }
        final CacheBuilder other =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .directory(restarts.directory)
                        .clock(restarts.clock)
                        .epochClock(restarts.wallClock::nanoTime)
                        .restartListener(told -> {});
        try (OffHeapCache cache = other.build()) {
            assertKind(cache, Kind.WARM);
            assertThat(cache.segmentCount()).isEqualTo(16);
            assertThat(cache.configuration().setting("segments").value()).isEqualTo("16");
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }

    @Test
    void pagesMayBeTouchedAtOnce() {
        final List<Long> progress = new ArrayList<>();
        restarts.builder().build().close();
        try (OffHeapCache cache =
                restarts.builder()
                        .verify(false)
                        .pretouch(true)
                        .buildProgress(progress::add)
                        .build()) {
            assertKind(cache, Kind.WARM);
            assertThat(progress).hasSize(2).isSorted();
        }
    }

    @Test
    void theListenerLearnsOfTheRestartAndItsExceptionsAreReported() {
        final List<RestartReport> told = new ArrayList<>();
        final List<Throwable> errors = new ArrayList<>();
        restarts.builder().restartListener(told::add).build().close();
        final RuntimeException thrown = new IllegalStateException("listener");
        try (OffHeapCache cache =
                restarts.builder()
                        .restartListener(
                                report -> {
                                    told.add(report);
                                    throw thrown;
                                })
                        .errorHandler(errors::add)
                        .build()) {
            assertThat(told).extracting(RestartReport::kind).containsExactly(Kind.COLD, Kind.WARM);
            assertThat(told.get(1)).isEqualTo(report(cache));
            assertThat(errors).containsExactly(thrown);
        }
    }

    @Test
    void byDefaultTheRestartIsLogged() {
        try (LogRecorder log = new LogRecorder("io.flagstone").alone()) {
            OffHeapCache.builder()
                    .memoryBytes(1 << 20)
                    .directory(restarts.directory)
                    .build()
                    .close();
            OffHeapCache.builder()
                    .memoryBytes(1 << 20)
                    .directory(restarts.directory)
                    .build()
                    .close();
            assertThat(log.messages())
                    .filteredOn(text -> text.startsWith("the cache began"))
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("the cache began COLD: kept=0"),
                            second ->
                                    assertThat(second).startsWith("the cache began WARM: kept=0"));
        }
    }

    @Test
    void aCacheWithoutADirectoryHasNoReport() {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 16).build()) {
            assertThat(cache.restartReport()).isEmpty();
        }
    }

    @Test
    void onlyTheOwnerCanReadTheFiles() throws Exception {
        restarts.builder().build().close();
        for (final String name : restarts.names()) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            restarts.directory.resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theLimitOnDirectMemoryDoesNotCount() {
        final CacheBuilder builder = restarts.builder().memoryBytes(1L << 60).segments(1 << 14);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("direct memory");
    }

    @Test
    void operationsOnAMappedCacheAllocateNothing() {
        try (OffHeapCache cache = restarts.builder().build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[100]);
            final UnsafeBuffer key = TestSupport.bytes("a key");
            assertThat(
                            TestSupport.allocated(
                                    () -> {
                                        for (int i = 0; i < 1_000; i++) {
                                            cache.put(i, value, 0, 100);
                                            cache.get(i, value, 0);
                                            cache.put(key, 0, 5, value, 0, 50);
                                            cache.get(key, 0, 5, value, 0);
                                        }
                                    }))
                    .isZero();
        }
    }

    /** The garbage collector unmaps what nobody uses, so this collects until it has. */
    @Test
    void reopeningLeavesNoMappingsAndFileDescriptors() throws Exception {
        final long descriptors = descriptors();
        for (int i = 0; i < 50; i++) {
            try (OffHeapCache cache = restarts.builder().build()) {
                assertThat(report(cache).kept()).isEqualTo(i);
                put(cache, i, "value");
            }
        }
        assertThat(descriptors()).isEqualTo(descriptors);
        long mappings = mappings();
        for (int i = 0; i < 100 && mappings > 0; i++) {
            System.gc();
            Thread.yield();
            mappings = mappings();
        }
        assertThat(mappings).isZero();
    }

    private long mappings() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(restarts.file().toString()))
                .count();
    }

    private long descriptors() throws Exception {
        long count = 0;
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (final Path descriptor : open.toList()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor)
                                .startsWith(restarts.directory.toString())) {
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void closingAgainDoesNothing() {
        final OffHeapCache cache = restarts.builder().build();
        cache.close();
        try (OffHeapCache next = restarts.builder().build()) {
            cache.close();
            assertThat(cache.isClosed()).isTrue();
            assertThat(report(cache).kind()).isEqualTo(Kind.COLD);
            assertKind(next, Kind.WARM);
            assertThatThrownBy(() -> restarts.builder().build())
                    .as("the first cache has not released the lock of the second")
                    .hasMessageContaining("directory must be free");
        }
    }
}
