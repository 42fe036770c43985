// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.CacheBuild.Plan;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.internal.events.CacheOpened;
import io.flagstone.internal.events.CacheRestarted;
import io.flagstone.internal.files.CacheDirectory;
import io.flagstone.internal.files.FileSetting;
import io.flagstone.internal.files.ProcessIdentity;
import io.flagstone.internal.files.Superblock;
import io.flagstone.internal.files.Superblock.DoubtfulFileException;
import io.flagstone.internal.files.Superblock.State;
import io.flagstone.internal.memory.RegionFile;
import io.flagstone.internal.memory.SharedWork;
import io.flagstone.internal.segment.RecoveryCounts;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.SegmentDamagedException;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Opens a cache in a directory. It continues the file that is there, or begins an empty one and
 * moves the old file aside.
 *
 * <p><em>A file that is doubtful in any way is not used.</em> The reason goes into the report. The
 * old file stays in its place until a new one is complete.
 *
 * <p>Deadlines are nanoseconds since a cache's birth, and the file has the wall-clock time of that
 * moment. The clock of the new process is set so that the time since birth goes on with the wall
 * clock, but never falls behind a time that a segment has acted on, nor behind the time at which
 * the file was closed. So a wall clock that ran backwards makes nothing live again.
 *
 * <p>Used once, by one thread.
 */
final class Restart {
    /** A wall clock that is behind by less is not worth a word: the clocks are read in turn. */
    private static final long TOLERANCE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CacheBuild build;
    private final Settings settings;
    private final CacheDirectory directory;
    private final ProcessIdentity process;
    private final EpochNanoClock epochClock;
    private final NanoClock clock;
    private final long startNs = SystemNanoClock.INSTANCE.nanoTime();
    private final StringBuilder reason = new StringBuilder();
    private RegionFile file;
    private Plan plan;
    private Superblock wanted;
    private Kind kind;
    private long kept;
    private long expired;
    private long dropped;

    private Restart(
            CacheBuild build,
            Settings settings,
            CacheDirectory directory,
            ProcessIdentity process) {
        this.build = build;
        this.settings = settings;
        this.directory = directory;
        this.process = process;
        this.epochClock = settings.value(Parameter.EPOCH_CLOCK, SystemEpochNanoClock.INSTANCE);
        this.clock = build.clock();
    }

    /**
     * Opens a cache.
     *
     * @throws IllegalArgumentException if the configuration is wrong.
     * @throws IllegalStateException if the directory cannot be used, or if the cache would begin
     *     empty and must not.
     */
    static OffHeapCache open(CacheBuild build, Settings settings, Path path) {
        final ProcessIdentity process = ProcessIdentity.own();
        final CacheDirectory directory = CacheDirectory.lock(path, process);
        final Restart restart = new Restart(build, settings, directory, process);
        OffHeapCache cache = null;
        try {
            cache = restart.run();
        } finally {
            if (cache == null) {
                restart.giveUp();
            }
        }
        restart.tell(cache.restartReport().orElseThrow());
        return cache;
    }

    private void giveUp() {
        closeFile();
        try {
            directory.close();
        } catch (final IOException e) {
            // The exception that ended the build matters more.
            return;
        }
    }

    private void closeFile() {
        final RegionFile open = file;
        file = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (final IOException e) {
            // Nothing is lost: the regions are mapped, and nobody uses them any more.
            return;
        }
    }

    private OffHeapCache run() {
        final Superblock old = read();
        plan = build.plan(segmentsToKeep(old));
        wanted = superblock(old);
        OffHeapCache cache = null;
        if (old != null) {
            final String differences = old.differences(wanted);
            if (!differences.isEmpty()) {
                note("the file has another configuration: " + differences);
            } else if (isTrusted(old)) {
                cache = continued(old);
            }
        }
        if (cache != null) {
            return cache;
        }
        if (settings.isOn(Parameter.REQUIRE_WARM)) {
            throw new IllegalStateException(
                    "requireWarm is set and there is nothing to continue from: file="
                            + directory.file()
                            + ": "
                            + (reason.isEmpty() ? "there is no file" : reason));
        }
        return cold();
    }

    /** Reads the superblock. Returns null, and notes the reason, if there is no usable one. */
    private Superblock read() {
        if (!directory.hasFile()) {
            return null;
        }
        try {
            return Superblock.read(directory.file(), SegmentLayout.VERSION);
        } catch (final DoubtfulFileException e) {
            note(e.getMessage());
            return null;
        } catch (final IOException e) {
            throw new IllegalStateException(
                    "the cache's file must be readable: file=" + directory.file() + ": " + e, e);
        }
    }

    private void note(String text) {
        reason.append(reason.isEmpty() ? "" : "; ").append(text);
    }

    /**
     * Returns the number of segments of the file, which is that of a machine with another number of
     * processors, unless the rest of the file differs anyway.
     */
    private Integer segmentsToKeep(Superblock old) {
        return old != null
                        && settings.isUnset(Parameter.SEGMENTS)
                        && old.get(FileSetting.MEMORY_BYTES)
                                == settings.number(Parameter.MEMORY_BYTES)
                ? (Integer) (int) old.get(FileSetting.SEGMENTS)
                : null;
    }

    /** Returns a superblock with the configuration of this cache. */
    private Superblock superblock(Superblock old) {
        final SegmentLayout layout = plan.layout();
        final SizeClasses classes = layout.classes();
        final Long seed = settings.number(Parameter.HASH_SEED);
        final boolean slides =
                settings.number(Parameter.EXPIRE_AFTER_ACCESS_NS) != OffHeapCache.NO_TTL;
        return new Superblock(SegmentLayout.VERSION)
                .set(FileSetting.MEMORY_BYTES, plan.sizing().memoryBytes())
                .set(FileSetting.SEGMENTS, plan.sizing().segments())
                .set(FileSetting.REGION_BYTES, layout.regionBytes())
                .set(FileSetting.SLAB_BYTES, classes.slabBytes())
                .set(FileSetting.SLABS, layout.slabs())
                .set(FileSetting.BUCKETS, layout.buckets())
                .set(FileSetting.MAX_ENTRY_BYTES, classes.maxEntryBytes())
                .set(FileSetting.MAX_ENTRIES, plan.sizing().maxEntries())
                .set(FileSetting.EXPECTED_ENTRY_BYTES, plan.sizing().expectedEntryBytes())
                .set(FileSetting.TICK_NS, settings.number(Parameter.TICK_NS))
                .set(FileSetting.ADMISSION_FILTER, layout.isFiltered() ? 1 : 0)
                .set(FileSetting.SLIDING, slides ? 1 : 0)
                .set(
                        FileSetting.HASH_SEED,
                        seed != null
                                ? seed
                                : old != null
                                        ? old.get(FileSetting.HASH_SEED)
                                        : new SecureRandom().nextLong())
                .setChunkBytes(classes.chunkBytes());
    }

    /** Returns whether the regions are as the last owner left them. Notes the reason if not. */
    private boolean isTrusted(Superblock old) {
        if (old.state() == State.CLEAN || process.isSameBoot(old.owner())) {
            return true;
        }
        note(
                "the cache was not closed, and the machine was started since, or is another one:"
                        + " parts of the file may be missing");
        return false;
    }

    /** Continues the file. Returns null, and notes the reason, if its regions are doubtful. */
    private OffHeapCache continued(Superblock old) {
        final CacheOpened opened = new CacheOpened();
        final CacheRestarted restarted = new CacheRestarted();
        try {
            file =
                    RegionFile.open(
                            directory.file(),
                            plan.sizing().segments(),
                            plan.layout().regionBytes());
            final long birthNs = clock.nanoTime() - timeNs(old);
            final SegmentConfig config = config(birthNs);
            final Segment[] segments =
                    CacheBuild.segments(file.regions(), config, plan.sizing()::maxEntries);
            if (old.state() == State.CLEAN) {
                attach(segments);
            } else {
                recover(segments, clock.nanoTime());
            }
            touch();
            markOpen(birthNs);
            return finish(segments, config, birthNs, opened, restarted);
        } catch (final SegmentDamagedException e) {
            note("the file is damaged: " + e.getMessage());
        } catch (final InternalError e) {
            note("the file's device has no room for all of it: " + e);
        } catch (final IOException e) {
            throw new IllegalStateException(
                    "the cache's file must be writable: file=" + directory.file() + ": " + e, e);
        }
        closeFile();
        return null;
    }

    private SegmentConfig config(long birthNs) {
        return build.segmentConfig(
                plan.layout(),
                plan.sizing().segments(),
                wanted.get(FileSetting.HASH_SEED),
                birthNs);
    }

    /** Returns the time at which the regions continue, in nanoseconds since the cache's birth. */
    private long timeNs(Superblock old) {
        final long byWallClock = epochClock.nanoTime() - old.epochNs();
        final long least =
                Math.max(CacheFiles.latestTimeNs(file.regions()), old.changedNs() - old.epochNs());
        if (byWallClock < least - TOLERANCE_NS) {
            note(
                    "the wall clock is behind the time at which the file was last used, so no time"
                            + " passes for its entries until now: behindNs="
                            + (least - byWallClock));
        }
        return Math.max(byWallClock, least);
    }

    private void attach(Segment[] segments) {
        kind = Kind.WARM;
        if (settings.isOn(Parameter.VERIFY)) {
            inParallel(segments.length, number -> Segment.checkSeal(file.regions()[number]));
        }
        for (final Segment segment : segments) {
            segment.attach();
            kept += segment.size();
        }
    }

    /** Recovers all segments at the same time. */
    private void recover(Segment[] segments, long nowNs) {
        kind = Kind.RECOVERED;
        final RecoveryCounts[] counts = new RecoveryCounts[segments.length];
        inParallel(
                segments.length, number -> counts[number] = segments[number].recoverEntries(nowNs));
        for (final RecoveryCounts count : counts) {
            kept += count.kept();
            expired += count.expired();
            dropped += count.dropped();
        }
    }

    /** Does something with all regions at the same time, and reports the progress in bytes. */
    private void inParallel(int count, SharedWork.Part part) {
        final long regionBytes = plan.layout().regionBytes();
        final Throwable failure =
                SharedWork.run(count, part, done -> build.progress().accept(done * regionBytes));
        if (failure instanceof RuntimeException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        }
    }

    private void touch() {
        if (plan.sizing().hugePages()) {
            file.requestHugePages();
        }
        if (settings.isOn(Parameter.PRETOUCH)) {
            file.touch(build.progress());
        }
    }

    /** Marks the file as open, on the device too, before anything in it changes. */
    private void markOpen(long birthNs) throws IOException {
        final long wallNs = epochClock.nanoTime();
        wanted.setOwner(process);
        wanted.setState(State.OPEN, wallNs - (clock.nanoTime() - birthNs), wallNs);
        wanted.write(file);
        file.forceFirstPage();
    }

    /** Begins an empty cache in a new file. */
    private OffHeapCache cold() {
        final CacheOpened opened = new CacheOpened();
        final CacheRestarted restarted = new CacheRestarted();
        kind = Kind.COLD;
        kept = 0;
        expired = 0;
        dropped = 0;
        final List<String> gone = directory.hasFile() ? directory.makeRoomAside() : List.of();
        final long birthNs = clock.nanoTime();
        final SegmentConfig config = config(birthNs);
        final Segment[] segments;
        boolean published = false;
        try {
            file =
                    directory.create(
                            plan.sizing().segments(),
                            plan.layout().regionBytes(),
                            build.progress());
            touch();
            segments = CacheBuild.segments(file.regions(), config, plan.sizing()::maxEntries);
            for (final Segment segment : segments) {
                segment.format();
            }
            markOpen(birthNs);
            publish(gone);
            published = true;
        } catch (final IOException e) {
            throw new IllegalStateException(
                    "the cache's file must be writable: file=" + directory.file() + ": " + e, e);
        } finally {
            if (!published) {
                directory.discard();
            }
        }
        return finish(segments, config, birthNs, opened, restarted);
    }

    private void publish(List<String> gone) {
        final Path aside = directory.publish(TimeUnit.NANOSECONDS.toMillis(epochClock.nanoTime()));
        if (aside != null) {
            note("the old file is now " + aside.getFileName());
        }
        if (!gone.isEmpty()) {
            note("older ones were deleted: " + String.join(", ", gone));
        }
    }

    private OffHeapCache finish(
            Segment[] segments,
            SegmentConfig config,
            long birthNs,
            CacheOpened opened,
            CacheRestarted restarted) {
        final RestartReport report =
                new RestartReport(
                        kind,
                        reason.toString(),
                        kept,
                        expired,
                        dropped,
                        SystemNanoClock.INSTANCE.nanoTime() - startNs);
        final CacheFiles files =
                new CacheFiles(directory, file, wanted, epochClock, clock, birthNs);
        final OffHeapCache cache =
                new OffHeapCache(
                        segments,
                        config,
                        plan.sizing().memoryBytes(),
                        plan.sizing().hugePages(),
                        build.effective(plan),
                        files,
                        report);
        final long id = config.events().cache();
        opened.finish(id, plan.sizing().memoryBytes(), segments.length);
        restarted.finish(id, kind.name(), report.reason(), kept, expired, dropped);
        return cache;
    }

    private void tell(RestartReport report) {
        final Consumer<RestartReport> listener =
                settings.value(Parameter.RESTART_LISTENER, RestartLog::tell);
        try {
            listener.accept(report);
        } catch (final RuntimeException e) {
            build.errorHandler().onError(e);
        }
    }
}
