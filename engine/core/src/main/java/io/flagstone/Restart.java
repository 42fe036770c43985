// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.CacheBuild.Plan;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.internal.events.CacheEvents;
import io.flagstone.internal.files.CacheDirectory;
import io.flagstone.internal.files.FileSetting;
import io.flagstone.internal.files.ProcessIdentity;
import io.flagstone.internal.files.Superblock;
import io.flagstone.internal.files.Superblock.DoubtfulFileException;
import io.flagstone.internal.files.Superblock.State;
import io.flagstone.internal.memory.RegionFile;
import io.flagstone.internal.segment.RecoveryCounts;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.SegmentDamagedException;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
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
        this.epochClock = build.epochClock();
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
        build.tell(cache.restartReport().orElseThrow());
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
        final OffHeapCache cache = old == null ? null : used(old);
        if (cache != null) {
            return cache;
        }
        if (settings.isOn(Parameter.REQUIRE_WARM)
                && settings.value(Parameter.RESTORE, null) == null) {
            throw new IllegalStateException(
                    "requireWarm is set and there is nothing to continue from: file="
                            + directory.file()
                            + ": "
                            + (reason.isEmpty() ? "there is no file" : reason));
        }
        return cold();
    }

    /** Uses the file. Returns null, and notes the reason, if that is impossible. */
    private OffHeapCache used(Superblock old) {
        final String differences = old.differences(wanted);
        if (!differences.isEmpty()) {
            note("the file has another configuration: " + differences);
        }
        if (!differences.isEmpty() && !settings.isOn(Parameter.MIGRATE) || !isTrusted(old)) {
            return null;
        }
        final CacheEvents events = CacheEvents.beginOpening();
        OffHeapCache cache = null;
        try {
            cache = differences.isEmpty() ? continued(old, events) : migrated(old, events);
        } catch (final SegmentDamagedException e) {
            note("the file is damaged: " + e.getMessage());
        } catch (final OldEntries.UnrecoverableException e) {
            note(e.getMessage());
        } catch (final InternalError e) {
            note("the file's device does not have all of it: " + e);
        } catch (final IOException e) {
            throw unwritable(e);
        }
        if (cache == null) {
            closeFile();
        }
        return cache;
    }

    private IllegalStateException unwritable(IOException cause) {
        return new IllegalStateException(
                "the cache's file must be readable and writable: file="
                        + directory.file()
                        + ": "
                        + cause,
                cause);
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
            throw unwritable(e);
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
        final boolean keeps = old != null && settings.number(Parameter.HASH_SEED) == null;
        final boolean slides =
                settings.number(Parameter.EXPIRE_AFTER_ACCESS_NS) != OffHeapCache.NO_TTL;
        final boolean exact = settings.fraction(Parameter.PROMOTION_DISTANCE) == 0;
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
                .set(FileSetting.EXACT_ORDER, exact ? 1 : 0)
                .set(FileSetting.HASH_SEED, keeps ? old.get(FileSetting.HASH_SEED) : build.seed())
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

    /** Continues the file. */
    private OffHeapCache continued(Superblock old, CacheEvents events) throws IOException {
        file =
                RegionFile.open(
                        directory.file(), plan.sizing().segments(), plan.layout().regionBytes());
        final long birthNs = birthNs(old, file);
        final SegmentConfig config = config(birthNs);
        final Segment[] segments =
                CacheBuild.segments(file.regions(), config, plan.sizing()::maxEntries);
        if (old.state() == State.CLEAN) {
            kind = Kind.WARM;
            verify(file);
        } else {
            kind = Kind.RECOVERED;
        }
        // From here on, a process that is killed leaves a file that was not closed.
        markOpen(birthNs);
        add(
                old.state() == State.CLEAN
                        ? OldEntries.attach(segments)
                        : OldEntries.recover(segments, clock.nanoTime(), build.progress()));
        touch();
        return finish(segments, config, birthNs, events);
    }

    /** Checks that nothing has changed since the file was closed. */
    private void verify(RegionFile regions) {
        if (settings.isOn(Parameter.VERIFY)) {
            OldEntries.checkSeals(regions.regions(), build.progress());
        }
    }

    private void add(RecoveryCounts counts) {
        kept += counts.kept();
        expired += counts.expired();
        dropped += counts.dropped();
    }

    /** Moves the entries of a file of another configuration to a new file. */
    private OffHeapCache migrated(Superblock old, CacheEvents events) throws IOException {
        final SegmentLayout layout = OldEntries.layout(old);
        if (layout == null) {
            note("the file cannot be read by its own configuration");
            return null;
        }
        try (RegionFile source =
                RegionFile.open(
                        directory.file(),
                        (int) old.get(FileSetting.SEGMENTS),
                        layout.regionBytes())) {
            final long birthNs = birthNs(old, source);
            if (old.state() == State.CLEAN) {
                verify(source);
            }
            kind = Kind.MIGRATED;
            return migrated(
                    new OldEntries(source, old, build.oldConfig(layout, old, birthNs), process),
                    birthNs,
                    events);
        }
    }

    private OffHeapCache migrated(OldEntries entries, long birthNs, CacheEvents events)
            throws IOException {
        boolean done = false;
        try {
            entries.open(build.progress());
            final SegmentConfig config = config(birthNs);
            final Segment[] segments = created(config);
            add(entries.moveTo(segments, config, clock.nanoTime() - birthNs));
            publish(birthNs);
            done = true;
            return finish(segments, config, birthNs, events);
        } finally {
            directory.discard();
            if (!done) {
                entries.close();
            }
        }
    }

    private SegmentConfig config(long birthNs) {
        return build.segmentConfig(
                plan.layout(),
                plan.sizing().segments(),
                wanted.get(FileSetting.HASH_SEED),
                birthNs);
    }

    /** Returns the time of the clock that counts as the birth of the cache in a file. */
    private long birthNs(Superblock old, RegionFile regions) {
        final long least =
                Math.max(
                        CacheFiles.latestTimeNs(regions.regions()),
                        old.changedNs() - old.epochNs());
        final ClockPair now = ClockPair.read(clock, epochClock);
        final long byWallClock = now.wallNs() - old.epochNs();
        if (byWallClock < least - TOLERANCE_NS) {
            note(
                    "the wall clock is behind the time at which the file was last used, so no time"
                            + " passes for its entries until now: behindNs="
                            + (least - byWallClock));
        }
        return now.clockNs() - Math.max(byWallClock, least);
    }

    private void touch() {
        if (plan.sizing().hugePages()) {
            file.requestHugePages();
        }
        final boolean warm = kind == Kind.WARM;
        if (settings.isOn(Parameter.PRETOUCH) && !(warm && settings.isOn(Parameter.VERIFY))) {
            // Otherwise the check of the seals has touched every page.
            file.touch(warm ? build.progress() : touched -> {});
        }
    }

    /** Marks the file as open, on the device too, before anything in it changes. */
    private void markOpen(long birthNs) throws IOException {
        final ClockPair now = ClockPair.read(clock, epochClock);
        wanted.setOwner(process);
        wanted.setState(State.OPEN, now.wallNs(birthNs), now.wallNs());
        wanted.write(file);
        file.forceFirstPage();
    }

    /** Begins an empty cache in a new file, or one with the entries of a checkpoint. */
    private OffHeapCache cold() {
        final CacheEvents events = CacheEvents.beginOpening();
        kind = Kind.COLD;
        kept = 0;
        expired = 0;
        dropped = 0;
        final long birthNs = clock.nanoTime();
        final SegmentConfig config = config(birthNs);
        try {
            final Segment[] segments = created(config);
            restore(segments, config);
            publish(birthNs);
            return finish(segments, config, birthNs, events);
        } catch (final IOException e) {
            throw unwritable(e);
        } finally {
            directory.discard();
        }
    }

    private void restore(Segment[] segments, SegmentConfig config) {
        final RestartReport restored = build.restore(segments, config);
        if (restored != null) {
            kind = restored.kind();
            kept = restored.kept();
            expired = restored.expired();
            dropped = restored.dropped();
            if (!restored.reason().isEmpty()) {
                note(restored.reason());
            }
        }
    }

    /** Creates a file without a name, and lays out its segments. */
    private Segment[] created(SegmentConfig config) {
        if (directory.hasFile()) {
            final List<String> gone = directory.makeRoomAside();
            if (!gone.isEmpty()) {
                note("older files were deleted: " + String.join(", ", gone));
            }
        }
        file =
                directory.create(
                        plan.sizing().segments(), plan.layout().regionBytes(), build.progress());
        touch();
        final Segment[] segments =
                CacheBuild.segments(file.regions(), config, plan.sizing()::maxEntries);
        for (final Segment segment : segments) {
            segment.format();
        }
        return segments;
    }

    /** Marks the new file as open, and gives it its name. */
    private void publish(long birthNs) throws IOException {
        markOpen(birthNs);
        final Path aside = directory.publish(TimeUnit.NANOSECONDS.toMillis(epochClock.nanoTime()));
        if (aside != null) {
            note("the old file is now " + aside.getFileName());
        }
    }

    private OffHeapCache finish(
            Segment[] segments, SegmentConfig config, long birthNs, CacheEvents events) {
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
                        epochClock,
                        report);
        final long id = config.events().cache();
        events.opened(id, plan.sizing().memoryBytes(), segments.length);
        CacheEvents.restarted(id, kind.name(), report.reason(), kept);
        return cache;
    }
}
