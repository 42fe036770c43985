// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.metrics.MetricsReader.State;
import io.flagstone.testing.TestSupport;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codecs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The metrics file with closed readers, dead publishers and damaged contents. */
@SuppressWarnings("try") // Some publishers only have to be open.
class MetricsFileTest extends MetricsFixture {
    private static final int FUZZED_FILES = TestSupport.repetitions(10_000);

    /** Leaves a file whose publisher ended without closing it, as after a kill. */
    private void publishAndDie() throws IOException {
        publish().close();
        patch(MetricsDescriptor.CLOSED, 0);
    }

    @Test
    void aClosedReaderThrowsAndCrashesNothing() throws IOException {
        try (MetricsPublisher publisher = publish()) {
            final MetricsReader reader = read();
            reader.close();
            reader.close();
            for (final Consumer<MetricsReader> call :
                    List.<Consumer<MetricsReader>>of(
                            MetricsReader::state,
                            MetricsReader::snapshot,
                            MetricsReader::name,
                            MetricsReader::processId,
                            MetricsReader::intervalMs)) {
                assertThatThrownBy(() -> call.accept(reader))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(file + " is closed");
            }
        }
    }

    @Test
    void aReaderCanBeClosedWhileAnotherThreadReads() throws Exception {
        try (MetricsPublisher publisher = publish()) {
            for (int round = 0; round < 200; round++) {
                final MetricsReader reader = read();
                final AtomicReference<Throwable> failure = new AtomicReference<>();
                final Thread polling =
                        new Thread(
                                () -> {
                                    try {
                                        while (reader.snapshot().whole()) {
                                            reader.state();
                                        }
                                    } catch (final IllegalStateException e) {
                                        // The reader was closed.
                                    }
                                });
                polling.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
                polling.start();
                reader.snapshot();
                reader.close();
                polling.join();
                assertThat(failure.get()).isNull();
            }
        }
    }

    @Test
    void aPublisherCanBeClosedWhileItsAgentWorks() throws Exception {
        for (int round = 0; round < 200; round++) {
            final MetricsPublisher publisher = publish();
            final AtomicBoolean stop = new AtomicBoolean();
            final AtomicReference<Throwable> failure = new AtomicReference<>();
            final Thread agent =
                    new Thread(
                            () -> {
                                while (!stop.get()) {
                                    nowMs.addAndGet(INTERVAL_MS);
                                    publisher.doWork();
                                }
                            });
            agent.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            agent.start();
            publisher.close();
            publisher.close();
            assertThat(publisher.doWork()).isZero();
            stop.set(true);
            agent.join();
            assertThat(failure.get()).isNull();
        }
    }

    /** The process id in the file belongs to another container and is unknown here. */
    @Test
    void aHeartbeatShowsThatAPublisherInAnotherContainerIsAlive() throws IOException {
        publishAndDie();
        patch(MetricsDescriptor.PROCESS_ID, Integer.MAX_VALUE);
        patch(MetricsDescriptor.NAMESPACE, 1);
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).isEqualTo(State.LIVE);
            nowMs.addAndGet(10 * INTERVAL_MS);
            assertThat(reader.state()).as("its heartbeat is old").isEqualTo(State.DIED);
            nowMs.addAndGet(TimeUnit.DAYS.toMillis(-1));
            assertThat(reader.state()).as("it is far in the future").isEqualTo(State.DIED);
            // A clock was set, but the publisher still writes.
            patch(MetricsDescriptor.SEQUENCE, 1_000);
            assertThat(reader.state()).as("it moves").isEqualTo(State.LIVE);
        }
        patch(MetricsDescriptor.PROCESS_ID, ProcessHandle.current().pid());
        nowMs.addAndGet(TimeUnit.DAYS.toMillis(2));
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).as("the id is another process' here").isEqualTo(State.DIED);
        }
    }

    @Test
    void aLocalProcessIsIdentifiedByItsIdAndStart() throws IOException {
        publishAndDie();
        nowMs.addAndGet(TimeUnit.DAYS.toMillis(1));
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).as("the process is this one").isEqualTo(State.LIVE);
            patch(MetricsDescriptor.PROCESS_START, 1);
        }
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).as("another has the id").isEqualTo(State.DIED);
        }
        patch(MetricsDescriptor.PROCESS_ID, Integer.MAX_VALUE);
        patch(MetricsDescriptor.SEQUENCE, 7);
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).isEqualTo(State.DIED);
            final MetricsSnapshot last = reader.snapshot();
            assertThat(last.whole()).as("died while it wrote").isFalse();
            assertThat(last.get(Metric.BUDGET_BYTES)).isEqualTo(1 << 17);
        }
        try (MetricsPublisher second = publish();
                MetricsReader reader = read()) {
            assertThat(second.path()).isEqualTo(file);
            assertThat(reader.state()).as("replaced").isEqualTo(State.LIVE);
        }
    }

    @Test
    void aPublisherContinuesAfterItsClockIsSetBack() throws IOException {
        try (MetricsPublisher publisher = publish();
                MetricsReader reader = read()) {
            nowMs.addAndGet(TimeUnit.HOURS.toMillis(-1));
            assertThat(publisher.doWork()).isOne();
            assertThat(publisher.doWork()).isZero();
            assertThat(reader.state()).isEqualTo(State.LIVE);
            assertThat(reader.snapshot().atMs()).isEqualTo(nowMs.get());
        }
    }

    @Test
    void onlyOneOfSeveralConcurrentPublishersGetsThePath() throws Exception {
        for (int round = 0; round < 50; round++) {
            final int count = 4;
            final CyclicBarrier all = new CyclicBarrier(count);
            final List<MetricsPublisher> opened = Collections.synchronizedList(new ArrayList<>());
            final List<Throwable> refused = Collections.synchronizedList(new ArrayList<>());
            final Thread[] threads = new Thread[count];
            for (int t = 0; t < count; t++) {
                // Half of the threads use another path to the same file.
                final Path path =
                        t % 2 == 0
                                ? file
                                : directory.resolve(
                                        "../" + directory.getFileName() + "/cache.metrics");
                threads[t] =
                        new Thread(
                                () -> {
                                    try {
                                        all.await();
                                        opened.add(
                                                MetricsPublisher.open(
                                                        cache, path, "q", INTERVAL_MS, nowMs::get));
                                    } catch (final Exception e) {
                                        refused.add(e);
                                    }
                                });
                threads[t].start();
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            assertThat(opened).hasSize(1);
            assertThat(refused)
                    .hasSize(count - 1)
                    .allMatch(thrown -> thrown instanceof FileAlreadyExistsException);
            opened.get(0).close();
        }
    }

    /** Another process: a child that publishes until its input ends. */
    @Test
    void anotherProcessKeepsThePathUntilItEnds() throws Exception {
        final Process child = PublishingChild.start("publish", file);
        try {
            assertThat(child.getInputStream().read()).isEqualTo('o');
            assertThatThrownBy(this::publish).isInstanceOf(FileAlreadyExistsException.class);
            try (MetricsReader reader = read()) {
                assertThat(reader.state()).isEqualTo(State.LIVE);
                assertThat(reader.processId()).isEqualTo(child.pid());
                // As in another container with an old heartbeat: the lock still shows that it is
                // alive.
                patch(MetricsDescriptor.PROCESS_ID, Integer.MAX_VALUE);
                assertThat(reader.state()).isEqualTo(State.LIVE);
                patch(MetricsDescriptor.PROCESS_ID, child.pid());
                child.destroyForcibly().waitFor();
                assertThat(reader.state()).isEqualTo(State.DIED);
            }
            publish().close();
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        final Path victim = directory.resolve("victim");
        Files.writeString(victim, "precious");
        Files.createSymbolicLink(PublisherLock.lockFile(file), victim);
        assertThatThrownBy(this::publish).isInstanceOf(IOException.class);
        Files.delete(PublisherLock.lockFile(file));
        Files.createSymbolicLink(file, victim);
        assertThatThrownBy(this::publish).hasMessageContaining("not a metrics file");
        Files.delete(file);
        Files.createSymbolicLink(directory.resolve("cache.metrics.new"), victim);
        Files.createSymbolicLink(file, directory.resolve("nowhere"));
        publish().close();
        assertThat(Files.isSymbolicLink(file)).as("the link is replaced").isFalse();
        assertThat(directory.resolve("nowhere")).doesNotExist();
        assertThat(victim).hasContent("precious");
    }

    @Test
    void aDamagedFileOrOneOfAnotherVersionIsReplaced() throws IOException {
        publish().close();
        patch(MetricsDescriptor.VERSION, 1 | 40L << 32);
        assertThatThrownBy(this::read)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its version must be 2: version=1");
        publish().close();
        patch(MetricsDescriptor.NAME, -1);
        assertThatThrownBy(this::read).hasMessageContaining("length of the name must be from 0 to");
        publish().close();
        patch(MetricsDescriptor.INTERVAL, 0);
        assertThatThrownBy(this::read).hasMessageContaining("its interval must be from 1 to");
        publish().close();
        read().close();
    }

    @Test
    void aDirectoryIsRefused() throws Exception {
        assertThatThrownBy(() -> MetricsReader.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> MetricsPublisher.open(cache, directory, "x"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aReaderReportsATruncatedFile() throws IOException {
        publish().close();
        try (MetricsReader reader = read()) {
            cut(600);
            assertThat(reader.state()).isEqualTo(State.CLOSED);
            assertThatThrownBy(reader::snapshot)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("was truncated");
        }
    }

    /** Random bytes, and good files with some bytes changed, truncated or made longer. */
    @Test
    void anyDamagedFileIsReadOrThrowsAnIoException() throws IOException {
        System.out.println("MetricsFileTest: -Dflagstone.test.seed=" + TestSupport.seed());
        final Random random = new Random(TestSupport.seed());
        publish().close();
        final byte[] good = Files.readAllBytes(file);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < FUZZED_FILES; i++) {
            Files.write(file, damaged(good, random));
            try (MetricsReader reader = read()) {
                reader.state();
                reader.name();
                reader.processId();
                reader.intervalMs();
                reader.snapshot();
                read++;
            } catch (final IOException e) {
                assertThat(e).hasMessageContaining(file.toString());
                refused++;
            }
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    private static byte[] damaged(byte[] good, Random random) {
        final byte[] bytes = good.clone();
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        switch (random.nextInt(4)) {
            case 0 -> {
                final byte[] noise = new byte[random.nextInt(2_000)];
                random.nextBytes(noise);
                return noise;
            }
            case 1 -> {
                return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 2_000));
            }
            case 2 -> {
                for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                    final int at = random.nextInt(bytes.length);
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                }
                // An odd sequence would make the reader wait for a second.
                buffer.putLong(MetricsDescriptor.SEQUENCE, 2);
            }
            default -> {
                final int[] fields = {
                    MetricsDescriptor.COUNTERS,
                    MetricsDescriptor.NAME,
                    MetricsDescriptor.PROCESS_ID,
                    MetricsDescriptor.PROCESS_START,
                    MetricsDescriptor.INTERVAL,
                    MetricsDescriptor.HEARTBEAT,
                    MetricsDescriptor.NAMESPACE,
                    MetricsDescriptor.HEADER_BYTES + random.nextInt(bytes.length - 600)
                };
                final long[] values = {
                    0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
                };
                buffer.putLong(
                        fields[random.nextInt(fields.length)],
                        values[random.nextInt(values.length)]);
            }
        }
        return bytes;
    }

    @Test
    void theFileHasTheLoadsOfATypedCache() throws IOException {
        try (Cache<Long, Long> typed =
                        Cache.builder(
                                        OffHeapCache.builder().memoryBytes(1 << 17),
                                        Codecs.ofLong(),
                                        Codecs.ofLong())
                                .loader(key -> key)
                                .build();
                MetricsPublisher publisher =
                        MetricsPublisher.open(typed, file, "typed", INTERVAL_MS, nowMs::get)) {
            for (long key = 0; key < 7; key++) {
                typed.get(key);
            }
            typed.refresh(0L).join();
            nowMs.addAndGet(INTERVAL_MS);
            publisher.doWork();
            try (MetricsReader reader = read()) {
                final MetricsSnapshot snapshot = reader.snapshot();
                assertThat(snapshot.get(Metric.LOADS)).isEqualTo(8);
                assertThat(snapshot.get(Metric.REFRESHES)).isOne();
                assertThat(snapshot.get(Metric.LOAD_FAILURES)).isZero();
                assertThat(snapshot.get(Metric.TOTAL_LOAD_NS))
                        .isEqualTo(typed.loadStatistics().totalLoadNs())
                        .isPositive();
                assertThat(snapshot.get(Metric.MISSES)).isEqualTo(7);
            }
        }
    }
}
