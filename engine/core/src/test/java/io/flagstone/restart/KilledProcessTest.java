// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static io.flagstone.restart.Restarts.assertKind;
import static io.flagstone.restart.Restarts.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends without closing its cache leaves everything that it had written. */
class KilledProcessTest {
    @TempDir Path directory;

    private Path files() {
        return directory.resolve("prices");
    }

    private void runAndHalt() throws Exception {
        final Path output = Files.createTempDirectory(directory, "output");
        final JavaProcess process =
                JavaProcess.run(output, Map.of(), RestartChild.command("halt", files()));
        assertThat(process.status()).as(process.out() + process.err()).isEqualTo(9);
    }

    private CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(1 << 20)
                .segments(2)
                .hugePages(false)
                .directory(files())
                .restartListener(report -> {});
    }

    @Test
    void everyWriteThatReturnedIsThere() throws Exception {
        runAndHalt();
        final List<Long> progress = new ArrayList<>();
        try (OffHeapCache cache = builder().buildProgress(progress::add).build()) {
            assertKind(cache, Kind.RECOVERED);
            assertNumbers(cache);
            assertThat(progress).hasSize(2).isSorted();
        }
        try (OffHeapCache cache = builder().build()) {
            assertKind(cache, Kind.WARM);
            assertNumbers(cache);
        }
        runAndHalt();
        try (OffHeapCache cache = builder().segments(4).migrate(true).build()) {
            assertKind(cache, Kind.MIGRATED);
            assertNumbers(cache);
        }
    }

    private static void assertNumbers(OffHeapCache cache) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        long present = 0;
        for (int i = 0; i < RestartChild.NUMBERS; i++) {
            final boolean removed = i % 3 == 2 && i + 1 < RestartChild.NUMBERS;
            final int length = cache.get(i, value, 0);
            assertThat(length)
                    .as("number %d", i)
                    .isEqualTo(removed ? OffHeapCache.NOT_FOUND : 8 + i % 56);
            if (!removed) {
                present++;
                assertThat(value.getLong(0)).isEqualTo(i);
            }
        }
        assertThat(report(cache).kept()).isEqualTo(present);
        assertThat(report(cache).expired()).isZero();
        assertThat(report(cache).dropped()).isZero();
    }
}
