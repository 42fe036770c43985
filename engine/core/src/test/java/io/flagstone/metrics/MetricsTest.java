// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeClassReport;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A publisher writes what the cache counts, and a reader knows the publisher's state. */
class MetricsTest {
    private static final int INTERVAL_MS = 100;
    private static final int KEYS = 3_000;

    @TempDir private Path directory;
    private Path file;
    private long next;
    private long nowMs = 1_700_000_000_000L;
    private final OffHeapCache cache =
            OffHeapCache.builder().memoryBytes(1 << 19).maxEntries(1_000).segments(2).build();

    @BeforeEach
    void name() {
        file = directory.resolve("cache.metrics");
    }

    @AfterEach
    void auditAndClose() {
        if (!cache.isClosed()) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private MetricsPublisher open() throws IOException {
        return MetricsPublisher.open(cache, file, "quotes", INTERVAL_MS, () -> nowMs);
    }

    private void use(int times) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[400]);
        for (int i = 0; i < times; i++) {
            final int key = (int) (31L * next++ % KEYS);
            if (cache.get(key, value, 0) == OffHeapCache.NOT_FOUND) {
                cache.put(key, value, 0, key % 400);
            }
        }
    }

    private void assertShown(MetricsSnapshot snapshot) {
        final CacheStatistics statistics = cache.statistics();
        final MemoryReport memory = cache.memoryReport();
        for (final Metric metric : Metric.OF_CACHE) {
            assertThat(snapshot.get(metric))
                    .as("%s", metric)
                    .isEqualTo(metric.value(statistics, memory, LoadStatistics.NONE));
        }
        assertThat(snapshot.ofClasses()).hasSameSizeAs(memory.sizeClasses());
        for (final SizeClassReport sizeClass : memory.sizeClasses()) {
            final Map<Metric, Long> figures = snapshot.ofClasses().get(sizeClass.chunkBytes());
            assertThat(figures.get(Metric.CLASS_SLABS)).isEqualTo(sizeClass.slabs());
            assertThat(figures.get(Metric.CLASS_ENTRIES)).isEqualTo(sizeClass.entries());
            assertThat(figures.get(Metric.CLASS_FREE_CHUNKS)).isEqualTo(sizeClass.freeChunks());
            assertThat(figures.get(Metric.CLASS_TAIL_AGE)).isEqualTo(sizeClass.tailAge());
        }
        assertThat(snapshot.evictions()).isEqualTo(statistics.evictions());
        assertThat(snapshot.hitRatio()).isEqualTo(statistics.hitRatio());
    }

    @Test
    void theFileHasTheCountsOfTheCache() throws IOException {
        try (MetricsPublisher publisher = open();
                MetricsReader reader = MetricsReader.open(file)) {
            assertThat(reader.name()).isEqualTo("quotes");
            assertThat(reader.processId()).isEqualTo(ProcessHandle.current().pid());
            assertThat(reader.intervalMs()).isEqualTo(INTERVAL_MS);
            assertThat(reader.state()).isEqualTo(MetricsReader.State.LIVE);
            assertShown(reader.snapshot());
            use(20_000);
            assertThat(reader.snapshot().get(Metric.HITS)).as("not yet").isZero();
            nowMs += INTERVAL_MS;
            assertThat(publisher.doWork()).isEqualTo(1);
            assertShown(reader.snapshot());
            assertThat(reader.snapshot().evictions()).isPositive();
            assertThat(reader.snapshot().atMs()).isEqualTo(nowMs);
            assertThat(reader.snapshot().openedMs()).isEqualTo(nowMs - INTERVAL_MS);
        }
    }

    @Test
    void figuresOfOthersAreWrittenWithThoseOfTheCache() throws IOException {
        final long[] lag = {7};
        try (MetricsPublisher publisher =
                        MetricsPublisher.open(
                                cache,
                                file,
                                "replica",
                                Map.of(
                                        Metric.REPLICA_LAG_RECORDS, () -> lag[0],
                                        Metric.REPLICA_STATE, () -> 2));
                MetricsReader reader = MetricsReader.open(file)) {
            assertShown(reader.snapshot());
            assertThat(reader.snapshot().get(Metric.REPLICA_LAG_RECORDS)).isEqualTo(7);
            assertThat(reader.snapshot().get(Metric.REPLICA_STATE)).isEqualTo(2);
            assertThat(reader.snapshot().ofCache()).doesNotContainKey(Metric.REPLICA_GAPS);
            lag[0] = 8;
            publisher.onClose();
            assertThat(reader.snapshot().get(Metric.REPLICA_LAG_RECORDS)).isEqualTo(8);
            assertShown(reader.snapshot());
        }
        assertThatThrownBy(
                        () ->
                                MetricsPublisher.open(
                                        cache, file, "quotes", Map.of(Metric.HITS, () -> 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("metric=HITS");
    }

    @Test
    void figuresAreWrittenOncePerInterval() throws IOException {
        try (MetricsPublisher publisher = open()) {
            nowMs += INTERVAL_MS - 1;
            assertThat(publisher.doWork()).isZero();
            nowMs++;
            assertThat(publisher.doWork()).isEqualTo(1);
            assertThat(publisher.doWork()).isZero();
        }
    }

    @Test
    void aClosedPublisherLeavesItsLastFigures() throws IOException {
        final MetricsPublisher publisher = open();
        use(1_000);
        publisher.close();
        publisher.close();
        nowMs += INTERVAL_MS;
        assertThat(publisher.doWork()).isZero();
        try (MetricsReader reader = MetricsReader.open(file)) {
            assertThat(reader.state()).isEqualTo(MetricsReader.State.CLOSED);
            assertShown(reader.snapshot());
        }
    }

    @Test
    void doWorkReturnsZeroOnceTheCacheIsClosed() throws IOException {
        try (MetricsPublisher publisher = open()) {
            cache.close();
            nowMs += INTERVAL_MS;
            assertThat(publisher.doWork()).isZero();
        }
    }

    private void patch(long position, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            final ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(bytes.putLong(0, value), position);
        }
    }

    @Test
    void aFileWithALivePublisherIsNotReplaced() throws IOException {
        try (MetricsPublisher publisher = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(FileAlreadyExistsException.class)
                    .hasMessageContaining("already publishes to this file");
            nowMs += INTERVAL_MS;
            assertThat(publisher.doWork()).isEqualTo(1);
        }
        try (var files = Files.list(directory)) {
            assertThat(files).as("nothing half-made").containsExactly(file);
        }
    }

    @Test
    void otherFilesAreRefusedAndStayUnchanged() throws IOException {
        assertThatThrownBy(() -> MetricsReader.open(file)).isInstanceOf(NoSuchFileException.class);
        Files.writeString(file, "short");
        assertThatThrownBy(() -> MetricsReader.open(file)).hasMessageContaining("length=5");
        Files.writeString(file, "x".repeat(4_096));
        assertThatThrownBy(() -> MetricsReader.open(file)).hasMessageContaining("must begin with");
        assertThatThrownBy(this::open).hasMessageContaining("must begin with");
        assertThat(Files.readString(file)).hasSize(4_096);
        Files.delete(file);
        open().close();
        patch(MetricsDescriptor.VERSION, 9 | 40L << 32);
        assertThatThrownBy(() -> MetricsReader.open(file))
                .hasMessageContaining("version must be 2: version=9");
        patch(MetricsDescriptor.VERSION, 2 | 41L << 32);
        assertThatThrownBy(() -> MetricsReader.open(file)).hasMessageContaining("41 counters");
    }

    @Test
    void messagesNameWrongArguments() {
        assertThatThrownBy(
                        () ->
                                MetricsPublisher.open(
                                        cache, file, "x".repeat(400), INTERVAL_MS, () -> nowMs))
                .hasMessageContaining("length=400");
        assertThatThrownBy(() -> MetricsPublisher.open(cache, file, "x", 0, () -> nowMs))
                .hasMessageContaining("intervalMs must be positive: intervalMs=0");
        assertThat(file).doesNotExist();
    }

    @Test
    void everyMetricHasAUniqueTypeIdAndLabel() {
        final Set<String> labels = new HashSet<>();
        final Map<Integer, Metric> typeIds = new HashMap<>();
        for (final Metric metric : Metric.values()) {
            assertThat(labels.add(metric.label() + (metric.ofClass != null)))
                    .as(metric.label())
                    .isTrue();
            assertThat(typeIds.put(metric.typeId(), metric)).isNull();
            assertThat(Metric.ofTypeId(metric.typeId())).isEqualTo(metric);
        }
        assertThat(Metric.ofTypeId(0)).isNull();
        assertThat(Metric.CLASS_TAIL_AGE.typeId()).as("stable").isEqualTo(0xF1A6 + 29);
        assertThat(Metric.RESET_ENTRIES.typeId()).as("stable").isEqualTo(0xF1A6 + 31);
    }

    @Test
    void aSnapshotIsOfOneMoment() throws Exception {
        try (MetricsPublisher publisher = open();
                MetricsReader reader = MetricsReader.open(file)) {
            final Thread writer =
                    new Thread(
                            () -> {
                                for (int i = 0; i < 30_000; i++) {
                                    use(3);
                                    nowMs += INTERVAL_MS;
                                    publisher.doWork();
                                }
                            });
            writer.start();
            long last = 0;
            while (writer.isAlive()) {
                final MetricsSnapshot snapshot = reader.snapshot();
                // The parts of the memory add up to the budget at each moment.
                assertThat(
                                snapshot.get(Metric.INDEX_BYTES)
                                        + snapshot.get(Metric.HEADER_BYTES)
                                        + snapshot.get(Metric.KEY_BYTES)
                                        + snapshot.get(Metric.VALUE_BYTES)
                                        + snapshot.get(Metric.ROUNDING_BYTES)
                                        + snapshot.get(Metric.FREE_CHUNK_BYTES)
                                        + snapshot.get(Metric.FREE_SLAB_BYTES)
                                        + snapshot.get(Metric.UNUSED_BYTES))
                        .isEqualTo(snapshot.get(Metric.BUDGET_BYTES));
                assertThat(
                                snapshot.get(Metric.INSERTIONS)
                                        - snapshot.evictions()
                                        - snapshot.get(Metric.ENTRIES))
                        .as("entries put and not evicted are held")
                        .isZero();
                assertThat(snapshot.whole()).isTrue();
                assertThat(snapshot.atMs()).isGreaterThanOrEqualTo(last);
                last = snapshot.atMs();
            }
            writer.join();
        }
    }
}
