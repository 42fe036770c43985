// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.api.CacheFileReport;
import io.flagstone.api.CacheFileReport.ClassState;
import io.flagstone.api.CacheFileReport.Origin;
import io.flagstone.api.CacheFileReport.SegmentState;
import io.flagstone.api.CheckpointFileReport;
import io.flagstone.api.EntryAges;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** Renders reports about the files of caches and checkpoints as text of a given width. */
final class InspectReport {
    private static final int WIDE = 60;
    private static final int LABEL = 10;

    private InspectReport() {}

    /**
     * Renders a report.
     *
     * @param report the report.
     * @param nowMs the time to compare times with.
     * @param columns the width, at least 40. Only a single word may be wider.
     */
    static String text(CacheFileReport report, long nowMs, int columns) {
        final List<String> lines = new ArrayList<>();
        labelled(lines, "file", report.file().toString(), columns);
        labelled(lines, "state", state(report), columns);
        if (!report.damage().isEmpty()) {
            labelled(lines, "! damage", report.damage(), columns);
        }
        labelled(lines, "bytes", Units.count(report.fileBytes()), columns);
        if (!report.configuration().isEmpty()) {
            owner(lines, report, nowMs, columns);
            lines.add("");
            report.configuration()
                    .forEach((name, value) -> lines.add("%-20s %s".formatted(name, value)));
            lines.add("");
            lines.addAll(segments(report.segments(), columns));
            lines.add("");
            lines.addAll(classes(report.sizeClasses(), columns));
            report.ages().ifPresent(ages -> ages(lines, ages));
        }
        return String.join("\n", lines) + "\n";
    }

    /**
     * Renders the reports about checkpoints.
     *
     * @param reports the reports, the newest checkpoint first.
     * @param nowMs the time to compare times with.
     * @param columns the width, at least 40. Only a single word may be wider.
     */
    static String text(List<CheckpointFileReport> reports, long nowMs, int columns) {
        final List<String> lines = new ArrayList<>();
        boolean restored = false;
        for (final CheckpointFileReport report : reports) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            labelled(lines, "file", report.file().toString(), columns);
            labelled(lines, "state", state(report, restored), columns);
            restored |= report.state() == CheckpointFileReport.State.WHOLE;
            if (report.state() == CheckpointFileReport.State.DAMAGED) {
                labelled(lines, "! damage", report.damage(), columns);
            }
            labelled(lines, "bytes", Units.count(report.fileBytes()), columns);
            if (report.state() == CheckpointFileReport.State.WHOLE) {
                labelled(lines, "number", Long.toString(report.totals().generation()), columns);
                labelled(
                        lines,
                        "taken",
                        Units.age(nowMs - report.totals().timeMs()) + " ago",
                        columns);
                labelled(lines, "entries", Units.count(report.totals().entries()), columns);
                labelled(
                        lines,
                        "content",
                        Units.bytes(report.totals().bytes()) + " of keys and values",
                        columns);
                ages(lines, report.ages());
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String state(CheckpointFileReport report, boolean restored) {
        return switch (report.state()) {
            case WHOLE ->
                    restored ? "whole: used if a newer one is not" : "whole: the next one restored";
            case UNFINISHED -> "! not finished: a restore skips it";
            case DAMAGED -> "! damaged: a restore skips it";
        };
    }

    /** Adds the times left, if entries have deadlines, and the last uses. */
    private static void ages(List<String> lines, EntryAges ages) {
        ranges(lines, "time left", ages.timesLeft(), InspectReport::timeLeft);
        ranges(
                lines,
                "insertions since use",
                ages.sinceUse(),
                limit -> "below " + Units.compact(limit));
    }

    private static void ranges(
            List<String> lines,
            String title,
            List<EntryAges.Range> ranges,
            LongFunction<String> name) {
        final List<List<String>> rows = new ArrayList<>();
        for (final EntryAges.Range range : ranges) {
            if (range.entries() > 0) {
                final boolean last = range.limit() == Long.MAX_VALUE;
                rows.add(
                        List.of(
                                last ? "more" : name.apply(range.limit()),
                                Units.compact(range.entries())));
            }
        }
        if (!rows.isEmpty()) {
            lines.add("");
            lines.addAll(TextTable.lines(2, List.of(title, "entries"), rows));
        }
    }

    private static String timeLeft(long limitNs) {
        return limitNs <= 1
                ? "expired"
                : "below " + Units.age(TimeUnit.NANOSECONDS.toMillis(limitNs));
    }

    private static String state(CacheFileReport report) {
        return switch (report.state()) {
            case IN_USE -> "in use: the counts are of several moments";
            case CLEAN -> "clean: the next cache continues";
            case UNCLEAN -> "! not closed: the next cache recovers the entries";
            case OTHER_BOOT ->
                    "! not closed before the machine was started: the next cache begins cold";
            case DAMAGED -> "! damaged: the next cache begins cold";
        };
    }

    private static void owner(List<String> lines, CacheFileReport report, long nowMs, int columns) {
        final Origin origin = report.origin();
        labelled(
                lines,
                "owner",
                "process "
                        + origin.processId()
                        + (origin.alive() ? ", alive" : ", not alive")
                        + (origin.sameBoot() ? ", this boot" : ", another boot"),
                columns);
        labelled(lines, "changed", Units.age(nowMs - origin.changedMs()) + " ago", columns);
        labelled(lines, "epoch", Units.age(nowMs - origin.epochMs()) + " ago", columns);
        labelled(lines, "layout", "version " + origin.layoutVersion(), columns);
        labelled(lines, "entries", Units.count(report.entries()), columns);
    }

    private static List<String> segments(List<SegmentState> segments, int columns) {
        final boolean wide = columns >= WIDE;
        final List<String> head =
                wide
                        ? List.of("segment", "entries", "deadline", "expired", "free slabs", "note")
                        : List.of("seg.", "entries", "expired", "note");
        final List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            final SegmentState segment = segments.get(i);
            final String entries = Units.compact(segment.entries());
            final String expired = Units.compact(segment.expired());
            rows.add(
                    wide
                            ? List.of(
                                    Integer.toString(i),
                                    entries,
                                    Units.compact(segment.withDeadline()),
                                    expired,
                                    Units.compact(segment.pooledSlabs()),
                                    note(segment))
                            : List.of(Integer.toString(i), entries, expired, note(segment)));
        }
        return TextTable.lines(2, head, rows);
    }

    private static String note(SegmentState segment) {
        if (!segment.damage().isEmpty()) {
            return "damaged";
        }
        return segment.unfinished() ? "mid-write" : "";
    }

    /** Returns the classes that have slabs. */
    private static List<String> classes(List<ClassState> classes, int columns) {
        final boolean wide = columns >= WIDE;
        final List<String> head =
                wide
                        ? List.of("class", "slabs", "entries", "used bytes")
                        : List.of("class", "slabs", "entries");
        final List<List<String>> rows = new ArrayList<>();
        for (final ClassState of : classes) {
            if (of.slabs() > 0) {
                final List<String> row = new ArrayList<>();
                row.add(Integer.toString(of.chunkBytes()));
                row.add(Units.compact(of.slabs()));
                row.add(Units.compact(of.entries()));
                if (wide) {
                    row.add(Units.bytes(of.usedBytes()));
                }
                rows.add(row);
            }
        }
        return TextTable.lines(2, head, rows);
    }

    /** Adds a line, or more if the text is longer than the width. */
    private static void labelled(List<String> lines, String label, String text, int columns) {
        StringBuilder line = new StringBuilder("%-9s".formatted(label));
        for (final String word : text.split(" ")) {
            if (line.length() > LABEL && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(LABEL - 1));
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
    }
}
