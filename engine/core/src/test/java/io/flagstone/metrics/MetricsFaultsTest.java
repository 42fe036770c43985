// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.metrics.MetricsReader.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A publisher whose cache, clock, stack, file or lock file fails. */
@SuppressWarnings("try") // One publisher is closed within its block.
@Tag("any-jdk")
class MetricsFaultsTest extends MetricsFixture {
    @Test
    void aCacheCanBeClosedWhileAnAgentPublishesIt() throws Exception {
        for (int round = 0; round < 300; round++) {
            final OffHeapCache own =
                    OffHeapCache.builder().memoryBytes(1 << 20).segments(16).build();
            try (MetricsPublisher publisher =
                    MetricsPublisher.open(own, file, "own", INTERVAL_MS, nowMs::get)) {
                final AtomicBoolean stop = new AtomicBoolean();
                final AtomicReference<Throwable> failure = new AtomicReference<>();
                final AtomicLong written = new AtomicLong();
                final Thread agent =
                        new Thread(
                                () -> {
                                    while (!stop.get()) {
                                        nowMs.addAndGet(INTERVAL_MS);
                                        written.addAndGet(publisher.doWork());
                                    }
                                });
                agent.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
                agent.start();
                while (written.get() == 0 && agent.isAlive()) {
                    Thread.onSpinWait();
                }
                own.close();
                stop.set(true);
                agent.join();
                assertThat(failure.get()).isNull();
                final long last = written.get();
                nowMs.addAndGet(INTERVAL_MS);
                assertThat(publisher.doWork()).isZero();
                try (MetricsReader reader = read()) {
                    final MetricsSnapshot snapshot = reader.snapshot();
                    assertThat(snapshot.whole()).isTrue();
                    assertThat(snapshot.get(Metric.BUDGET_BYTES)).isEqualTo(1 << 20);
                    assertThat(last).isPositive();
                }
            }
        }
    }

    /** Publishes from ever deeper frames until the stack overflows. */
    private void publishDown(MetricsPublisher publisher, int frame) {
        nowMs.addAndGet(INTERVAL_MS);
        publisher.doWork();
        publishDown(publisher, frame + 1);
    }

    @Test
    void theNextWriteRepairsAnIncompleteOne() throws Exception {
        try (MetricsPublisher publisher = publish();
                MetricsReader reader = read()) {
            for (int round = 0; round < 200; round++) {
                final AtomicReference<Throwable> failure = new AtomicReference<>();
                final Thread deep =
                        new Thread(null, () -> publishDown(publisher, 0), "deep", 180_000 + round);
                deep.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
                deep.start();
                deep.join();
                assertThat(failure.get()).isInstanceOf(StackOverflowError.class);
                nowMs.addAndGet(INTERVAL_MS);
                assertThat(publisher.doWork()).isOne();
                assertThat(reader.snapshot().whole()).as("round %d", round).isTrue();
            }
        }
    }

    @Test
    void aPublisherCanBeClosedAfterItsClockThrows() throws IOException {
        final AtomicBoolean broken = new AtomicBoolean();
        final MetricsPublisher publisher =
                MetricsPublisher.open(
                        cache,
                        file,
                        "quotes",
                        INTERVAL_MS,
                        () -> {
                            if (broken.get()) {
                                throw new UnsupportedOperationException("no time");
                            }
                            return nowMs.get();
                        });
        broken.set(true);
        assertThatThrownBy(publisher::doWork).hasMessage("no time");
        assertThatThrownBy(publisher::close).hasMessage("no time");
        publisher.close();
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).isEqualTo(State.CLOSED);
        }
        publish().close();
    }

    /** A long-running reader sees this when the application restarts. */
    @Test
    void aReaderOfAReplacedFileIgnoresTheNextPublisher() throws IOException {
        publish().close();
        patch(MetricsDescriptor.CLOSED, 0);
        try (MetricsReader old = read();
                MetricsPublisher second = publish();
                MetricsReader now = read()) {
            nowMs.addAndGet(10 * INTERVAL_MS);
            assertThat(old.state()).isEqualTo(State.DIED);
            assertThat(now.state()).isEqualTo(State.LIVE);
            second.doWork();
            assertThat(old.state()).isEqualTo(State.DIED);
            Files.delete(file);
            assertThat(now.state()).as("deleted but still written").isEqualTo(State.LIVE);
        }
    }

    @Test
    void aReaderOpenedThroughALinkSeesTheLock() throws IOException {
        final Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        try (MetricsPublisher publisher = publish()) {
            patch(MetricsDescriptor.NAMESPACE, 1);
            patch(MetricsDescriptor.HEARTBEAT, 0);
            try (MetricsReader reader = MetricsReader.open(link, nowMs::get)) {
                assertThat(reader.state()).isEqualTo(State.LIVE);
            }
            publisher.close();
            patch(MetricsDescriptor.CLOSED, 0);
            patch(MetricsDescriptor.HEARTBEAT, 0);
            try (MetricsReader reader = MetricsReader.open(link, nowMs::get)) {
                assertThat(reader.state()).isEqualTo(State.DIED);
            }
        }
    }

    /** The first namespace has the same number on every machine. */
    @Test
    void theNamespaceDiffersBetweenMachines() throws IOException {
        final String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        final long inode = Long.parseLong(link.replaceAll("[^0-9]", ""));
        assertThat(Liveness.ownNamespace()).isNotZero().isNotEqualTo(inode);
        publish().close();
        patch(MetricsDescriptor.CLOSED, 0);
        patch(MetricsDescriptor.NAMESPACE, inode);
        patch(MetricsDescriptor.PROCESS_ID, Integer.MAX_VALUE);
        try (MetricsReader reader = read()) {
            assertThat(reader.state()).as("fresh").isEqualTo(State.LIVE);
            nowMs.addAndGet(10 * INTERVAL_MS);
            assertThat(reader.state()).as("stale").isEqualTo(State.DIED);
        }
    }

    @Test
    void aReaderReportsAndIgnoresAHeaderDamagedLater() throws IOException {
        try (MetricsPublisher publisher = publish();
                MetricsReader reader = read()) {
            final long counters = MetricsDescriptor.LAYOUT_VERSION;
            final long good;
            try (FileChannel channel = FileChannel.open(file)) {
                final ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                channel.read(bytes, MetricsDescriptor.VERSION);
                good = bytes.getLong(0);
            }
            patch(MetricsDescriptor.VERSION, counters | (long) Integer.MAX_VALUE << 32);
            for (final Runnable call : new Runnable[] {reader::state, reader::snapshot}) {
                assertThatThrownBy(call::run)
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("number of counters must be from 0 to")
                        .hasMessageContaining(": 2147483647");
            }
            patch(MetricsDescriptor.NAME, -1);
            assertThat(reader.name()).isEqualTo("quotes");
            patch(MetricsDescriptor.VERSION, good);
            patch(MetricsDescriptor.NAME, "quotes".length() | (long) 'q' << 32);
            assertThat(reader.state()).isEqualTo(State.LIVE);
            assertThat(reader.snapshot().whole()).isTrue();
            assertThat(publisher.path()).isEqualTo(file);
        }
    }

    @Test
    void aTruncatedMetricsFileIsReplaced() throws IOException {
        for (final int bytes : new int[] {8, 100, 511, 512, 2_000}) {
            publish().close();
            cut(bytes);
            assertThatThrownBy(this::read)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file + " is a damaged metrics file")
                    .hasMessageContaining("length=" + bytes);
        }
        publish().close();
        cut(7);
        assertThatThrownBy(this::publish).hasMessageContaining("is not a metrics file");
    }

    @Test
    void aPipeInPlaceOfTheLockFileIsRefused() throws Exception {
        final Path lockFile = PublisherLock.lockFile(file);
        assertThat(new ProcessBuilder("mkfifo", lockFile.toString()).start().waitFor()).isZero();
        assertThatThrownBy(this::publish)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(lockFile + " is not a regular file");
        assertThat(PublisherLock.isHeld(file)).isFalse();
        Files.delete(lockFile);
        publish().close();
    }

    @Test
    void theLockFileOfAnotherPublisherStays() throws IOException {
        final Path lockFile = PublisherLock.lockFile(file);
        try (MetricsPublisher publisher = publish()) {
            Files.delete(lockFile);
            Files.createFile(lockFile);
            assertThat(publisher.path()).isEqualTo(file);
        }
        assertThat(lockFile).exists();
        publish().close();
        assertThat(lockFile).doesNotExist();
    }

    @Test
    void aPathWithoutAFileNameIsRefused() {
        assertThatThrownBy(() -> MetricsPublisher.open(cache, Path.of("/"), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path must have a file name: path=/");
    }
}
