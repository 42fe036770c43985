// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.internal.checkpoint.CheckpointFiles;
import io.flagstone.internal.checkpoint.CheckpointReader;
import io.flagstone.internal.checkpoint.RecordDescriptor;
import io.flagstone.internal.checkpoint.StoredRecord;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.TimesToLive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Loads a checkpoint into the segments of a new cache, the least recently used entry first. So the
 * order of use survives, and a smaller cache keeps the entries that were used most recently.
 *
 * <p>Deadlines are moments of the wall clock. If that clock shows an earlier time than the
 * checkpoint, the time of the checkpoint counts, so no expired entry becomes alive again and no
 * entry lives longer than it had left.
 *
 * <p>A cache that follows another keeps expired entries too, which its reads hide. The changes that
 * it is told next may extend their deadlines.
 */
final class Restore {
    private final Segment[] segments;
    private final SegmentConfig config;
    private final EpochNanoClock epochClock;
    private final boolean follows;
    private final List<String> problems = new ArrayList<>();
    private final StoredRecord stored = new StoredRecord();
    private long expired;

    Restore(Segment[] segments, SegmentConfig config, EpochNanoClock epochClock) {
        this.segments = segments;
        this.config = config;
        this.epochClock = epochClock;
        this.follows = config.times().following().isOn();
    }

    /**
     * Loads the newest whole checkpoint.
     *
     * @param path a directory of checkpoints, or the file of one.
     * @return the report, which is cold if there is none.
     */
    RestartReport load(Path path) {
        final long startNs = config.times().clock().nanoTime();
        long kept = 0;
        long entries = 0;
        boolean restored = false;
        try (CheckpointReader reader = CheckpointFiles.openNewest(path, problems::add)) {
            if (reader != null) {
                entries = reader.superblock().entries();
                load(reader);
                restored = true;
                for (final Segment segment : segments) {
                    kept += segment.size();
                }
            }
        } catch (final IOException e) {
            problems.add("the checkpoint cannot be read: " + e.getMessage());
        } finally {
            if (!restored) {
                empty();
            }
        }
        return new RestartReport(
                restored ? Kind.RESTORED : Kind.COLD,
                String.join("; ", problems),
                restored ? kept : 0,
                restored ? expired : 0,
                restored ? entries - expired - kept : 0,
                config.times().clock().nanoTime() - startNs);
    }

    /** Removes what was loaded before the file turned out to be damaged. */
    private void empty() {
        for (final Segment segment : segments) {
            if (segment.size() != 0) {
                segment.clear();
            }
        }
    }

    private void load(CheckpointReader reader) throws IOException {
        final long imageNs = reader.superblock().timeNs();
        final ClockPair now = ClockPair.read(config.times().clock(), epochClock);
        final long sinceBirthNs = now.clockNs() - config.times().birthNs();
        long epochNs = now.wallNs();
        if (epochNs < imageNs) {
            problems.add(
                    "the wall clock is "
                            + (imageNs - epochNs)
                            + " ns behind the checkpoint, whose time counts instead");
            epochNs = imageNs;
        }
        while (reader.next(stored)) {
            if (stored.deadlineNs() <= epochNs && !follows) {
                expired++;
            } else {
                final long deadlineNs =
                        stored.deadlineNs() == RecordDescriptor.NO_DEADLINE
                                ? TimesToLive.NONE
                                : sinceBirthNs + (stored.deadlineNs() - epochNs);
                put(Math.max(0, deadlineNs));
            }
        }
    }

    private void put(long deadlineNs) {
        final UnsafeBuffer key = stored.key();
        final UnsafeBuffer value = stored.value();
        final long hash = config.hash().hash(key.byteArray(), key.addressOffset(), key.capacity());
        final int bits = Integer.numberOfTrailingZeros(segments.length);
        try {
            segments[KeyedHash.segment(hash, bits)].load(
                    hash,
                    key.byteArray(),
                    key.addressOffset(),
                    EntryLengths.of(key.capacity(), value.capacity()),
                    value.byteArray(),
                    value.addressOffset(),
                    deadlineNs,
                    stored.isSliding());
        } catch (final EntryTooLargeException ignored) {
            // It counts as dropped, as it is not among the entries that are kept.
            return;
        }
    }
}
