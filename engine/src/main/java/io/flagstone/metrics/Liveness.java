package io.flagstone.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Decides whether the publisher of a file lives, by what the file says and by what can be seen from
 * this process.
 *
 * <p>A process id means something only to processes of the same namespace: in another container the
 * same number is another process, or none. So the id is asked only if the file names the reader's
 * own namespace. A process' start is compared in the kernel's ticks since boot, which do not change
 * when the clock is set.
 */
final class Liveness {
    /** A heartbeat older than so many intervals is stale. */
    private static final int STALE_INTERVALS = 3;

    private static final long MAX_INTERVAL_MS = TimeUnit.HOURS.toMillis(1);
    private static final long GRACE_MS = 500;

    /** The number of the field in proc(5), from 1. */
    private static final int START_TIME = 22;

    private final Path path;
    private final UnsafeBuffer file;

    /** The sequence that was seen last, and since when. */
    private long sequence;

    private long sinceNs;
    private boolean moved;

    Liveness(Path path, UnsafeBuffer file) {
        this.path = path;
        this.file = file;
        this.sequence = file.getLong(MetricsDescriptor.SEQUENCE);
    }

    boolean isLive(long nowMs) {
        look();
        if (PublisherLock.isHeld(path)) {
            return true;
        }
        return isOfThisNamespace() ? isRunning() : isFresh(nowMs) || isMoving();
    }

    /** The same of another process, without regard to the lock. */
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

    /** By the wall clock, which may have been set in either direction. */
    private boolean isFresh(long nowMs) {
        final long ageMs = nowMs - file.getLong(MetricsDescriptor.HEARTBEAT);
        return ageMs >= -staleMs() && ageMs <= staleMs();
    }

    /** By this process' own clock, whatever the wall clock says. */
    private boolean isMoving() {
        return moved
                && SystemNanoClock.INSTANCE.nanoTime() - sinceNs
                        <= TimeUnit.MILLISECONDS.toNanos(staleMs());
    }

    /** Whether the process lives that the file names, and is not another with its id. */
    private boolean isRunning() {
        final long processId = file.getLong(MetricsDescriptor.PROCESS_ID);
        if (ProcessHandle.of(processId).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        final long expected = file.getLong(MetricsDescriptor.PROCESS_START);
        final long ticks = startTicks(processId);
        return expected == 0 || ticks == 0 || ticks == expected;
    }

    /** When a process started, in the kernel's ticks since boot; 0 where that cannot be told. */
    static long startTicks(long processId) {
        try {
            final String stat = Files.readString(Path.of("/proc/" + processId + "/stat"));
            // The second field is the program's name, which may contain anything.
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[START_TIME - 3]);
        } catch (final IOException | RuntimeException e) {
            return 0;
        }
    }

    /** The number of the namespace of process ids that this process is in; 0 if unknown. */
    static long ownNamespace() {
        try {
            // "pid:[4026531836]"
            final String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
        } catch (final IOException | RuntimeException e) {
            return 0;
        }
    }
}
