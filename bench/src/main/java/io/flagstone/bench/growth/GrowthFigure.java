// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Scatter;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.SettingsTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The results of all rounds of one contender at one size. */
public final class GrowthFigure {
    private final ContenderType type;
    private final int entries;
    private final int valueBytes;
    private final List<GrowthFork.Reply> replies = new ArrayList<>();
    private String refused;

    GrowthFigure(ContenderType type, int entries, int valueBytes) {
        this.type = type;
        this.entries = entries;
        this.valueBytes = valueBytes;
    }

    void add(GrowthFork.Reply reply) {
        replies.add(reply);
    }

    void refuse(String reason) {
        refused = reason;
    }

    ContenderType type() {
        return type;
    }

    int entries() {
        return entries;
    }

    int valueBytes() {
        return valueBytes;
    }

    /** Returns the number of JVMs that gave a figure. */
    int rounds() {
        return replies.size();
    }

    /** Returns why there is no figure, or null if there is one. */
    String refused() {
        return replies.isEmpty() ? refused : null;
    }

    /** Returns the settings of the contender, none if there is no figure. */
    EffectiveSettings settings() {
        return replies.isEmpty() ? EffectiveSettings.NONE : memory().settings();
    }

    /** Adds the settings of all figures to a table. */
    static SettingsTable settings(List<GrowthFigure> figures) {
        final SettingsTable table = new SettingsTable();
        figures.forEach(
                figure ->
                        table.add(
                                String.format(
                                        Locale.ROOT,
                                        "%s, %,d entries of %d bytes",
                                        figure.type.title(),
                                        figure.entries,
                                        figure.valueBytes),
                                figure.settings()));
        return table;
    }

    /** Returns the first round's reply, because memory hardly varies between rounds. */
    GrowthFork.Reply memory() {
        return replies.get(0);
    }

    /** Returns the accounted bytes of an entry, NaN if the measurement was too coarse. */
    double bytesPerEntry() {
        return perEntry(memory().full(), memory().held());
    }

    /** Does the same for a full contender. */
    double brimBytesPerEntry() {
        return perEntry(memory().brim(), memory().brimEntries());
    }

    /** The heap of the JVM itself varies. Fewer bytes than an entry's own show nothing else. */
    private double perEntry(Footprint footprint, long held) {
        final double bytes = (double) footprint.accountedBytes() / held;
        return bytes >= Long.BYTES + valueBytes ? bytes : Double.NaN;
    }

    double residentPerEntry() {
        return (double) memory().full().residentBytes() / memory().held();
    }

    double overheadBytes() {
        return bytesPerEntry() - Long.BYTES - valueBytes;
    }

    double brimOverheadBytes() {
        return brimBytesPerEntry() - Long.BYTES - valueBytes;
    }

    double buildMs() {
        return median(
                replies.stream().mapToDouble(reply -> reply.buildNs() / 1e6).sorted().toArray());
    }

    double fillNsPerEntry() {
        return median(fillNs());
    }

    double[] fillNs() {
        return replies.stream()
                .mapToDouble(reply -> (double) reply.fillNs() / entries)
                .sorted()
                .toArray();
    }

    double[] getNs() {
        return sorted(GrowthFork.Reply::getNs);
    }

    double[] putNs() {
        return sorted(GrowthFork.Reply::putNs);
    }

    /** Returns the lowest of sorted values, NaN if one round has no range. */
    double low(double[] sorted) {
        return replies.size() < 2 || sorted.length == 0 ? Double.NaN : sorted[0];
    }

    /** Returns the highest of sorted values, NaN if one round has no range. */
    double high(double[] sorted) {
        return replies.size() < 2 || sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1];
    }

    /** Returns warnings if this is a floor whose rounds differ. */
    List<String> warnings() {
        return type.isFloor()
                ? Scatter.warnings(
                        type.title() + " with " + entries + " entries",
                        replies.stream()
                                .map(GrowthFork.Reply::getNs)
                                .filter(samples -> samples != null)
                                .map(samples -> median(Arrays.stream(samples).sorted().toArray()))
                                .toList())
                : List.of();
    }

    private double[] sorted(Function<GrowthFork.Reply, double[]> samples) {
        return replies.stream()
                .map(samples)
                .filter(values -> values != null)
                .flatMapToDouble(Arrays::stream)
                .sorted()
                .toArray();
    }

    /** Returns the median of sorted values, NaN if there are none. */
    static double median(double[] sorted) {
        final int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
