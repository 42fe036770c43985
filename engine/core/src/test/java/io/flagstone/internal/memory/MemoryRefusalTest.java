// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A new cache can use the memory of a closed one, and the allocator tries once more after a
 * refusal. Each test runs in a separate JVM with little direct memory.
 */
class MemoryRefusalTest {
    private static final int LIMIT = 48 << 20;

    /** More than half of the limit: there is room for one such cache and part of another. */
    private static final int BYTES = LIMIT / 3 * 2;

    private static final int COUNT = 16;
    private static final int ROUNDS = 12;
    private static final String NO_COLLECTION = "-XX:+DisableExplicitGC";

    @TempDir private Path directory;

    private String run(String part, String... flags) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.addAll(
                List.of(
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        DirectMemory.option() + '=' + LIMIT,
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryRefusalTest.class.getName(),
                        part));
        final JavaProcess process = JavaProcess.run(directory, Map.of(), arguments);
        assertThat(process.status()).as(process.err()).isZero();
        return process.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xmx64m", "-Xmx512m"})
    void theNextCacheCanUseTheMemoryOfAClosedOne(String heap) throws Exception {
        assertThat(run("rounds", heap)).contains("built " + ROUNDS);
    }

    @Test
    void theSecondAttemptFindsMemoryReleasedMeanwhile() throws Exception {
        assertThat(run("released", "-Xmx64m"))
                .contains("attempts 2")
                .contains("told " + COUNT + " rising to " + BYTES);
    }

    @Test
    void theMessageNamesTheLimitAndItsOption() throws Exception {
        assertThat(run("held", "-Xmx64m"))
                .contains("attempts 2")
                .contains("could not take memoryBytes " + BYTES + " of direct memory: ")
                .contains("the limit is " + LIMIT + " bytes and is raised by -XX:MaxDirectMemory")
                .doesNotContain(NO_COLLECTION);
    }

    @Test
    void theMessageNamesTheOptionThatKeepsMemoryFromBeingFreed() throws Exception {
        assertThat(run("held", "-Xmx64m", NO_COLLECTION))
                .contains("is raised by -XX:MaxDirectMemory")
                .contains(NO_COLLECTION)
                .contains("remove it");
    }

    /** Runs one test's part in its JVM. */
    public static void main(String[] args) {
        switch (args[0]) {
            case "rounds" -> rounds();
            case "released" -> refuse(true);
            default -> refuse(false);
        }
    }

    private static void rounds() {
        for (int i = 0; i < ROUNDS; i++) {
            OffHeapCache.builder().memoryBytes(BYTES).segments(COUNT).build().close();
        }
        System.out.println("built " + ROUNDS);
    }

    /**
     * Holds memory in another buffer, either until the second attempt starts its helpers or
     * forever.
     */
    private static void refuse(boolean release) {
        final ByteBuffer[] holder = {ByteBuffer.allocateDirect(BYTES)};
        final int helpers = Math.min(COUNT, Runtime.getRuntime().availableProcessors()) - 1;
        assertThat(helpers).as("this needs two processors").isPositive();
        final int[] started = {0};
        final List<Long> told = new ArrayList<>();
        final RegionAllocator allocator =
                new RegionAllocator(
                        BYTES,
                        COUNT,
                        false,
                        task -> {
                            if (started[0]++ == helpers && release) {
                                holder[0] = null;
                            }
                            return new Thread(task);
                        });
        try {
            allocator.allocate(told::add);
        } catch (final IllegalStateException e) {
            assertThat(e).hasCauseInstanceOf(OutOfMemoryError.class);
            System.out.println(e.getMessage());
        }
        System.out.println("attempts " + started[0] / helpers);
        assertThat(told).isSorted().doesNotHaveDuplicates();
        if (!told.isEmpty()) {
            System.out.printf("told %d rising to %d%n", told.size(), told.get(told.size() - 1));
        }
        Reference.reachabilityFence(holder);
    }
}
