// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.MemoryReport;
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
import java.util.Objects;
import java.util.function.Supplier;
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
 * or an {@link org.agrona.concurrent.AgentRunner}. Thread-safe; one thread at a time publishes.
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

    /** The message of what a closed segment throws. */
    private static final String CLOSED_CACHE = "the cache is closed";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final OffHeapCache cache;
    private final Supplier<LoadStatistics> loads;
    private final Path path;
    private final long intervalMs;
    private final EpochClock clock;
    private final PublisherLock lock;
    private final int[] ofCache = new int[Metric.OF_CACHE.size()];
    private MappedByteBuffer mapped;
    private UnsafeBuffer file;
    private CountersManager counters;
    private int[] ofClasses;
    private long sequence;
    private long lastMs;
    private boolean closed;

    private MetricsPublisher(
            OffHeapCache cache,
            Supplier<LoadStatistics> loads,
            Path path,
            long intervalMs,
            EpochClock clock,
            PublisherLock lock) {
        this.cache = cache;
        this.loads = loads;
        this.path = path;
        this.intervalMs = intervalMs;
        this.clock = clock;
        this.lock = lock;
    }

    /** Writes the first figures to a file that has its header. */
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
     * Creates the file and writes the first figures. The figures of loads are 0.
     *
     * @param cache whose figures to write.
     * @param path of the file, best in memory ({@code /dev/shm}). One that another publisher
     *     writes, of this process or another, is refused. A metrics file that nobody writes any
     *     more, is damaged or has another layout is replaced. A file of something else is left
     *     alone. While the publisher is open there is a file of the same name with {@code .lock}
     *     behind it.
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
     * Does the same with an interval and a clock.
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
        return open(cache, () -> LoadStatistics.NONE, path, name, intervalMs, clock);
    }

    /**
     * Does the same for a typed cache, with the figures of its loads.
     *
     * @param cache whose figures to write.
     * @param path of the file.
     * @param name of the cache, for people.
     * @return to be called in a duty cycle.
     * @throws IOException if the file cannot be made.
     */
    public static MetricsPublisher open(Cache<?, ?> cache, Path path, String name)
            throws IOException {
        return open(cache, path, name, DEFAULT_INTERVAL_MS, SystemEpochClock.INSTANCE);
    }

    /**
     * Does the same for a typed cache, with the figures of its loads, an interval and a clock.
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
            Cache<?, ?> cache, Path path, String name, long intervalMs, EpochClock clock)
            throws IOException {
        Objects.requireNonNull(cache, "cache");
        return open(cache.engine(), cache::loadStatistics, path, name, intervalMs, clock);
    }

    private static MetricsPublisher open(
            OffHeapCache cache,
            Supplier<LoadStatistics> loads,
            Path path,
            String name,
            long intervalMs,
            EpochClock clock)
            throws IOException {
        Objects.requireNonNull(cache, "cache");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(name, "name");
        if (path.getFileName() == null) {
            throw new IllegalArgumentException("the path " + path + " names no file");
        }
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
        final List<SizeClassReport> classes = cache.memoryReport().sizeClasses();
        final PublisherLock lock = PublisherLock.take(path);
        try {
            refuseIfWritten(path);
            return create(
                    new MetricsPublisher(cache, loads, path, intervalMs, clock, lock),
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
                        "the process " + reader.processId() + " publishes here");
            }
        } catch (final ForeignFileException | FileAlreadyExistsException e) {
            throw e;
        } catch (final IOException | UncheckedIOException e) {
            // Damaged, of another version, or a link to nowhere: it is replaced.
        }
    }

    private static MetricsPublisher create(
            MetricsPublisher publisher, byte[] name, List<SizeClassReport> classes)
            throws IOException {
        final int count = Metric.OF_CACHE.size() + classes.size() * Metric.OF_CLASS.size();
        final Path path = publisher.path;
        // Nobody can have put a link there beforehand, and none is followed.
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
     * Writes the figures if the interval has passed, or if the clock was set back.
     *
     * @return 1 if it has written, else 0; 0 once the publisher or the cache is closed.
     * @throws IllegalStateException once, if the file was cut short by somebody; the publisher is
     *     closed then.
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
            // What the JVM makes of a page that is gone.
            closed = true;
            release();
            throw new IllegalStateException(
                    path + " was cut short while it was written: nothing is published any more", e);
        }
    }

    private boolean publish(long nowMs) {
        final CacheStatistics statistics;
        final MemoryReport memory;
        try {
            statistics = cache.statistics();
            memory = cache.memoryReport();
        } catch (final IllegalStateException e) {
            // While the cache is being closed its segments are closed before it says so itself.
            if (cache.isClosed() || CLOSED_CACHE.equals(e.getMessage())) {
                return false;
            }
            throw e;
        }
        final LoadStatistics ofLoads = loads.get();
        // Odd, and a new number also if an Error ended the last call in the middle.
        sequence = (sequence + 1) | 1;
        file.putLongVolatile(MetricsDescriptor.SEQUENCE, sequence);
        int i = 0;
        for (final Metric metric : Metric.OF_CACHE) {
            counters.setCounterValue(ofCache[i++], metric.value(statistics, memory, ofLoads));
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
     * Writes the last figures, unless the cache is closed, says so in the file, and lets it go. The
     * file stays. Waits for a {@link #doWork} that another thread is in. Closing again does
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
            // The file was cut short: nobody reads it any more.
        } finally {
            release();
        }
    }

    private void release() {
        try {
            file.putLongVolatile(MetricsDescriptor.CLOSED, 1);
        } catch (final InternalError e) {
            // The file was cut short: nobody reads it any more.
        } finally {
            IoUtil.unmap(mapped);
            lock.close();
        }
    }

    /**
     * Returns the file.
     *
     * @return its path.
     */
    public Path path() {
        return path;
    }
}
