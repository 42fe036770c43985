// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.api.RestartReport;
import io.flagstone.metrics.MetricsDescriptor.ForeignFileException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * Reads the figures that a {@link MetricsPublisher} writes in this process or another. Works while
 * that process lives and after it has died.
 *
 * <p>Thread-safe: calls run one at a time. Once closed, every method except {@link #close} throws
 * an {@link IllegalStateException}. The file is read, not mapped. So a truncated file is an
 * exception, and closing the reader during another thread's call crashes nothing.
 */
public final class MetricsReader implements AutoCloseable {
    /**
     * How long a reader waits for whole figures. A write takes microseconds unless it is preempted.
     */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAX_LOOK_MS = 3_000;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path path;
    private final RandomAccessFile file;
    private final EpochClock clock;

    /** The last bytes read: header, metadata of the counters and their values. */
    private final UnsafeBuffer image;

    private final Liveness liveness;
    private String restartReason = "";
    private boolean closed;

    /** The state of the publisher of a file. */
    public enum State {
        /** The publisher writes, or its process lives. */
        LIVE,

        /** The publisher was closed. The figures are its last. */
        CLOSED,

        /**
         * The process ended without closing the publisher. The figures are the last that it wrote.
         */
        DIED
    }

    private MetricsReader(
            Path path,
            RandomAccessFile file,
            EpochClock clock,
            UnsafeBuffer image,
            Liveness liveness) {
        this.path = path;
        this.file = file;
        this.clock = clock;
        this.image = image;
        this.liveness = liveness;
    }

    /**
     * Opens a file for reading.
     *
     * @param path the path of the file.
     * @return a reader, which the caller must close.
     * @throws IOException if the file does not exist, is not a metrics file, is damaged, or has
     *     another layout version; the message says which, and the value found.
     */
    public static MetricsReader open(Path path) throws IOException {
        return open(path, SystemEpochClock.INSTANCE);
    }

    static MetricsReader open(Path path, EpochClock clock) throws IOException {
        // The lock file is next to the file itself, not next to a link to it.
        final Path real = path.toRealPath();
        final BasicFileAttributes attributes =
                Files.readAttributes(real, BasicFileAttributes.class);
        // Opening a pipe would block.
        if (!attributes.isRegularFile()) {
            throw new ForeignFileException(
                    path + " is not a metrics file: it is not a regular file");
        }
        final RandomAccessFile file = new RandomAccessFile(real.toFile(), "r");
        try {
            final UnsafeBuffer image = new UnsafeBuffer(new byte[checkedLength(path, file)]);
            readFully(file, image, 0, image.capacity());
            MetricsDescriptor.check(path, image, image.capacity());
            return new MetricsReader(
                    path, file, clock, image, new Liveness(real, attributes.fileKey(), image));
        } catch (final IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Returns the file's length if a metrics file can have it. */
    private static int checkedLength(Path path, RandomAccessFile file) throws IOException {
        final long bytes = file.length();
        if (bytes < MetricsDescriptor.HEADER_BYTES || bytes > MetricsDescriptor.MAX_FILE_BYTES) {
            final UnsafeBuffer start = new UnsafeBuffer(new byte[Long.BYTES]);
            file.read(start.byteArray());
            final boolean isOurs =
                    start.getLong(MetricsDescriptor.MAGIC_OFFSET) == MetricsDescriptor.MAGIC;
            final String message =
                    path
                            + (isOurs ? " is a damaged metrics file" : " is not a metrics file")
                            + ": its length must be from "
                            + MetricsDescriptor.HEADER_BYTES
                            + " to "
                            + MetricsDescriptor.MAX_FILE_BYTES
                            + " bytes: length="
                            + bytes;
            throw isOurs ? new IOException(message) : new ForeignFileException(message);
        }
        return (int) bytes;
    }

    private static void readFully(RandomAccessFile file, UnsafeBuffer image, int offset, int length)
            throws IOException {
        file.seek(offset);
        file.readFully(image.byteArray(), offset, length);
    }

    /** Reads a part of the file into a buffer. */
    private void refresh(UnsafeBuffer into, int offset, int length) {
        checkOpen();
        try {
            readFully(file, into, offset, length);
            // Later reads must not move before this one.
            VarHandle.acquireFence();
        } catch (final EOFException e) {
            throw new UncheckedIOException(
                    new IOException(
                            path + " was truncated: it had " + image.capacity() + " bytes", e));
        } catch (final IOException e) {
            throw new UncheckedIOException(new IOException(path + " cannot be read", e));
        }
    }

    /** Reads the header again, and keeps it if it is valid. */
    private void refreshHeader() {
        final UnsafeBuffer header = new UnsafeBuffer(new byte[MetricsDescriptor.HEADER_BYTES]);
        refresh(header, 0, header.capacity());
        try {
            MetricsDescriptor.check(path, header, image.capacity());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        image.putBytes(0, header, 0, header.capacity());
    }

    private long refreshSequence() {
        refresh(image, MetricsDescriptor.SEQUENCE, Long.BYTES);
        return image.getLong(MetricsDescriptor.SEQUENCE);
    }

    /**
     * Returns the name that the publisher gave the cache.
     *
     * @return the name.
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
     * Returns the id of the publishing process in its own namespace. In a container, that may be 1.
     *
     * @return the process id.
     */
    public synchronized long processId() {
        checkOpen();
        return image.getLong(MetricsDescriptor.PROCESS_ID);
    }

    /**
     * Returns the interval at which figures are written.
     *
     * @return milliseconds.
     */
    public synchronized long intervalMs() {
        checkOpen();
        return image.getLong(MetricsDescriptor.INTERVAL);
    }

    /**
     * Returns the state of the publisher. It is alive if one of these is true:
     *
     * <ul>
     *   <li>it holds its lock on the path;
     *   <li>its process is visible from here and runs;
     *   <li>its process is not visible from here, and its heartbeat is younger than three intervals
     *       or has changed since this reader last looked.
     * </ul>
     *
     * <p>If another publisher has replaced the file, only the heartbeat counts, together with the
     * process if that is visible.
     *
     * @return the state.
     * @throws UncheckedIOException if the file was truncated or damaged since it was opened.
     */
    public synchronized State state() {
        refreshHeader();
        if (image.getLong(MetricsDescriptor.CLOSED) != 0) {
            return State.CLOSED;
        }
        return liveness.isLive(clock.time()) ? State.LIVE : State.DIED;
    }

    /**
     * Returns whether another process writes this file. For callers that hold the lock of the path:
     * the lock excludes other publishers unless its file was deleted or the file system has no
     * locks.
     */
    synchronized boolean isWrittenByAnother() {
        refreshHeader();
        return image.getLong(MetricsDescriptor.CLOSED) == 0
                && liveness.isOfAnother(clock.time())
                && (liveness.isOfThisNamespace() || moves());
    }

    /** Waits for up to two intervals. Returns whether the publisher wrote meanwhile. */
    private boolean moves() {
        final long ms = Math.min(2 * intervalMs(), MAX_LOOK_MS);
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        final long before = image.getLong(MetricsDescriptor.SEQUENCE);
        do {
            if (refreshSequence() != before) {
                return true;
            }
            LockSupport.parkNanos(PAUSE_NS);
        } while (SystemNanoClock.INSTANCE.nanoTime() - startNs < TimeUnit.MILLISECONDS.toNanos(ms));
        return false;
    }

    /**
     * Returns all figures as they were written at one moment.
     *
     * @return a copy. If the writer has died or stopped during a write, the copy is of the file as
     *     it is, and not {@link MetricsSnapshot#whole}.
     * @throws UncheckedIOException if the file was truncated or damaged since it was opened.
     */
    public synchronized MetricsSnapshot snapshot() {
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        boolean whole;
        do {
            final long before = refreshSequence();
            refreshHeader();
            refresh(
                    image,
                    MetricsDescriptor.HEADER_BYTES,
                    image.capacity() - MetricsDescriptor.HEADER_BYTES);
            whole = (before & 1) == 0 && refreshSequence() == before;
        } while (!whole && SystemNanoClock.INSTANCE.nanoTime() - startNs < PATIENCE_NS);
        return parse(whole);
    }

    /**
     * Returns how the cache began, according to a snapshot of this file.
     *
     * @param snapshot the figures.
     * @return the report, with the beginning of a long reason; empty if the file has none.
     */
    public synchronized Optional<RestartReport> restart(MetricsSnapshot snapshot) {
        final long kind = snapshot.ofCache().getOrDefault(Metric.RESTART_KIND, -1L);
        if (kind < 0 || kind >= RestartReport.Kind.values().length) {
            return Optional.empty();
        }
        return Optional.of(
                new RestartReport(
                        RestartReport.Kind.values()[(int) kind],
                        restartReason,
                        snapshot.get(Metric.RESTART_KEPT),
                        snapshot.get(Metric.RESTART_EXPIRED),
                        snapshot.get(Metric.RESTART_DROPPED),
                        snapshot.get(Metric.RESTART_NS)));
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
                    if (metric == Metric.RESTART_KIND) {
                        restartReason = MetricsDescriptor.restartReason(metadata, at);
                    }
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
