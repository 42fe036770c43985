// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Decides whether the publisher of a file is alive, from the contents of the file and from the
 * processes that are visible here.
 *
 * <p>A process id is valid only within its namespace. In another container, on another machine, or
 * after a reboot, the same number is another process or none. So the id is used only if the file
 * has the reader's own namespace and boot. The start of a process is compared in the kernel's ticks
 * since boot, which do not change when the clock is set.
 */
final class Liveness {
    /** A heartbeat older than this number of intervals is stale. */
    private static final int STALE_INTERVALS = 3;

    private static final long MAX_INTERVAL_MS = TimeUnit.HOURS.toMillis(1);
    private static final long GRACE_MS = 500;

    /** The numbers of fields in proc(5), from 1. */
    private static final int STATE = 3;

    private static final int START_TIME = 22;

    private final Path path;

    /**
     * Identifies the file, even if another file takes its path later; null if that is unsupported.
     */
    private final Object fileKey;

    private final UnsafeBuffer file;

    /** The last sequence seen, and the time at which it was first seen. */
    private long sequence;

    private long sinceNs;
    private boolean moved;

    /**
     * Creates the state for one reader.
     *
     * @param path the path of the file, without links.
     * @param fileKey the key of the file.
     * @param file the bytes that the reader read last.
     */
    Liveness(Path path, Object fileKey, UnsafeBuffer file) {
        this.path = path;
        this.fileKey = fileKey;
        this.file = file;
        this.sequence = file.getLong(MetricsDescriptor.SEQUENCE);
    }

    boolean isLive(long nowMs) {
        look();
        final boolean writes = isFresh(nowMs) || isMoving();
        if (isReplaced()) {
            // The lock, and maybe the process, belong to the file that has the path now.
            return writes && (!isOfThisNamespace() || isRunning());
        }
        return PublisherLock.isHeld(path) || (isOfThisNamespace() ? isRunning() : writes);
    }

    /** Returns whether another file has the path now. */
    private boolean isReplaced() {
        try {
            final Object now = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return fileKey != null && !fileKey.equals(now);
        } catch (final IOException e) {
            // The file was deleted, which its publisher does not notice.
            return false;
        }
    }

    /** Returns whether another process is alive that writes the file. Ignores the lock. */
    boolean isOfAnother(long nowMs) {
        if (isOfThisNamespace()) {
            final long processId = file.getLong(MetricsDescriptor.PROCESS_ID);
            return processId != ProcessHandle.current().pid() && isRunning();
        }
        return isFresh(nowMs);
    }

    boolean isOfThisNamespace() {
        final long namespace = file.getLong(MetricsDescriptor.NAMESPACE);
        return namespace != 0 && namespace == ownNamespace();
    }

    private void look() {
        final long now = file.getLong(MetricsDescriptor.SEQUENCE);
        if (now != sequence) {
            sequence = now;
            sinceNs = SystemNanoClock.INSTANCE.nanoTime();
            moved = true;
        }
    }

    private long staleMs() {
        final long intervalMs = file.getLong(MetricsDescriptor.INTERVAL);
        return STALE_INTERVALS * Math.min(intervalMs, MAX_INTERVAL_MS) + GRACE_MS;
    }

    /** Compares the heartbeat with the wall clock, which may have been set in either direction. */
    private boolean isFresh(long nowMs) {
        final long ageMs = nowMs - file.getLong(MetricsDescriptor.HEARTBEAT);
        return ageMs >= -staleMs() && ageMs <= staleMs();
    }

    /** Returns whether the sequence changed recently by this process' monotonic clock. */
    private boolean isMoving() {
        return moved
                && SystemNanoClock.INSTANCE.nanoTime() - sinceNs
                        <= TimeUnit.MILLISECONDS.toNanos(staleMs());
    }

    /** Returns whether the file's process is alive, and not another process with the same id. */
    private boolean isRunning() {
        final long processId = file.getLong(MetricsDescriptor.PROCESS_ID);
        if (ProcessHandle.of(processId).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        final String[] fields = stat(processId);
        if (fields.length == 0) {
            return true;
        }
        // A process that has ended keeps its id until its parent waits for it.
        final String state = fields[0];
        final long expected = file.getLong(MetricsDescriptor.PROCESS_START);
        return !state.equals("Z")
                && !state.equals("X")
                && (expected == 0 || startTicks(fields) == expected);
    }

    /** Returns the start of a process in the kernel's ticks since boot, or 0 if unknown. */
    static long startTicks(long processId) {
        final String[] fields = stat(processId);
        return fields.length == 0 ? 0 : startTicks(fields);
    }

    private static long startTicks(String[] fields) {
        return Long.parseLong(fields[START_TIME - STATE]);
    }

    /** Returns the fields of proc(5) from the state on, or none if they cannot be read. */
    private static String[] stat(long processId) {
        try {
            final String stat = Files.readString(Path.of("/proc/" + processId + "/stat"));
            // The second field is the program's name, which may contain anything.
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        } catch (final IOException | RuntimeException e) {
            return new String[0];
        }
    }

    /**
     * Returns a number for this process' namespace of process ids. It differs between containers,
     * machines and boots; 0 if unknown.
     */
    static long ownNamespace() {
        try {
            // For example "pid:[4026531836]", the first namespace of every machine.
            final String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            final UUID boot =
                    UUID.fromString(
                            Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim());
            return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')))
                    ^ boot.getMostSignificantBits()
                    ^ boot.getLeastSignificantBits();
        } catch (final IOException | RuntimeException e) {
            return 0;
        }
    }
}
