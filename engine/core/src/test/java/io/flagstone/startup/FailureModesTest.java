// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The failures of the environment in docs/operations.md that no other test covers. */
@Timeout(60)
class FailureModesTest {
    @TempDir private Path directory;

    /** Runs a program under a limit set by the shell. */
    private String underLimit(String limit, String... arguments)
            throws IOException, InterruptedException {
        final String command =
                limit
                        + "; exec '"
                        + JavaProcess.java()
                        + "' -Xmx64m -XX:-UsePerfData -XX:MaxDirectMemorySize=64g"
                        + " --add-opens java.base/jdk.internal.misc=ALL-UNNAMED -cp '"
                        + System.getProperty("java.class.path")
                        + "' "
                        + Trouble.class.getName()
                        + " "
                        + String.join(" ", arguments);
        final Process process =
                new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        final String out =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    private static int shell(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    /** If the file were only extended, the first write to one of its pages would fail instead. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskFailsTheOpeningAndLeavesNoFile() throws Exception {
        final Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                shell("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()) == 0,
                "the test can mount a disk");
        try {
            final Path file = disk.resolve("cache.metrics");
            final String out = underLimit("true", "disk", file.toString());
            assertThat(out).containsIgnoringCase("no space left").contains("alive 0");
            try (var files = Files.list(disk)) {
                assertThat(files).isEmpty();
            }
        } finally {
            shell("umount", disk.toString());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aLimitOnFileSizesFailsTheOpeningAndLeavesNoFile() throws Exception {
        final Path file = directory.resolve("cache.metrics");
        final String out = underLimit("ulimit -f 16", "disk", file.toString());
        assertThat(out).containsIgnoringCase("file too large").contains("alive 0");
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        assertThat(underLimit("true", "disk", file.toString())).contains("published to " + file);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aLimitOnMemoryFailsTheBuild() throws Exception {
        final String out = underLimit("ulimit -v 3500000", "memory", Long.toString(3L << 30));
        assertThat(out)
                .contains("could not take memoryBytes 3221225472 of direct memory")
                .contains("alive 0");
    }

    @Test
    void aStoppedClockKeepsEntriesUpToTheLimit() {
        final CachedNanoClock clock = new CachedNanoClock();
        clock.update(1);
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .segments(1)
                        .maxEntries(100)
                        .promotionDistance(0)
                        .defaultTtlNs(TimeUnit.SECONDS.toNanos(1))
                        .clock(clock)
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
            for (int i = 0; i < 150; i++) {
                cache.put(i, value, 0, 8);
            }
            assertThat(cache.size()).isEqualTo(100);
            assertThat(cache.doWork()).isZero();
            assertThat(cache.remainingTtlNs(149))
                    .as("does not fall, which an operator can see")
                    .isEqualTo(TimeUnit.SECONDS.toNanos(1));
            clock.update(1 + TimeUnit.SECONDS.toNanos(1));
            assertThat(cache.contains(149)).as("once the clock continues").isFalse();
            TestSupport.assertClean(cache);
        }
    }
}
