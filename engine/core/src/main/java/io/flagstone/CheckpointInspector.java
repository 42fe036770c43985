// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.CheckpointFileReport;
import io.flagstone.api.CheckpointFileReport.State;
import io.flagstone.api.CheckpointFileReport.Totals;
import io.flagstone.internal.checkpoint.CheckpointFiles;
import io.flagstone.internal.checkpoint.CheckpointReader;
import io.flagstone.internal.checkpoint.DamagedCheckpointException;
import io.flagstone.internal.checkpoint.Superblock;
import io.flagstone.internal.memory.JvmAccess;
import io.flagstone.internal.segment.AgeCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;

/**
 * Reads the files of checkpoints. It opens them for reading only and takes no lock, so it can be
 * used while a cache writes a checkpoint to the directory.
 *
 * <p>Thread-safe: it has no state. Takes eight bytes of heap for each entry of a file.
 */
public final class CheckpointInspector {
    private CheckpointInspector() {}

    /**
     * Returns whether a path is the file of a checkpoint, by its name, or a directory with one.
     *
     * @param path any path.
     * @return whether {@link #inspect} finds something there.
     * @throws IOException if the directory cannot be read.
     */
    public static boolean isCheckpoint(Path path) throws IOException {
        return Files.isDirectory(path)
                ? !CheckpointFiles.newestFirst(path).isEmpty()
                : CheckpointFiles.isName(String.valueOf(path.getFileName()));
    }

    /**
     * Inspects the file of a checkpoint, or all of a directory. Reads all of each file, and checks
     * everything that a cache checks before it restores the checkpoint.
     *
     * @param path the file, or the directory.
     * @return a report for each file, the newest first.
     * @throws IOException if a file does not exist or cannot be read.
     * @throws IllegalStateException if a JVM flag is missing.
     */
    public static List<CheckpointFileReport> inspect(Path path) throws IOException {
        return inspect(path, SystemEpochNanoClock.INSTANCE);
    }

    /** Does the same at the time of a clock. */
    static List<CheckpointFileReport> inspect(Path path, EpochNanoClock clock) throws IOException {
        JvmAccess.check();
        final List<Path> files =
                Files.isDirectory(path) ? CheckpointFiles.newestFirst(path) : List.of(path);
        final List<CheckpointFileReport> reports = new ArrayList<>();
        for (final Path file : files) {
            reports.add(report(file, clock.nanoTime()));
        }
        return reports;
    }

    private static CheckpointFileReport report(Path file, long nowNs) throws IOException {
        final long fileBytes = Files.size(file);
        final AgeCounter ages = new AgeCounter(nowNs);
        try (CheckpointReader reader =
                CheckpointReader.open(file, (deadline, order) -> ages.add(deadline, -order))) {
            final Superblock totals = reader.superblock();
            return new CheckpointFileReport(
                    file,
                    State.WHOLE,
                    "",
                    fileBytes,
                    new Totals(
                            totals.generation(),
                            TimeUnit.NANOSECONDS.toMillis(totals.timeNs()),
                            totals.entries(),
                            totals.bytes()),
                    ages.ages());
        } catch (final DamagedCheckpointException e) {
            return new CheckpointFileReport(
                    file,
                    e.isUnfinished() ? State.UNFINISHED : State.DAMAGED,
                    e.getMessage(),
                    fileBytes,
                    new Totals(0, 0, 0, 0),
                    new AgeCounter(nowNs).ages());
        }
    }
}
