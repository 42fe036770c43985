package io.flagstone.metrics;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeClassReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.agrona.IoUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersManager;

/**
 * Writes a cache's figures to a memory-mapped file, for {@link MetricsReader} in any process.
 *
 * <p>The cache counts in its own memory whether or not somebody publishes; publishing reads those
 * counts once in an interval, each segment's under its lock for some tens of nanoseconds. So the
 * operations of the cache cost the same with and without. A duty cycle, for the application's own
 * or an {@link org.agrona.concurrent.AgentRunner}: one thread at a time calls {@link #doWork}.
 * Publishing allocates some hundred bytes for each size class; a call before the interval has
 * passed allocates nothing.
 *
 * <pre>{@code
 * MetricsPublisher metrics = MetricsPublisher.open(cache, Path.of("/dev/shm/quotes.metrics"), "quotes");
 * AgentRunner.startOnThread(new AgentRunner(new SleepingMillisIdleStrategy(100), onError, null, metrics));
 * }</pre>
 */
public final class MetricsPublisher implements Agent, AutoCloseable {
    /** How often figures are written, if nothing else is said. */
    public static final long DEFAULT_INTERVAL_MS = 1_000;

    private final OffHeapCache cache;
    private final Path path;
    private final long intervalMs;
    private final EpochClock clock;
    private final MappedByteBuffer mapped;
    private final UnsafeBuffer file;
    private final CountersManager counters;
    private final int[] ofCache = new int[Metric.OF_CACHE.size()];
    private final int[] ofClasses;
    private boolean closed;

    private MetricsPublisher(
            OffHeapCache cache,
            Path path,
            long intervalMs,
            EpochClock clock,
            MappedByteBuffer mapped,
            List<SizeClassReport> classes) {
        this.cache = cache;
        this.path = path;
        this.intervalMs = intervalMs;
        this.clock = clock;
        this.mapped = mapped;
        this.file = new UnsafeBuffer(mapped);
        this.counters =
                new CountersManager(
                        MetricsDescriptor.metadata(file),
                        MetricsDescriptor.values(file),
                        StandardCharsets.UTF_8);
        this.ofClasses = new int[classes.size() * Metric.OF_CLASS.size()];
        allocate(classes);
        publish(clock.time());
    }

    private void allocate(List<SizeClassReport> classes) {
        int i = 0;
        for (final Metric metric : Metric.OF_CACHE) {
            ofCache[i++] = counters.allocate(metric.label(), metric.typeId());
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
     * Creates the file and writes the first figures.
     *
     * @param cache whose figures to write.
     * @param path of the file, best in memory ({@code /dev/shm}). One that a living process writes
     *     is refused; that of another is replaced.
     * @param name of the cache, for people; at most some 380 bytes of UTF-8.
     * @return to be called in a duty cycle.
     * @throws IOException if the file cannot be made, also because its disk is full: all of it is
     *     written here, so that no later write can find the disk full.
     */
    public static MetricsPublisher open(OffHeapCache cache, Path path, String name)
            throws IOException {
        return open(cache, path, name, DEFAULT_INTERVAL_MS, SystemEpochClock.INSTANCE);
    }

    /**
     * The same with an interval and a clock.
     *
     * @param cache whose figures to write.
     * @param path of the file.
     * @param name of the cache, for people.
     * @param intervalMs how often to write, positive milliseconds.
     * @param clock tells when.
     * @return to be called in a duty cycle.
     * @throws IOException if the file cannot be made.
     */
    public static MetricsPublisher open(
            OffHeapCache cache, Path path, String name, long intervalMs, EpochClock clock)
            throws IOException {
        Objects.requireNonNull(cache, "cache");
        final byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        if (nameBytes.length > MetricsDescriptor.MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "the name has "
                            + nameBytes.length
                            + " bytes, the limit is "
                            + MetricsDescriptor.MAX_NAME_BYTES);
        }
        if (intervalMs <= 0) {
            throw new IllegalArgumentException("intervalMs " + intervalMs + " is not positive");
        }
        refuseIfAlive(path);
        final List<SizeClassReport> classes = cache.memoryReport().sizeClasses();
        final int count = Metric.OF_CACHE.size() + classes.size() * Metric.OF_CLASS.size();
        final Path unnamed = path.resolveSibling(path.getFileName() + ".new");
        try {
            final MappedByteBuffer mapped = create(unnamed, MetricsDescriptor.fileBytes(count));
            writeHeader(new UnsafeBuffer(mapped), count, nameBytes, intervalMs, clock.time());
            final MetricsPublisher publisher =
                    new MetricsPublisher(cache, path, intervalMs, clock, mapped, classes);
            Files.move(unnamed, path, StandardCopyOption.ATOMIC_MOVE);
            return publisher;
        } finally {
            Files.deleteIfExists(unnamed);
        }
    }

    private static void refuseIfAlive(Path path) throws IOException {
        if (Files.exists(path)) {
            try (MetricsReader reader = MetricsReader.open(path)) {
                if (reader.state() == MetricsReader.State.LIVE) {
                    throw new FileAlreadyExistsException(
                            path.toString(),
                            null,
                            "the process " + reader.processId() + " publishes here");
                }
            }
        }
    }

    private static MappedByteBuffer create(Path path, int bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
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
        file.putLong(
                MetricsDescriptor.PROCESS_START,
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
        file.putLong(MetricsDescriptor.OPENED, nowMs);
        file.putLong(MetricsDescriptor.INTERVAL, intervalMs);
        file.putInt(MetricsDescriptor.NAME, name.length);
        file.putBytes(MetricsDescriptor.NAME + Integer.BYTES, name);
        file.putLong(MetricsDescriptor.MAGIC_OFFSET, MetricsDescriptor.MAGIC);
    }

    /**
     * Writes the figures if the interval has passed.
     *
     * @return 1 if it has written, else 0; 0 once the publisher or the cache is closed.
     */
    @Override
    public int doWork() {
        final long nowMs = clock.time();
        if (closed || nowMs - file.getLong(MetricsDescriptor.HEARTBEAT) < intervalMs) {
            return 0;
        }
        return publish(nowMs) ? 1 : 0;
    }

    private boolean publish(long nowMs) {
        final CacheStatistics statistics;
        final MemoryReport memory;
        try {
            statistics = cache.statistics();
            memory = cache.memoryReport();
        } catch (final IllegalStateException e) {
            if (cache.isClosed()) {
                return false;
            }
            throw e;
        }
        final long sequence = file.getLong(MetricsDescriptor.SEQUENCE);
        file.putLongVolatile(MetricsDescriptor.SEQUENCE, sequence + 1);
        int i = 0;
        for (final Metric metric : Metric.OF_CACHE) {
            counters.setCounterValue(ofCache[i++], metric.value(statistics, memory));
        }
        i = 0;
        for (final SizeClassReport sizeClass : memory.sizeClasses()) {
            for (final Metric metric : Metric.OF_CLASS) {
                counters.setCounterValue(ofClasses[i++], metric.ofClass.applyAsLong(sizeClass));
            }
        }
        file.putLongVolatile(MetricsDescriptor.HEARTBEAT, nowMs);
        file.putLongVolatile(MetricsDescriptor.SEQUENCE, sequence + 2);
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
     * Writes the last figures, unless the cache is closed, says so in the file, and lets it go. The
     * file stays. Not to be called beside {@link #doWork}.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            publish(clock.time());
            file.putLongVolatile(MetricsDescriptor.CLOSED, 1);
            IoUtil.unmap(mapped);
        }
    }

    /**
     * The file.
     *
     * @return its path.
     */
    public Path path() {
        return path;
    }
}
