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
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.TestSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cache of another configuration takes over the entries of the old file. */
class MigrationTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int ENTRIES = 500;

    @TempDir Path directory;

    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    static Stream<Consumer<CacheBuilder>> changes() {
        return Stream.of(
                b -> b.memoryBytes(1 << 21),
                b -> b.segments(8),
                b -> b.segments(1),
                b -> b.slabBytes(1 << 13),
                b -> b.maxEntries(5_000),
                b -> b.tickNs(3_000_000),
                b -> b.admissionFilter(true),
                b -> b.promotionDistance(0),
                b -> b.hashSeed(7),
                b -> b.expectedEntryBytes(500));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void allEntriesAreTakenOver(Consumer<CacheBuilder> change) throws Exception {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[900]);
        try (OffHeapCache cache = restarts.builder().build()) {
            for (int i = 0; i < ENTRIES; i++) {
                value.putLong(0, i);
                final UnsafeBuffer key = TestSupport.bytes("key" + "y".repeat(i % 90) + i);
                cache.put(key, 0, key.capacity(), value, 0, 8 + i % 800, ttl(i));
            }
        }
        restarts.advance(2 * SECOND_NS);
        final CacheBuilder other = restarts.builder().migrate(true);
        change.accept(other);
        try (OffHeapCache cache = other.build()) {
            assertKind(cache, Kind.MIGRATED);
            assertThat(report(cache).kept()).isEqualTo(ENTRIES - ENTRIES / 5);
            assertThat(report(cache).expired()).isEqualTo(ENTRIES / 5);
            assertThat(report(cache).dropped()).isZero();
            assertThat(report(cache).reason())
                    .contains("another configuration", "the old file is now");
            assertEntries(cache);
        }
        try (OffHeapCache cache = other.build()) {
            assertKind(cache, Kind.WARM);
            assertEntries(cache);
        }
    }

    private static long ttl(int i) {
        return i % 5 == 0 ? SECOND_NS : i % 5 == 1 ? OffHeapCache.NO_TTL : 10 * SECOND_NS + i;
    }

    private static void assertEntries(OffHeapCache cache) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[900]);
        for (int i = 0; i < ENTRIES; i++) {
            final UnsafeBuffer key = TestSupport.bytes("key" + "y".repeat(i % 90) + i);
            final int length = cache.get(key, 0, key.capacity(), value, 0);
            assertThat(length).as("entry %d", i).isEqualTo(i % 5 == 0 ? -1 : 8 + i % 800);
            if (length > 0) {
                assertThat(value.getLong(0)).isEqualTo(i);
                assertThat(cache.remainingTtlNs(key, 0, key.capacity()))
                        .isEqualTo(i % 5 == 1 ? OffHeapCache.NO_TTL : ttl(i) - 2 * SECOND_NS);
            }
        }
        TestSupport.assertClean(cache);
    }

    @Test
    void aSmallerCacheKeepsTheEntriesUsedMostRecently() {
        try (OffHeapCache cache =
                restarts.builder().segments(1).promotionDistance(0).maxEntries(100).build()) {
            for (int i = 0; i < 100; i++) {
                put(cache, i, "v".repeat(1 + i % 50));
            }
            for (int i = 0; i < 100; i += 10) {
                get(cache, i);
            }
        }
        final CacheBuilder smaller =
                restarts.builder().segments(1).promotionDistance(0).maxEntries(40).migrate(true);
        try (OffHeapCache cache = smaller.build()) {
            assertKind(cache, Kind.MIGRATED);
            assertThat(report(cache).kept()).isEqualTo(40);
            assertThat(report(cache).dropped()).isEqualTo(60);
            int present = 0;
            for (int i = 0; i < 100; i++) {
                final boolean expected = i % 10 == 0 || i > 66;
                assertThat(cache.contains(i)).as("key %d", i).isEqualTo(expected);
                present += expected ? 1 : 0;
            }
            assertThat(present).isEqualTo(40);
        }
    }

    @Test
    void entriesThatAreTooLargeAreDropped() {
        try (OffHeapCache cache = restarts.builder().build()) {
            cache.put(1, new UnsafeBuffer(new byte[10_000]), 0, 10_000);
            put(cache, 2, "two");
        }
        try (OffHeapCache cache = restarts.builder().slabBytes(4_096).migrate(true).build()) {
            assertKind(cache, Kind.MIGRATED);
            assertThat(report(cache).kept()).isEqualTo(1);
            assertThat(report(cache).dropped()).isEqualTo(1);
            assertThat(get(cache, 2)).isEqualTo("two");
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
        try (OffHeapCache cache = builder.segments(4).migrate(true).build()) {
            assertKind(cache, Kind.MIGRATED);
            assertThat(cache.remainingTtlNs(1)).isEqualTo(4 * SECOND_NS);
            get(cache, 1);
            assertThat(cache.remainingTtlNs(1)).isEqualTo(10 * SECOND_NS);
        }
        restarts.advance(4 * SECOND_NS);
        try (OffHeapCache cache =
                restarts.builder().segments(4).promotionDistance(0).migrate(true).build()) {
            assertKind(cache, Kind.MIGRATED);
            get(cache, 1);
            assertThat(cache.remainingTtlNs(1)).as("fixed now").isEqualTo(6 * SECOND_NS);
        }
    }

    @Test
    void ifTheMigrationFailsTheOldFileStaysAndTheNextOneMigrates() throws Exception {
        try (OffHeapCache cache = restarts.builder().build()) {
            put(cache, 1, "one");
        }
        final RuntimeException thrown = new IllegalStateException("progress");
        assertThatThrownBy(
                        () ->
                                restarts.builder()
                                        .segments(4)
                                        .migrate(true)
                                        .buildProgress(
                                                bytes -> {
                                                    throw thrown;
                                                })
                                        .build())
                .isSameAs(thrown);
        assertThat(restarts.names()).containsExactly("flagstone.cache", "flagstone.lock");
        // As a process leaves it that is killed in between.
        Files.writeString(restarts.directory.resolve("flagstone.cache.new"), "half");
        try (OffHeapCache cache = restarts.builder().segments(4).migrate(true).build()) {
            assertKind(cache, Kind.MIGRATED);
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }
}
