// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.files.FileSetting;
import io.flagstone.internal.files.ProcessIdentity;
import io.flagstone.internal.files.Superblock;
import io.flagstone.internal.files.Superblock.State;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.RegionFile;
import io.flagstone.internal.memory.SharedWork;
import io.flagstone.internal.segment.EntryCursor;
import io.flagstone.internal.segment.RecoveryCounts;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.SegmentDamagedException;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.function.LongConsumer;

/**
 * The entries of a file that a cache of another configuration takes over.
 *
 * <p>They are moved the least recently used first, so a smaller cache keeps those that were used
 * most recently. Within a segment the order is exact. The segments of the old cache take part in
 * proportion to their entries, so that none is older as a whole.
 */
final class OldEntries {
    private final RegionFile file;
    private final Superblock superblock;
    private final SegmentConfig config;
    private final ProcessIdentity process;
    private final Segment[] segments;
    private final boolean closed;
    private RecoveryCounts found;

    /**
     * Prepares to read a file.
     *
     * @param config the file's own configuration.
     * @param process this process.
     */
    OldEntries(
            RegionFile file, Superblock superblock, SegmentConfig config, ProcessIdentity process) {
        this.file = file;
        this.superblock = superblock;
        this.config = config;
        this.process = process;
        this.segments =
                CacheBuild.segments(file.regions(), config, segment -> share(superblock, segment));
        this.closed = superblock.state() == State.CLEAN;
    }

    /** Thrown if a recovery fails in a way that was not foreseen. */
    static final class UnrecoverableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnrecoverableException(Throwable cause) {
            super("a segment could not be recovered: " + cause, cause);
        }
    }

    /**
     * Returns the layout of a file's segments.
     *
     * @return null if this code divides that configuration in another way.
     */
    static SegmentLayout layout(Superblock old) {
        final SegmentLayout layout = divide(old);
        return layout.slabs() == old.get(FileSetting.SLABS)
                        && layout.buckets() == old.get(FileSetting.BUCKETS)
                ? layout
                : null;
    }

    /** Divides the segments of a file by this code. */
    static SegmentLayout divide(Superblock old) {
        return SegmentLayout.divide(
                (int) old.get(FileSetting.REGION_BYTES),
                SizeClasses.ofChunks(
                        (int) old.get(FileSetting.SLAB_BYTES),
                        (int) old.get(FileSetting.MAX_ENTRY_BYTES),
                        old.chunkBytes()),
                (int) old.get(FileSetting.EXPECTED_ENTRY_BYTES),
                share(old, 0),
                old.get(FileSetting.ADMISSION_FILTER) != 0,
                true);
    }

    /** Returns the share of a segment in the bound in entries of a file. */
    static long share(Superblock old, int segment) {
        return Sizing.share(
                old.get(FileSetting.MAX_ENTRIES), (int) old.get(FileSetting.SEGMENTS), segment);
    }

    /**
     * Opens the segments. A process that is killed from now on leaves a file that was not closed.
     *
     * @param progress receives the bytes recovered, if the file was not closed.
     */
    void open(LongConsumer progress) throws IOException {
        final ProcessIdentity owner = superblock.owner();
        if (closed) {
            mark(State.OPEN, process);
            superblock.setOwner(owner);
        }
        found =
                closed
                        ? attach(segments)
                        : recover(segments, config.times().clock().nanoTime(), progress);
    }

    /** Marks a file that was closed as closed again, after its entries could not be moved. */
    void close() throws IOException {
        if (closed) {
            CacheFiles.seal(file.regions());
            file.forceRegions();
            mark(State.CLEAN, superblock.owner());
        }
    }

    private void mark(State state, ProcessIdentity owner) throws IOException {
        superblock.setOwner(owner);
        superblock.setState(state, superblock.epochNs(), superblock.changedNs());
        superblock.write(file);
        file.forceFirstPage();
    }

    /** Continues all segments of a file that was closed. */
    static RecoveryCounts attach(Segment[] segments) {
        long entries = 0;
        for (final Segment segment : segments) {
            segment.attach();
            entries += segment.size();
        }
        return new RecoveryCounts(entries, 0, 0);
    }

    /**
     * Checks the seals of all regions of a file at the same time.
     *
     * @param progress receives the bytes checked so far.
     */
    static void checkSeals(Region[] regions, LongConsumer progress) {
        inParallel(
                regions.length,
                number -> Segment.checkSeal(regions[number]),
                done -> progress.accept(done * (long) regions[0].capacity()));
    }

    private static void inParallel(int count, SharedWork.Part part, SharedWork.Progress progress) {
        final Throwable failure = SharedWork.run(count, part, progress);
        if (failure instanceof SegmentDamagedException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        } else if (failure != null) {
            throw new UnrecoverableException(failure);
        }
    }

    /**
     * Recovers all segments of a file at the same time.
     *
     * @param nowNs the present time of the cache's clock.
     * @param progress receives the bytes recovered so far.
     */
    static RecoveryCounts recover(Segment[] segments, long nowNs, LongConsumer progress) {
        final RecoveryCounts[] counts = new RecoveryCounts[segments.length];
        inParallel(
                segments.length,
                number -> counts[number] = segments[number].recoverEntries(nowNs),
                done -> progress.accept(done * segments[0].regionBytes()));
        long kept = 0;
        long expired = 0;
        long dropped = 0;
        for (final RecoveryCounts one : counts) {
            kept += one.kept();
            expired += one.expired();
            dropped += one.dropped();
        }
        return new RecoveryCounts(kept, expired, dropped);
    }

    /**
     * Writes the entries to other segments.
     *
     * @param nowNs the time since the birth of both caches.
     * @return the counts: dropped are entries that were unfinished, are too large, or had no room.
     */
    RecoveryCounts moveTo(Segment[] targets, SegmentConfig wanted, long nowNs) {
        final EntryCursor[] cursors = new EntryCursor[segments.length];
        long rounds = 0;
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = segments[i].entriesByUse();
            rounds = Math.max(rounds, segments[i].size());
        }
        long expired = 0;
        for (long round = 0; round < rounds; round++) {
            for (int i = 0; i < cursors.length; i++) {
                final long size = segments[i].size();
                // The segment has passed round x size / rounds entries.
                final long due = (round + 1) * size / rounds - round * size / rounds;
                if (due > 0 && cursors[i].advance() && !move(cursors[i], targets, wanted, nowNs)) {
                    expired++;
                }
            }
        }
        Reference.reachabilityFence(segments);
        long kept = 0;
        for (final Segment target : targets) {
            kept += target.size();
        }
        return new RecoveryCounts(
                kept, found.expired() + expired, found.dropped() + found.kept() - expired - kept);
    }

    /** Writes an entry. Returns false if its deadline has passed. */
    private static boolean move(
            EntryCursor entry, Segment[] targets, SegmentConfig config, long nowNs) {
        if (entry.deadlineNs() <= nowNs) {
            return false;
        }
        final long hash =
                config.hash().hash(null, entry.keyAddress(), EntryLengths.key(entry.lengths()));
        final int bits = Integer.numberOfTrailingZeros(targets.length);
        try {
            targets[KeyedHash.segment(hash, bits)].load(
                    hash,
                    null,
                    entry.keyAddress(),
                    entry.lengths(),
                    null,
                    entry.valueAddress(),
                    entry.deadlineNs(),
                    entry.isSliding());
        } catch (final EntryTooLargeException ignored) {
            // It counts as dropped, as it is not among the entries that are kept.
            return true;
        }
        return true;
    }
}
