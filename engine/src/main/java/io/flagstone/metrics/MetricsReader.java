package io.flagstone.metrics;

import io.flagstone.metrics.MetricsDescriptor.ForeignFileException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * Reads the figures that a {@link MetricsPublisher} writes, in this process or another, while it
 * lives and after it has died.
 *
 * <p>The file is read, not mapped: a file that is cut short is an exception then, and a reader that
 * is closed beside another thread's call crashes nothing. Thread-safe: one call at a time has the
 * file. Once closed, every method but {@link #close} throws an {@link IllegalStateException}.
 */
public final class MetricsReader implements AutoCloseable {
    /** The figures take microseconds to write, but the writer may lose its processor meanwhile. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAX_LOOK_MS = 3_000;

    private final Path path;
    private final RandomAccessFile file;
    private final EpochClock clock;

    /** The header, the figures' description and the figures, as they were read last. */
    private final UnsafeBuffer image;

    private final Liveness liveness;
    private boolean closed;

    /** What has become of the publisher of a file. */
    public enum State {
        /** The publisher writes, or its process lives. */
        LIVE,

        /** The publisher was closed: the figures are the last. */
        CLOSED,

        /** The process ended without closing: the figures are the last that it wrote. */
        DIED
    }

    private MetricsReader(Path path, RandomAccessFile file, EpochClock clock, UnsafeBuffer image) {
        this.path = path;
        this.file = file;
        this.clock = clock;
        this.image = image;
        this.liveness = new Liveness(path, image);
    }

    /**
     * Opens a file for reading.
     *
     * @param path of the file.
     * @return to be closed.
     * @throws IOException if there is no such file, or it is no metrics file, is damaged, or has a
     *     layout of another version; the message says which, and what was found.
     */
    public static MetricsReader open(Path path) throws IOException {
        return open(path, SystemEpochClock.INSTANCE);
    }

    static MetricsReader open(Path path, EpochClock clock) throws IOException {
        // A pipe would block whoever opens it.
        if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
            throw new ForeignFileException(path + " is no metrics file: it is no regular file");
        }
        final RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
        try {
            final UnsafeBuffer image = new UnsafeBuffer(new byte[checkedLength(path, file)]);
            readFully(file, image, 0, image.capacity());
            MetricsDescriptor.check(path, image);
            return new MetricsReader(path, file, clock, image);
        } catch (final IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The file's length, if that may be one of a metrics file. */
    private static int checkedLength(Path path, RandomAccessFile file) throws IOException {
        final long bytes = file.length();
        if (bytes < MetricsDescriptor.HEADER_BYTES || bytes > MetricsDescriptor.MAX_FILE_BYTES) {
            throw new ForeignFileException(
                    path
                            + " is no metrics file: it has "
                            + bytes
                            + " bytes, not from "
                            + MetricsDescriptor.HEADER_BYTES
                            + " to "
                            + MetricsDescriptor.MAX_FILE_BYTES);
        }
        return (int) bytes;
    }

    private static void readFully(RandomAccessFile file, UnsafeBuffer image, int offset, int length)
            throws IOException {
        file.seek(offset);
        file.readFully(image.byteArray(), offset, length);
    }

    /** Reads a part of the file anew. */
    private void refresh(int offset, int length) {
        checkOpen();
        try {
            readFully(file, image, offset, length);
        } catch (final EOFException e) {
            throw new UncheckedIOException(
                    new IOException(
                            path + " was cut short: it had " + image.capacity() + " bytes", e));
        } catch (final IOException e) {
            throw new UncheckedIOException(new IOException(path + " cannot be read", e));
        }
    }

    /**
     * Returns the name that the publisher gave the cache.
     *
     * @return for people.
     */
    public synchronized String name() {
        checkOpen();
        final byte[] name = new byte[image.getInt(MetricsDescriptor.NAME)];
        image.getBytes(MetricsDescriptor.NAME + Integer.BYTES, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the reader of " + path + " is closed");
        }
    }

    /**
     * Returns the id of the process that publishes, as it sees itself: in a container, that may be
     * 1.
     *
     * @return the process id.
     */
    public synchronized long processId() {
        checkOpen();
        return image.getLong(MetricsDescriptor.PROCESS_ID);
    }

    /**
     * Returns how often figures are written.
     *
     * @return milliseconds.
     */
    public synchronized long intervalMs() {
        checkOpen();
        return image.getLong(MetricsDescriptor.INTERVAL);
    }

    /**
     * Returns what has become of the publisher. It lives if it holds its lock on the file; or if
     * its process is one of this machine's, as seen from here, and lives; or, if its process cannot
     * be seen from here, if its heartbeat is younger than three intervals or has moved since this
     * reader last looked.
     *
     * @return the state.
     * @throws UncheckedIOException if the file was cut short.
     */
    public synchronized State state() {
        refresh(MetricsDescriptor.SEQUENCE, MetricsDescriptor.NAME - MetricsDescriptor.SEQUENCE);
        if (image.getLong(MetricsDescriptor.CLOSED) != 0) {
            return State.CLOSED;
        }
        return liveness.isLive(clock.time()) ? State.LIVE : State.DIED;
    }

    /**
     * Whether another process publishes here, for one that holds the lock of the path. The lock
     * says that none does, unless its file was deleted, or the file system knows no locks.
     */
    synchronized boolean isWrittenByAnother() {
        refresh(MetricsDescriptor.SEQUENCE, MetricsDescriptor.NAME - MetricsDescriptor.SEQUENCE);
        return image.getLong(MetricsDescriptor.CLOSED) == 0
                && liveness.isOfAnother(clock.time())
                && (liveness.isOfThisNamespace() || moves());
    }

    /** Whether the publisher writes while this waits, for about two intervals. */
    private boolean moves() {
        final long ms = Math.min(2 * intervalMs(), MAX_LOOK_MS);
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        final long before = image.getLong(MetricsDescriptor.SEQUENCE);
        do {
            refresh(MetricsDescriptor.SEQUENCE, Long.BYTES);
            if (image.getLong(MetricsDescriptor.SEQUENCE) != before) {
                return true;
            }
        } while (SystemNanoClock.INSTANCE.nanoTime() - startNs < TimeUnit.MILLISECONDS.toNanos(ms));
        return false;
    }

    /**
     * Returns all figures as they were written at one moment.
     *
     * @return a copy; if the writer has died or stood still while it wrote, what is there, which is
     *     then not {@link MetricsSnapshot#whole}.
     * @throws UncheckedIOException if the file was cut short.
     */
    public synchronized MetricsSnapshot snapshot() {
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        boolean whole;
        do {
            // Each is a system call, and so comes after the one before.
            refresh(MetricsDescriptor.SEQUENCE, Long.BYTES);
            final long before = image.getLong(MetricsDescriptor.SEQUENCE);
            refresh(0, image.capacity());
            refresh(MetricsDescriptor.SEQUENCE, Long.BYTES);
            whole = (before & 1) == 0 && image.getLong(MetricsDescriptor.SEQUENCE) == before;
        } while (!whole && SystemNanoClock.INSTANCE.nanoTime() - startNs < PATIENCE_NS);
        return parse(whole);
    }

    private MetricsSnapshot parse(boolean whole) {
        final Map<Metric, Long> ofCache = new EnumMap<>(Metric.class);
        final Map<Integer, Map<Metric, Long>> ofClasses = new TreeMap<>();
        final UnsafeBuffer metadata = MetricsDescriptor.metadata(image);
        final UnsafeBuffer values = MetricsDescriptor.values(image);
        for (int id = 0; id < image.getInt(MetricsDescriptor.COUNTERS); id++) {
            final int at = CountersReader.metaDataOffset(id);
            final Metric metric =
                    Metric.ofTypeId(metadata.getInt(at + CountersReader.TYPE_ID_OFFSET));
            if (metric != null && metadata.getInt(at) == CountersReader.RECORD_ALLOCATED) {
                final long value = values.getLong(CountersReader.counterOffset(id));
                if (metric.ofClass == null) {
                    ofCache.put(metric, value);
                } else {
                    ofClasses
                            .computeIfAbsent(
                                    metadata.getInt(at + CountersReader.KEY_OFFSET),
                                    chunkBytes -> new EnumMap<>(Metric.class))
                            .put(metric, value);
                }
            }
        }
        return new MetricsSnapshot(
                image.getLong(MetricsDescriptor.OPENED),
                image.getLong(MetricsDescriptor.HEARTBEAT),
                ofCache,
                ofClasses,
                whole);
    }

    /** Closes the file. Closing again does nothing. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            file.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
