// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheClosedException;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RestartReport;
import io.flagstone.api.SizeClassReport;
import io.flagstone.metrics.MetricsDescriptor.ForeignFileException;
import io.flagstone.typed.Cache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.agrona.IoUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersManager;

/**
 * Writes a cache's figures to a memory-mapped file that a {@link MetricsReader} in any process can
 * read.
 *
 * <p>Thread-safe: calls run one at a time. Run it in the application's duty cycle or in an {@link
 * org.agrona.concurrent.AgentRunner}.
 *
 * <p>The cache always counts in its own memory. The publisher reads those counts once per interval,
 * under the lock of each segment for some tens of nanoseconds. So cache operations cost the same
 * with and without a publisher. Publishing allocates some hundred bytes for each size class. A call
 * before the interval has passed allocates nothing.
 *
 * <pre>{@code
 * MetricsPublisher metrics = MetricsPublisher.open(cache, Path.of("/dev/shm/quotes.metrics"), "quotes");
 * AgentRunner.startOnThread(new AgentRunner(new SleepingMillisIdleStrategy(100), onError, null, metrics));
 * }</pre>
 */
public final class MetricsPublisher implements Agent, AutoCloseable {
    /** The default interval at which figures are written. */
    public static final long DEFAULT_INTERVAL_MS = 1_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Source source;
    private final Path path;
    private final long intervalMs;
    private final EpochClock clock;
    private final PublisherLock lock;
    private final int[] ofCache = new int[Metric.OF_CACHE.size()];
    private final int[] ofOthers;
    private final long[] othersNow;
    private MappedByteBuffer mapped;
    private UnsafeBuffer file;
    private CountersManager counters;
    private int[] ofClasses;
    private long sequence;
    private long lastMs;
    private boolean closed;

    /** The sources of the figures: the cache, its loads, and figures of others. */
    private record Source(
            OffHeapCache cache,
            Supplier<LoadStatistics> loads,
            List<Map.Entry<Metric, LongSupplier>> others) {
        static Source of(OffHeapCache cache, Map<Metric, LongSupplier> others) {
            for (final Metric metric : others.keySet()) {
                if (!metric.isOfOthers()) {
                    throw new IllegalArgumentException(
                            "the publisher takes this figure from the cache itself: metric="
                                    + metric);
                }
            }
            return new Source(
                    Objects.requireNonNull(cache, "cache"),
                    () -> LoadStatistics.NONE,
                    others.entrySet().stream().map(Map.Entry::copyOf).toList());
        }
    }

    private MetricsPublisher(
            Source source, Path path, long intervalMs, EpochClock clock, PublisherLock lock) {
        this.source = source;
        this.path = path;
        this.intervalMs = intervalMs;
        this.clock = clock;
        this.lock = lock;
        this.ofOthers = new int[source.others.size()];
        this.othersNow = new long[source.others.size()];
    }

    /** Writes the first figures to a file that already has its header. */
    private synchronized void begin(MappedByteBuffer whole, List<SizeClassReport> classes) {
        mapped = whole;
        file = new UnsafeBuffer(whole);
        counters =
                new CountersManager(
                        MetricsDescriptor.metadata(file),
                        MetricsDescriptor.values(file),
                        StandardCharsets.UTF_8);
        ofClasses = new int[classes.size() * Metric.OF_CLASS.size()];
        allocate(classes);
        source.cache.restartReport().ifPresent(this::tell);
        publish(clock.time());
    }

    /** Writes how the cache began, which does not change. The reason is in a label. */
    private void tell(RestartReport report) {
        for (final Metric metric : Metric.OF_RESTART) {
            final String label =
                    metric == Metric.RESTART_KIND
                            ? MetricsDescriptor.restartLabel(report.reason())
                            : metric.label();
            counters.setCounterValue(
                    counters.allocate(label, metric.typeId()),
                    metric.ofRestart.applyAsLong(report));
        }
    }

    private void allocate(List<SizeClassReport> classes) {
        int i = 0;
        for (final Metric metric : Metric.OF_CACHE) {
            ofCache[i++] = counters.allocate(metric.label(), metric.typeId());
        }
        for (i = 0; i < ofOthers.length; i++) {
            final Metric metric = source.others.get(i).getKey();
            ofOthers[i] = counters.allocate(metric.label(), metric.typeId());
        }
        i = 0;
        for (final SizeClassReport sizeClass : classes) {
            final int chunkBytes = sizeClass.chunkBytes();
            for (final Metric metric : Metric.OF_CLASS) {
                ofClasses[i++] =
                        counters.allocate(
                                metric.label(chunkBytes),
                                metric.typeId(),
                                key -> key.putInt(0, chunkBytes));
            }
        }
    }

    /**
     * Creates the file and writes the first figures. The counts of loads are 0.
     *
     * @param cache the cache whose figures are written.
     * @param path the path of the file, preferably in memory ({@code /dev/shm}). A metrics file
     *     that no publisher writes any more, that is damaged, or that has another layout is
     *     replaced. Any other file makes this method fail and stays unchanged. While the publisher
     *     is open, there is a lock file of the same name followed by {@code .lock}.
     * @param name the cache's name for display, at most 380 bytes of UTF-8.
     * @return a publisher; call its {@link #doWork} in a duty cycle.
     * @throws IOException if another publisher of any process writes the file, or if the file
     *     cannot be created, for example because the disk is full. The whole file is written here,
     *     so that no later write can find the disk full.
     */
    public static MetricsPublisher open(OffHeapCache cache, Path path, String name)
            throws IOException {
        return open(cache, path, name, DEFAULT_INTERVAL_MS, SystemEpochClock.INSTANCE);
    }

    /**
     * Creates the file with an interval and a clock, and writes the first figures.
     *
     * @param cache the cache whose figures are written.
     * @param path the path of the file.
     * @param name the cache's name for display.
     * @param intervalMs the interval between writes in milliseconds, positive.
     * @param clock the clock that times the writes.
     * @return a publisher; call its {@link #doWork} in a duty cycle.
     * @throws IOException if the file cannot be created.
     */
    public static MetricsPublisher open(
            OffHeapCache cache, Path path, String name, long intervalMs, EpochClock clock)
            throws IOException {
        return open(Source.of(cache, Map.of()), path, name, intervalMs, clock);
    }

    /**
     * Creates the file for a cache that has more than its own figures, such as a replica, and
     * writes the first figures.
     *
     * @param cache the cache whose figures are written.
     * @param path the path of the file.
     * @param name the cache's name for display.
     * @param others the sources of figures that are not the cache's own. They are asked once per
     *     interval, by the thread that calls {@link #doWork}, and should not wait.
     * @return a publisher; call its {@link #doWork} in a duty cycle.
     * @throws IllegalArgumentException if a figure is the cache's own.
     * @throws IOException if the file cannot be created.
     */
    public static MetricsPublisher open(
            OffHeapCache cache, Path path, String name, Map<Metric, LongSupplier> others)
            throws IOException {
        return open(
                Source.of(cache, others),
                path,
                name,
                DEFAULT_INTERVAL_MS,
                SystemEpochClock.INSTANCE);
    }

    /**
     * Creates the file for a typed cache, with the counts of its loads, and writes the first
     * figures.
     *
     * @param cache the cache whose figures are written.
     * @param path the path of the file.
     * @param name the cache's name for display.
     * @return a publisher; call its {@link #doWork} in a duty cycle.
     * @throws IOException if the file cannot be created.
     */
    public static MetricsPublisher open(Cache<?, ?> cache, Path path, String name)
            throws IOException {
        return open(cache, path, name, DEFAULT_INTERVAL_MS, SystemEpochClock.INSTANCE);
    }

    /**
     * Creates the file for a typed cache, with the counts of its loads, an interval and a clock,
     * and writes the first figures.
     *
     * @param cache the cache whose figures are written.
     * @param path the path of the file.
     * @param name the cache's name for display.
     * @param intervalMs the interval between writes in milliseconds, positive.
     * @param clock the clock that times the writes.
     * @return a publisher; call its {@link #doWork} in a duty cycle.
     * @throws IOException if the file cannot be created.
     */
    public static MetricsPublisher open(
            Cache<?, ?> cache, Path path, String name, long intervalMs, EpochClock clock)
            throws IOException {
        Objects.requireNonNull(cache, "cache");
        return open(
                new Source(cache.engine(), cache::loadStatistics, List.of()),
                path,
                name,
                intervalMs,
                clock);
    }

    private static MetricsPublisher open(
            Source source, Path path, String name, long intervalMs, EpochClock clock)
            throws IOException {
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(name, "name");
        if (path.getFileName() == null) {
            throw new IllegalArgumentException("path must have a file name: path=" + path);
        }
        final byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        if (nameBytes.length > MetricsDescriptor.MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name must have at most "
                            + MetricsDescriptor.MAX_NAME_BYTES
                            + " bytes of UTF-8: length="
                            + nameBytes.length);
        }
        if (intervalMs <= 0) {
            throw new IllegalArgumentException(
                    "intervalMs must be positive: intervalMs=" + intervalMs);
        }
        final List<SizeClassReport> classes = source.cache.memoryReport().sizeClasses();
        final PublisherLock lock = PublisherLock.take(path);
        try {
            refuseIfWritten(path);
            return create(
                    new MetricsPublisher(source, path, intervalMs, clock, lock),
                    nameBytes,
                    classes);
        } catch (final IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static void refuseIfWritten(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (MetricsReader reader = MetricsReader.open(path)) {
            if (reader.isWrittenByAnother()) {
                throw new FileAlreadyExistsException(
                        path.toString(),
                        null,
                        "process " + reader.processId() + " already publishes to this file");
            }
        } catch (final ForeignFileException | FileAlreadyExistsException e) {
            throw e;
        } catch (final IOException | UncheckedIOException e) {
            // Damaged, of another version, or a dangling link: the file is replaced.
        }
    }

    private static MetricsPublisher create(
            MetricsPublisher publisher, byte[] name, List<SizeClassReport> classes)
            throws IOException {
        final int count =
                Metric.OF_CACHE.size()
                        + publisher.ofOthers.length
                        + classes.size() * Metric.OF_CLASS.size()
                        + (publisher.source.cache.restartReport().isPresent()
                                ? Metric.OF_RESTART.size()
                                : 0);
        final Path path = publisher.path;
        // The name is random, so nobody can have put a link there; links are not followed anyway.
        final Path unnamed =
                path.resolveSibling(
                        path.getFileName() + "." + Long.toHexString(RANDOM.nextLong()) + ".new");
        try {
            final MappedByteBuffer mapped = create(unnamed, MetricsDescriptor.fileBytes(count));
            writeHeader(
                    new UnsafeBuffer(mapped),
                    count,
                    name,
                    publisher.intervalMs,
                    publisher.clock.time());
            publisher.begin(mapped, classes);
            Files.move(unnamed, path, StandardCopyOption.ATOMIC_MOVE);
            return publisher;
        } finally {
            Files.deleteIfExists(unnamed);
        }
    }

    private static MappedByteBuffer create(Path path, int bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS)) {
            final ByteBuffer zeros = ByteBuffer.allocate(bytes);
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
        }
    }

    private static void writeHeader(
            UnsafeBuffer file, int count, byte[] name, long intervalMs, long nowMs) {
        file.putInt(MetricsDescriptor.VERSION, MetricsDescriptor.LAYOUT_VERSION);
        file.putInt(MetricsDescriptor.COUNTERS, count);
        final ProcessHandle process = ProcessHandle.current();
        file.putLong(MetricsDescriptor.PROCESS_ID, process.pid());
        file.putLong(MetricsDescriptor.PROCESS_START, Liveness.startTicks(process.pid()));
        file.putLong(MetricsDescriptor.NAMESPACE, Liveness.ownNamespace());
        file.putLong(MetricsDescriptor.OPENED, nowMs);
        file.putLong(MetricsDescriptor.INTERVAL, intervalMs);
        file.putInt(MetricsDescriptor.NAME, name.length);
        file.putBytes(MetricsDescriptor.NAME + Integer.BYTES, name);
        file.putLong(MetricsDescriptor.MAGIC_OFFSET, MetricsDescriptor.MAGIC);
    }

    /**
     * Writes the figures if the interval has passed or the clock was set back.
     *
     * @return 1 if it wrote the figures, otherwise 0; always 0 once the publisher or the cache is
     *     closed.
     * @throws IllegalStateException once, if the file was truncated; this closes the publisher.
     */
    @Override
    public synchronized int doWork() {
        if (closed) {
            return 0;
        }
        final long nowMs = clock.time();
        final long agoMs = nowMs - lastMs;
        if (agoMs >= 0 && agoMs < intervalMs) {
            return 0;
        }
        try {
            return publish(nowMs) ? 1 : 0;
        } catch (final InternalError e) {
            // The JVM throws this for access to a page that the file has lost.
            closed = true;
            release();
            throw new IllegalStateException(
                    path + " was truncated while it was written: the publisher is closed", e);
        }
    }

    private boolean publish(long nowMs) {
        final CacheStatistics statistics;
        final MemoryReport memory;
        try {
            statistics = source.cache.statistics();
            memory = source.cache.memoryReport();
        } catch (final CacheClosedException e) {
            return false;
        }
        final LoadStatistics ofLoads = source.loads.get();
        for (int i = 0; i < othersNow.length; i++) {
            othersNow[i] = source.others.get(i).getValue().getAsLong();
        }
        // Odd, and greater than before even if an Error ended the last call halfway.
        sequence = (sequence + 1) | 1;
        file.putLongVolatile(MetricsDescriptor.SEQUENCE, sequence);
        int i = 0;
        for (final Metric metric : Metric.OF_CACHE) {
            counters.setCounterValue(ofCache[i++], metric.value(statistics, memory, ofLoads));
        }
        for (i = 0; i < ofOthers.length; i++) {
            counters.setCounterValue(ofOthers[i], othersNow[i]);
        }
        i = 0;
        for (final SizeClassReport sizeClass : memory.sizeClasses()) {
            for (final Metric metric : Metric.OF_CLASS) {
                counters.setCounterValue(ofClasses[i++], metric.ofClass.applyAsLong(sizeClass));
            }
        }
        file.putLongVolatile(MetricsDescriptor.HEARTBEAT, nowMs);
        file.putLongVolatile(MetricsDescriptor.SEQUENCE, ++sequence);
        lastMs = nowMs;
        return true;
    }

    @Override
    public String roleName() {
        return "flagstone-metrics";
    }

    @Override
    public void onClose() {
        close();
    }

    /**
     * Writes the last figures unless the cache is closed, marks the file as closed, and releases
     * it. The file stays. Waits for a {@link #doWork} of another thread. Closing again does
     * nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            publish(clock.time());
        } catch (final InternalError e) {
            // The file was truncated, so nobody can read it any more.
        } finally {
            release();
        }
    }

    private void release() {
        try {
            file.putLongVolatile(MetricsDescriptor.CLOSED, 1);
        } catch (final InternalError e) {
            // The file was truncated, so nobody can read it any more.
        } finally {
            IoUtil.unmap(mapped);
            lock.close();
        }
    }

    /**
     * Returns the path of the file.
     *
     * @return the path.
     */
    public Path path() {
        return path;
    }
}
