// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.internal.files.CacheDirectory;
import io.flagstone.internal.files.Superblock;
import io.flagstone.internal.files.Superblock.State;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.RegionFile;
import io.flagstone.internal.memory.SharedWork;
import io.flagstone.internal.memory.Uninterrupted;
import io.flagstone.internal.segment.Segment;
import java.io.IOException;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * The files of an open cache: the locked directory, the mapped file, and its superblock.
 *
 * <p>The superblock says that the file is open before anything in it changes, and that it is clean
 * after everything is on the device. The lock is released last.
 *
 * <p>Thread-safe.
 */
final class CacheFiles {
    private final CacheDirectory directory;
    private final RegionFile file;
    private final Superblock superblock;
    private final EpochNanoClock epochClock;
    private final NanoClock clock;
    private final long birthNs;
    private boolean closed;

    CacheFiles(
            CacheDirectory directory,
            RegionFile file,
            Superblock superblock,
            EpochNanoClock epochClock,
            NanoClock clock,
            long birthNs) {
        this.directory = directory;
        this.file = file;
        this.superblock = superblock;
        this.epochClock = epochClock;
        this.clock = clock;
        this.birthNs = birthNs;
    }

    /** Tells the error handler that a file was not closed as it should have been. */
    static final class NotClosedException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        NotClosedException(CacheDirectory directory, Throwable cause) {
            super(
                    "the cache's file could not be closed, and the next cache will recover it:"
                            + " file="
                            + directory.file(),
                    cause);
        }
    }

    /**
     * Returns the latest time that any segment has acted on.
     *
     * @return nanoseconds since the cache's birth.
     */
    static long latestTimeNs(Region[] regions) {
        long latest = 0;
        for (final Region region : regions) {
            latest = Math.max(latest, Segment.latestTimeNs(region));
        }
        return latest;
    }

    /** Closes the files after all segments are closed. Closing again does nothing. */
    synchronized void close(ErrorHandler errorHandler) {
        if (closed) {
            return;
        }
        closed = true;
        Throwable failure = null;
        try (directory;
                file) {
            final long latest = latestTimeNs(file.regions());
            final ClockPair now = ClockPair.read(clock, epochClock);
            Uninterrupted.run(() -> markClean(now, latest));
        } catch (final IOException | RuntimeException | InternalError e) {
            failure = e;
        }
        if (failure != null) {
            errorHandler.onError(new NotClosedException(directory, failure));
        }
    }

    /** Stores the checksums of regions whose segments are closed, of all at the same time. */
    static void seal(Region[] regions) {
        final Throwable failure =
                SharedWork.run(regions.length, number -> Segment.seal(regions[number]), done -> {});
        if (failure != null) {
            throw new IllegalStateException("a region could not be sealed", failure);
        }
    }

    /** An InternalError out of this comes from a page that the file does not have any more. */
    private Void markClean(ClockPair now, long latestNs) throws IOException {
        // A clock that ran backwards has not caught up with the latest time yet.
        final long behind = Math.max(0, latestNs - (now.clockNs() - birthNs));
        seal(file.regions());
        file.forceRegions();
        superblock.setState(State.CLEAN, now.wallNs(birthNs) - behind, now.wallNs());
        superblock.write(file);
        file.forceFirstPage();
        return null;
    }
}
