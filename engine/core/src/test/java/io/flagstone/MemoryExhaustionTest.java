// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.memory.DirectMemory;
import io.flagstone.testing.JavaProcess;
import io.flagstone.testing.TestSupport;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * A cache whose memory other caches hold cannot be built, and the attempt keeps no memory.
 *
 * <p>The test runs in a JVM with little direct memory: filling this one would take gigabytes.
 */
class MemoryExhaustionTest {
    private static final int SEGMENTS = 16;
    private static final long LIMIT = 64 << 20;

    /** More than half of the limit: one such cache fits, and part of another. */
    private static final long BYTES = LIMIT / 8 * 5;

    private static final int COLLECTIONS = 30;
    private static final int LOOKS = 20_000;

    @Test
    void aFailedBuildKeepsNothingAndSucceedsOnceTheOthersAreClosed() throws Exception {
        final Process process =
                new ProcessBuilder(
                                JavaProcess.java(),
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-Dflagstone.bounds.checks=true",
                                "-Xmx64m",
                                DirectMemory.option() + '=' + LIMIT,
                                "-cp",
                                System.getProperty("java.class.path"),
                                MemoryExhaustionTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("refused, then built");
    }

    private static OffHeapCache build() {
        return OffHeapCache.builder().memoryBytes(BYTES).segments(SEGMENTS).build();
    }

    /** The JVM counts a buffer until its cleaner has run, some time after a collection. */
    private static void awaitUsedBytesAtMost(long most) {
        for (int i = 0; i < COLLECTIONS && DirectMemory.usedBytes() > most; i++) {
            System.gc();
            for (int look = 0; look < LOOKS && DirectMemory.usedBytes() > most; look++) {
                Thread.onSpinWait();
            }
        }
        assertThat(DirectMemory.usedBytes()).as("bytes still in use").isLessThanOrEqualTo(most);
    }

    /** The test itself. */
    public static void main(String[] args) {
        assertThat(DirectMemory.limitBytes()).isEqualTo(LIMIT);
        final OffHeapCache holder = build();
        holder.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
        final long used = DirectMemory.usedBytes();

        assertThat(used + BYTES / SEGMENTS).as("room for a segment").isLessThan(LIMIT);
        assertThatThrownBy(MemoryExhaustionTest::build)
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class)
                .hasMessageContainingAll(
                        "memoryBytes " + BYTES,
                        "the limit is " + LIMIT + " bytes",
                        DirectMemory.option());
        awaitUsedBytesAtMost(used);
        assertThat(holder.contains(1)).isTrue();
        TestSupport.assertClean(holder);

        holder.close();
        awaitUsedBytesAtMost(used - BYTES);
        try (OffHeapCache cache = build()) {
            assertThat(cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8)).isTrue();
            TestSupport.assertClean(cache);
        }
        // The close freed the memory: the closed cache is still reachable.
        Reference.reachabilityFence(holder);
        System.out.println("refused, then built");
    }
}
