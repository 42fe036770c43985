// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.CacheFileReport;
import io.flagstone.api.CacheFileReport.ClassState;
import io.flagstone.api.CacheFileReport.Origin;
import io.flagstone.api.CacheFileReport.SegmentState;
import io.flagstone.api.CacheFileReport.State;
import io.flagstone.internal.files.CacheDirectory;
import io.flagstone.internal.files.FileSetting;
import io.flagstone.internal.files.ProcessIdentity;
import io.flagstone.internal.files.Superblock;
import io.flagstone.internal.files.Superblock.DoubtfulFileException;
import io.flagstone.internal.memory.JvmAccess;
import io.flagstone.internal.memory.RegionFile;
import io.flagstone.internal.segment.SegmentInspection;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemEpochClock;

/**
 * Reads the file of a cache with a directory. It opens the file for reading only and takes no lock,
 * so it can be used while a cache has the file open. The counts are then of several moments.
 *
 * <p>Thread-safe: it has no state. Takes direct memory for a copy of the file, segment by segment,
 * which the garbage collector frees.
 */
public final class CacheFileInspector {
    private CacheFileInspector() {}

    /**
     * Inspects a file.
     *
     * @param path the file, or the directory of a cache.
     * @return what is in it, also if it is damaged.
     * @throws IOException if the file does not exist or cannot be read.
     * @throws IllegalStateException if a JVM flag is missing.
     */
    public static CacheFileReport inspect(Path path) throws IOException {
        JvmAccess.check();
        final Path file = Files.isDirectory(path) ? path.resolve(CacheDirectory.FILE) : path;
        try {
            return report(file, Superblock.read(file, SegmentLayout.VERSION));
        } catch (final DoubtfulFileException e) {
            return new CacheFileReport(
                    file,
                    State.DAMAGED,
                    e.getMessage(),
                    Files.size(file),
                    new Origin(0, false, false, 0, 0, 0),
                    Map.of(),
                    List.of(),
                    List.of());
        }
    }

    private static CacheFileReport report(Path file, Superblock superblock) throws IOException {
        final ProcessIdentity process = superblock.owner();
        final Origin origin =
                new Origin(
                        process.processId(),
                        process.isAlive(),
                        process.isSameBoot(ProcessIdentity.own()),
                        superblock.layoutVersion(),
                        TimeUnit.NANOSECONDS.toMillis(superblock.changedNs()),
                        TimeUnit.NANOSECONDS.toMillis(superblock.epochNs()));
        final SegmentLayout layout = OldEntries.divide(superblock);
        final List<SegmentInspection> segments = segments(file, superblock, layout);
        final State undamaged = state(superblock, origin);
        final String damage = undamaged == State.IN_USE ? "" : damage(segments, undamaged);
        return new CacheFileReport(
                file,
                damage.isEmpty() ? undamaged : State.DAMAGED,
                damage,
                Files.size(file),
                origin,
                configuration(superblock),
                segments.stream().map(CacheFileInspector::state).toList(),
                sizeClasses(layout.classes(), segments));
    }

    private static State state(Superblock superblock, Origin origin) {
        if (superblock.state() == Superblock.State.CLEAN) {
            return State.CLEAN;
        }
        if (origin.alive()) {
            return State.IN_USE;
        }
        return origin.sameBoot() ? State.UNCLEAN : State.OTHER_BOOT;
    }

    private static List<SegmentInspection> segments(
            Path file, Superblock superblock, SegmentLayout layout) throws IOException {
        final int count = (int) superblock.get(FileSetting.SEGMENTS);
        final long nowNs =
                TimeUnit.MILLISECONDS.toNanos(SystemEpochClock.INSTANCE.time())
                        - superblock.epochNs();
        final List<SegmentInspection> segments = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int i = 0; i < count; i++) {
                segments.add(
                        new SegmentInspection(
                                RegionFile.copy(channel, i, layout.regionBytes()),
                                layout.bounded(OldEntries.share(superblock, i)),
                                superblock.get(FileSetting.HASH_SEED),
                                superblock.get(FileSetting.TICK_NS),
                                nowNs));
            }
        }
        return segments;
    }

    private static String damage(List<SegmentInspection> segments, State state) {
        for (int i = 0; i < segments.size(); i++) {
            final SegmentInspection segment = segments.get(i);
            if (!segment.damage().isEmpty()) {
                return "segment " + i + ": " + segment.damage();
            }
            if (state == State.CLEAN && segment.isUnfinished()) {
                return "segment " + i + ": a write was under way when the file was closed";
            }
            if (state == State.CLEAN && segment.countedEntries() != segment.entries()) {
                return "segment "
                        + i
                        + ": it counts "
                        + segment.countedEntries()
                        + " entries and has "
                        + segment.entries();
            }
        }
        return "";
    }

    private static SegmentState state(SegmentInspection segment) {
        return new SegmentState(
                segment.entries(),
                segment.withDeadline(),
                segment.expired(),
                segment.pooledSlabs(),
                segment.isUnfinished(),
                segment.damage(),
                segment.ages());
    }

    private static List<ClassState> sizeClasses(
            SizeClasses classes, List<SegmentInspection> segments) {
        final List<ClassState> states = new ArrayList<>();
        for (int i = 0; i < classes.count(); i++) {
            final int sizeClass = i;
            states.add(
                    new ClassState(
                            classes.chunkBytes(i),
                            segments.stream().mapToInt(of -> of.slabs(sizeClass)).sum(),
                            segments.stream().mapToLong(of -> of.entries(sizeClass)).sum(),
                            segments.stream().mapToLong(of -> of.usedBytes(sizeClass)).sum()));
        }
        return states;
    }

    /** Returns the settings. The seed is left out: it would help to choose keys that collide. */
    private static Map<String, String> configuration(Superblock superblock) {
        final Map<String, String> settings = new LinkedHashMap<>();
        for (final FileSetting setting : FileSetting.values()) {
            if (setting != FileSetting.HASH_SEED) {
                final long value = superblock.get(setting);
                settings.put(
                        camelCase(setting.name()),
                        value == Long.MAX_VALUE ? "none" : Long.toString(value));
            }
        }
        return settings;
    }

    private static String camelCase(String constant) {
        final StringBuilder name = new StringBuilder();
        for (final String word : constant.split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        name.setCharAt(0, Character.toLowerCase(name.charAt(0)));
        return name.toString();
    }
}
