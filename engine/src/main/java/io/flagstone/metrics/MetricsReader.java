package io.flagstone.metrics;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * Reads the figures that a {@link MetricsPublisher} writes, in this process or another, while it
 * lives and after it has died. For one thread at a time.
 */
public final class MetricsReader implements AutoCloseable {
    /** The figures take microseconds to write, but the writer may lose its processor meanwhile. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer file;
    private final CountersReader counters;

    /** What has become of who writes the file. */
    public enum State {
        /** The process lives and publishes. */
        LIVE,

        /** The publisher was closed: the figures are the last. */
        CLOSED,

        /** The process ended without closing: the figures are the last it wrote. */
        DIED
    }

    private MetricsReader(MappedByteBuffer mapped) {
        this.mapped = mapped;
        this.file = new UnsafeBuffer(mapped);
        this.counters =
                new CountersReader(
                        MetricsDescriptor.metadata(file),
                        MetricsDescriptor.values(file),
                        StandardCharsets.UTF_8);
    }

    /**
     * Opens a file for reading.
     *
     * @param path of the file.
     * @return to be closed.
     * @throws IOException if there is no such file, or it is no metrics file of a version known
     *     here.
     */
    public static MetricsReader open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            final long bytes = channel.size();
            if (bytes < MetricsDescriptor.HEADER_BYTES || bytes > Integer.MAX_VALUE) {
                throw new IOException(path + " is no metrics file: it has " + bytes + " bytes");
            }
            final MappedByteBuffer mapped =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, (int) bytes);
            final String problem = problem(new UnsafeBuffer(mapped));
            if (problem != null) {
                IoUtil.unmap(mapped);
                throw new IOException(path + " is no metrics file: " + problem);
            }
            return new MetricsReader(mapped);
        }
    }

    private static String problem(UnsafeBuffer file) {
        if (file.getLong(MetricsDescriptor.MAGIC_OFFSET) != MetricsDescriptor.MAGIC) {
            return "it begins otherwise";
        }
        final int version = file.getInt(MetricsDescriptor.VERSION);
        if (version != MetricsDescriptor.LAYOUT_VERSION) {
            return "its version is "
                    + version
                    + ", this one reads "
                    + MetricsDescriptor.LAYOUT_VERSION;
        }
        final int count = file.getInt(MetricsDescriptor.COUNTERS);
        final int name = file.getInt(MetricsDescriptor.NAME);
        return count < 0
                        || count > file.capacity() / CountersReader.METADATA_LENGTH
                        || MetricsDescriptor.fileBytes(count) != file.capacity()
                        || name < 0
                        || name > MetricsDescriptor.MAX_NAME_BYTES
                ? "its length is not that of its " + count + " counters"
                : null;
    }

    /**
     * The name the cache was given.
     *
     * @return for people.
     */
    public String name() {
        final byte[] name = new byte[file.getInt(MetricsDescriptor.NAME)];
        file.getBytes(MetricsDescriptor.NAME + Integer.BYTES, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /**
     * Who writes.
     *
     * @return the process' id.
     */
    public long processId() {
        return file.getLong(MetricsDescriptor.PROCESS_ID);
    }

    /**
     * How often figures are written.
     *
     * @return milliseconds.
     */
    public long intervalMs() {
        return file.getLong(MetricsDescriptor.INTERVAL);
    }

    /**
     * What has become of who writes. A process that has the id by now, and was started at another
     * time, is another.
     *
     * @return by the operating system's account.
     */
    public State state() {
        if (file.getLongVolatile(MetricsDescriptor.CLOSED) != 0) {
            return State.CLOSED;
        }
        final long startMs = file.getLong(MetricsDescriptor.PROCESS_START);
        final Optional<ProcessHandle> process =
                ProcessHandle.of(processId()).filter(ProcessHandle::isAlive);
        final boolean same =
                process.isPresent()
                        && process.get()
                                .info()
                                .startInstant()
                                .map(Instant::toEpochMilli)
                                .filter(ms -> startMs != 0 && ms != startMs)
                                .isEmpty();
        return same ? State.LIVE : State.DIED;
    }

    /**
     * All figures as they were written at one moment.
     *
     * @return a copy; if the writer has died or stood still while it wrote, what is there, which is
     *     then not {@link MetricsSnapshot#whole}.
     */
    public MetricsSnapshot snapshot() {
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        do {
            final long before = file.getLongVolatile(MetricsDescriptor.SEQUENCE);
            if ((before & 1) == 0) {
                final MetricsSnapshot snapshot = read(true);
                VarHandle.acquireFence();
                if (file.getLongVolatile(MetricsDescriptor.SEQUENCE) == before) {
                    return snapshot;
                }
            }
        } while (SystemNanoClock.INSTANCE.nanoTime() - startNs < PATIENCE_NS);
        return read(false);
    }

    private MetricsSnapshot read(boolean whole) {
        final Map<Metric, Long> ofCache = new EnumMap<>(Metric.class);
        final Map<Integer, Map<Metric, Long>> ofClasses = new TreeMap<>();
        counters.forEach(
                (id, typeId, key, label) -> {
                    final Metric metric = Metric.ofTypeId(typeId);
                    if (metric != null) {
                        (metric.ofClass == null
                                        ? ofCache
                                        : ofClasses.computeIfAbsent(
                                                key.getInt(0),
                                                chunkBytes -> new EnumMap<>(Metric.class)))
                                .put(metric, counters.getCounterValue(id));
                    }
                });
        return new MetricsSnapshot(
                file.getLong(MetricsDescriptor.OPENED),
                file.getLongVolatile(MetricsDescriptor.HEARTBEAT),
                ofCache,
                ofClasses,
                whole);
    }

    /** Lets the file go. */
    @Override
    public void close() {
        IoUtil.unmap(mapped);
    }
}
