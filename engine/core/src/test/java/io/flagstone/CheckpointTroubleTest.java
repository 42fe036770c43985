// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheClosedException;
import io.flagstone.api.CheckpointReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.internal.checkpoint.CheckpointStorage;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.internal.segment.SegmentImage.Failure;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that meet fast writers, errors, a close, or a disk that fails. */
class CheckpointTroubleTest {
    private static final int KEYS = 6_000;
    private static final int LENGTH = 1_000;
    private static final int SMALL_BUFFER = 64 << 10;

    @TempDir private Path directory;
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[LENGTH]);
    private final List<Throwable> errors = new ArrayList<>();
    private OffHeapCache cache;

    @BeforeEach
    void open() {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(16 << 20)
                        .segments(2)
                        .errorHandler(errors::add)
                        .build();
        putAll(0, KEYS);
    }

    @AfterEach
    void close() {
        if (!cache.isClosed()) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private void putAll(int number, int keys) {
        value.putInt(0, number);
        // The last first, because the image begins with the first.
        for (long key = keys - 1; key >= 0; key--) {
            cache.put(key, value, 0, LENGTH);
        }
    }

    private CheckpointReport checkpoint(BusyStorage.Action action) throws IOException {
        try (CheckpointStorage storage = new BusyStorage(directory, action)) {
            return cache.checkpoints()
                    .withBuffer(SMALL_BUFFER)
                    .write(cache.segmentsOrNull(), storage);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the numbers in the values that a cache restores, which has them all. */
    private List<Integer> restored() {
        try (OffHeapCache other =
                OffHeapCache.builder().memoryBytes(32 << 20).restore(directory).build()) {
            assertThat(other.restartReport().orElseThrow().kind()).isEqualTo(Kind.RESTORED);
            final List<Integer> numbers = new ArrayList<>();
            for (long key = 0; key < KEYS; key++) {
                if (other.get(key, value, 0) > 0) {
                    numbers.add(value.getInt(0));
                }
            }
            return numbers;
        }
    }

    @Test
    void aFullBufferFailsTheImageAndNotTheWriter() {
        try (OffHeapCache one = OffHeapCache.builder().memoryBytes(1 << 20).segments(1).build()) {
            for (long key = 0; key < 500; key++) {
                one.put(key, value, 0, LENGTH);
            }
            final ImageTaker taker = new ImageTaker(one, SMALL_BUFFER);
            taker.begin();
            for (long key = 0; key < 500; key++) {
                one.put(key, value, 0, LENGTH);
            }
            assertThat(taker.image.failure()).isEqualTo(Failure.BUFFER_FULL);
            assertThat(taker.step(10)).isFalse();
            taker.end();
            taker.begin();
            taker.finish();
            assertThat(taker.image.failure()).isNull();
            assertThat(taker.entries).hasSize(500);
            TestSupport.assertClean(one);
        }
    }

    @Test
    void aSegmentThatChangesFastIsTakenAgain() throws IOException {
        final CheckpointReport report = checkpoint(write -> putAll(write, write == 1 ? KEYS : 100));
        assertThat(report.entries()).isEqualTo(KEYS);
        assertThat(restored()).hasSize(KEYS);
    }

    @Test
    void aSegmentThatChangesTooFastFailsTheCheckpoint() throws IOException {
        cache.checkpoint(directory);
        assertThatThrownBy(() -> checkpoint(write -> putAll(write, KEYS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given up after 3 attempts")
                .hasMessageContaining("changes faster than the file can be written");
        assertThat(files()).containsExactly("checkpoint-1.flagstone");
        assertThat(restored()).hasSize(KEYS).containsOnly(0);
        assertThat(cache.checkpoint(directory).entries()).isEqualTo(KEYS);
    }

    /** Lets an operation end by an Error in the middle, after which the segment is emptied. */
    private void reset() {
        long accesses = 0;
        for (long key = KEYS; errors.size() == accesses; key++) {
            AccessFaults.arm(60, false, new StackOverflowError("injected"));
            try {
                cache.put(key, value, 0, LENGTH - 1);
            } catch (final StackOverflowError expected) {
                assertThat(expected).hasMessage("injected");
            } finally {
                AccessFaults.disarm();
            }
        }
    }

    @Test
    void aSegmentThatIsEmptiedIsTakenAgain() throws IOException {
        final CheckpointReport report =
                checkpoint(
                        write -> {
                            if (write == 1) {
                                reset();
                            }
                        });
        assertThat(errors).isNotEmpty();
        assertThat(report.entries()).isLessThan(KEYS);
        assertThat(restored()).containsOnly(0);
    }

    @Test
    void anErrorInAStepEndsTheCheckpoint() throws IOException {
        cache.checkpoint(directory);
        for (int access = 1; access < 1_000; access += access < 60 ? 1 : 97) {
            final int failing = access;
            assertThatThrownBy(
                            () ->
                                    checkpoint(
                                            write ->
                                                    AccessFaults.arm(
                                                            failing,
                                                            false,
                                                            new StackOverflowError("injected"))))
                    .isInstanceOf(StackOverflowError.class);
            AccessFaults.disarm();
            assertThat(files()).containsExactly("checkpoint-1.flagstone");
        }
        assertThat(cache.size()).isEqualTo(KEYS);
        assertThat(cache.checkpoint(directory).entries()).isEqualTo(KEYS);
        assertThat(errors).isEmpty();
    }

    @Test
    void aCloseEndsTheCheckpoint() throws IOException {
        assertThatThrownBy(() -> checkpoint(write -> cache.close()))
                .isInstanceOf(CacheClosedException.class);
        assertThat(files()).isEmpty();
    }

    @Test
    void aSecondCheckpointIsRefused() throws IOException {
        final Path other = directory.resolve("other");
        checkpoint(
                write -> {
                    // The directory is locked.
                    assertThatThrownBy(() -> cache.checkpoint(directory))
                            .isInstanceOf(IOException.class);
                });
        final Checkpoints checkpoints = cache.checkpoints();
        final List<Throwable> refused = new ArrayList<>();
        final Thread[] threads = new Thread[8];
        for (int i = 0; i < threads.length; i++) {
            final Path own = directory.resolve("own" + i);
            threads[i] =
                    new Thread(
                            () -> {
                                try {
                                    checkpoints.write(cache.segmentsOrNull(), own);
                                } catch (final IllegalStateException | IOException e) {
                                    synchronized (refused) {
                                        refused.add(e);
                                    }
                                }
                            });
            threads[i].start();
        }
        for (final Thread thread : threads) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        assertThat(refused)
                .allSatisfy(
                        thrown ->
                                assertThat(thrown)
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessageContaining("another checkpoint of this cache"));
        assertThat(cache.checkpoint(other).generation()).isEqualTo(1);
    }

    @Test
    void aDiskThatFailsEndsTheCheckpoint() throws IOException {
        cache.checkpoint(directory);
        final int[] writes = new int[1];
        putAll(1, KEYS);
        checkpoint(write -> writes[0] = write);
        for (int failing = 1; failing <= writes[0]; failing++) {
            final int at = failing;
            assertThatThrownBy(
                            () ->
                                    checkpoint(
                                            write -> {
                                                if (write == at) {
                                                    throw new IOException("disk full");
                                                }
                                            }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("disk full");
            assertThat(files()).containsExactly("checkpoint-1.flagstone", "checkpoint-2.flagstone");
        }
        assertThat(restored()).hasSize(KEYS).containsOnly(1);
    }

    @Test
    void aDirectoryThatVanishesEndsTheCheckpoint() throws IOException {
        assertThatThrownBy(
                        () ->
                                checkpoint(
                                        write -> {
                                            try (Stream<Path> all = Files.list(directory)) {
                                                for (final Path file : all.toList()) {
                                                    Files.delete(file);
                                                }
                                            }
                                            Files.deleteIfExists(directory);
                                        }))
                .isInstanceOf(IOException.class);
        assertThat(directory).doesNotExist();
        assertThat(cache.checkpoint(directory).entries()).isEqualTo(KEYS);
    }
}
