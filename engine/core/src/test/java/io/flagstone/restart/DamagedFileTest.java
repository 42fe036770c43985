// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files whose bytes have changed since their process ended. A file that was closed is refused. Of
 * one that was not, each entry is checked: the cache begins cold with a reason, or its structures
 * agree. Set {@code flagstone.test.damages} for a long run.
 */
@Tag("any-jdk")
class DamagedFileTest {
    private static final int DAMAGES = Integer.getInteger("flagstone.test.damages", 300);
    private static final int PAGE = 4096;
    private static final int REGION = 128 << 10;
    private static final int LARGEST = 6_000;

    @TempDir Path directory;

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    private CacheBuilder builder() {
        return restarts.builder().memoryBytes(2 * REGION).slabBytes(8 << 10);
    }

    private void fill(OffHeapCache cache) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[LARGEST]);
        for (long key = 0; key < 3_000; key++) {
            value.putLong(0, key);
            final int length = 8 + random.nextInt(random.nextInt(8) == 0 ? LARGEST - 8 : 100);
            final long ttl = key % 3 == 0 ? OffHeapCache.NO_TTL : 1_000_000 + key;
            cache.put(key, value, 0, length, ttl);
            if (key % 5 == 0) {
                cache.remove(random.nextLong(key + 1));
            }
        }
    }

    /** Changes some bytes after the first page, near each other or anywhere. */
    private byte[] damaged(byte[] file) {
        final byte[] copy = file.clone();
        final int bytes = 1 << random.nextInt(6);
        final int near = PAGE + random.nextInt(copy.length - PAGE);
        final int within = random.nextBoolean() ? 64 : copy.length;
        for (int i = 0; i < bytes; i++) {
            final int at = Math.min(copy.length - 1, near + random.nextInt(within));
            copy[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        if (random.nextInt(8) == 0) {
            // Another part of the file in place of this one.
            final int length = Math.min(1 + random.nextInt(PAGE), copy.length - near);
            final int from = PAGE + random.nextInt(copy.length - PAGE - length + 1);
            System.arraycopy(file, from, copy, near, length);
        }
        return copy;
    }

    /** Returns a file without the bytes after each region, which fill its last page. */
    private static byte[] regions(byte[] file) {
        final byte[] regions = file.clone();
        for (int end = PAGE + REGION; end <= file.length; end += REGION) {
            Arrays.fill(regions, end - Long.BYTES * Long.BYTES, end, (byte) 0);
        }
        return regions;
    }

    private void deleteAside() throws IOException {
        for (final String name : restarts.names()) {
            if (name.startsWith("flagstone.cache.")) {
                Files.delete(restarts.directory.resolve(name));
            }
        }
    }

    @Test
    void aFileThatChangedSinceItWasClosedIsRefused() throws IOException {
        try (OffHeapCache cache = builder().build()) {
            fill(cache);
        }
        final byte[] file = Files.readAllBytes(restarts.file());
        for (int i = 0; i < DAMAGES; i++) {
            final byte[] damaged = damaged(file);
            Files.write(restarts.file(), damaged);
            try (OffHeapCache cache = builder().build()) {
                final RestartReport report = Restarts.report(cache);
                final boolean same = Arrays.equals(regions(file), regions(damaged));
                assertThat(report.kind())
                        .as("seed %d, damage %d: %s", TestSupport.seed(), i, report)
                        .isEqualTo(same ? Kind.WARM : Kind.COLD);
                assertThat(report.reason()).as("damage %d", i).matches(same ? "" : "(?s).+");
            }
            deleteAside();
        }
    }

    @Test
    void theEntriesOfAFileThatWasNotClosedAreChecked() throws IOException {
        final byte[] file;
        try (OffHeapCache cache = builder().build()) {
            fill(cache);
            // As the operating system keeps it if the process is killed here.
            file = Files.readAllBytes(restarts.file());
        }
        int recovered = 0;
        for (int i = 0; i < DAMAGES; i++) {
            Files.write(restarts.file(), damaged(file));
            try (OffHeapCache cache = builder().build()) {
                final RestartReport report = Restarts.report(cache);
                assertThat(report.kind())
                        .as("seed %d, damage %d: %s", TestSupport.seed(), i, report)
                        .isIn(Kind.RECOVERED, Kind.COLD);
                recovered += report.kind() == Kind.RECOVERED ? 1 : 0;
                TestSupport.assertUsable(cache.audit(), "damage " + i);
                fill(cache);
                TestSupport.assertUsable(cache.audit(), "damage " + i);
            }
            deleteAside();
        }
        assertThat(recovered).as("most bytes are values").isPositive();
    }
}
