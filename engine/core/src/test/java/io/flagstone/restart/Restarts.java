// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/** Opens caches in a directory, with clocks that a test sets. */
final class Restarts {
    /** The wall-clock time at which a test begins: in 2026, in nanoseconds since 1970. */
    static final long BEGIN_NS = 1_790_000_000_000_000_000L;

    final Path directory;
    final TestClock clock = new TestClock(7_000);
    final TestClock wallClock = new TestClock(BEGIN_NS);

    Restarts(Path directory) {
        this.directory = directory;
    }

    CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(1 << 20)
                .segments(2)
                .hugePages(false)
                .directory(directory)
                .clock(clock)
                .epochClock(wallClock::nanoTime)
                .restartListener(report -> {});
    }

    /** Lets time pass on both clocks. */
    void advance(long ns) {
        clock.advance(ns);
        wallClock.advance(ns);
    }

    Path file() {
        return directory.resolve("flagstone.cache");
    }

    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static RestartReport report(OffHeapCache cache) {
        return cache.restartReport().orElseThrow();
    }

    static void put(OffHeapCache cache, long key, String value) {
        final UnsafeBuffer bytes = TestSupport.bytes(value);
        cache.put(key, bytes, 0, bytes.capacity());
    }

    static String get(OffHeapCache cache, long key) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[1 << 12]);
        final int length = cache.get(key, destination, 0);
        return length < 0 ? null : destination.getStringWithoutLengthUtf8(0, length);
    }

    static void assertKind(OffHeapCache cache, RestartReport.Kind kind) {
        assertThat(report(cache).kind()).as(report(cache).toString()).isEqualTo(kind);
        TestSupport.assertClean(cache);
    }
}
