// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

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
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

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
     * @param path of the file.
     * @return to be closed.
     * @throws IOException if there is no such file, or it is no metrics file, is damaged, or has a
     *     layout of another version; the message says which, and what was found.
     */
    public static MetricsReader open(Path path) throws IOException {
        return open(path, SystemEpochClock.INSTANCE);
    }

    static MetricsReader open(Path path, EpochClock clock) throws IOException {
        // The lock of a file that is opened by a link is beside the file.
        final Path real = path.toRealPath();
        final BasicFileAttributes attributes =
                Files.readAttributes(real, BasicFileAttributes.class);
        // A pipe would block whoever opens it.
        if (!attributes.isRegularFile()) {
            throw new ForeignFileException(path + " is no metrics file: it is no regular file");
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

    /** The file's length, if that may be one of a metrics file. */
    private static int checkedLength(Path path, RandomAccessFile file) throws IOException {
        final long bytes = file.length();
        if (bytes < MetricsDescriptor.HEADER_BYTES || bytes > MetricsDescriptor.MAX_FILE_BYTES) {
            final UnsafeBuffer start = new UnsafeBuffer(new byte[Long.BYTES]);
            file.read(start.byteArray());
            final boolean isOurs =
                    start.getLong(MetricsDescriptor.MAGIC_OFFSET) == MetricsDescriptor.MAGIC;
            final String message =
                    path
                            + (isOurs ? " is a damaged metrics file" : " is no metrics file")
                            + ": it has "
                            + bytes
                            + " bytes, not from "
                            + MetricsDescriptor.HEADER_BYTES
                            + " to "
                            + MetricsDescriptor.MAX_FILE_BYTES;
            throw isOurs ? new IOException(message) : new ForeignFileException(message);
        }
        return (int) bytes;
    }

    private static void readFully(RandomAccessFile file, UnsafeBuffer image, int offset, int length)
            throws IOException {
        file.seek(offset);
        file.readFully(image.byteArray(), offset, length);
    }

    /** Reads a part of the file again. */
    private void refresh(UnsafeBuffer into, int offset, int length) {
        checkOpen();
        try {
            readFully(file, into, offset, length);
            // What is read later was written no earlier.
            VarHandle.acquireFence();
        } catch (final EOFException e) {
            throw new UncheckedIOException(
                    new IOException(
                            path + " was cut short: it had " + image.capacity() + " bytes", e));
        } catch (final IOException e) {
            throw new UncheckedIOException(new IOException(path + " cannot be read", e));
        }
    }

    /** Reads the header again, and believes it if it is still one. */
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
     * its process can be seen from here and lives; or, if its process cannot be seen from here, if
     * its heartbeat is younger than three intervals or has moved since this reader last looked. A
     * file that another publisher has replaced is not written any more.
     *
     * @return the state.
     * @throws UncheckedIOException if the file was cut short or damaged since it was opened.
     */
    public synchronized State state() {
        refreshHeader();
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
        refreshHeader();
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
     * @return a copy; if the writer has died or stood still while it wrote, what is there, which is
     *     then not {@link MetricsSnapshot#whole}.
     * @throws UncheckedIOException if the file was cut short or damaged since it was opened.
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
