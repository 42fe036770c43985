// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.report.EffectiveSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The iterations of one contender in one measurement at one scale, for each JVM. */
final class Samples {
    private final List<double[]> rounds = new ArrayList<>();
    private final List<Double> bytes = new ArrayList<>();
    private EffectiveSettings settings = EffectiveSettings.NONE;

    /** Adds the iterations of one JVM, or null for a skipped round, so that rounds stay aligned. */
    void add(double[] nsPerOp, double bytesPerOp) {
        rounds.add(nsPerOp);
        if (nsPerOp != null) {
            bytes.add(bytesPerOp);
        }
    }

    /** Sets the effective settings of the contender. */
    void settings(EffectiveSettings effective) {
        settings = effective;
    }

    boolean isEmpty() {
        return bytes.isEmpty();
    }

    CompareFigure figure(Measurement measurement, ContenderType type, Scale scale, Samples ours) {
        final double[] all = all();
        final double[] ratios = ours == null ? new double[0] : ratios(ours);
        return new CompareFigure(
                measurement,
                type,
                scale,
                median(all),
                bytes.size() < 2 ? Double.NaN : all[0],
                bytes.size() < 2 ? Double.NaN : all[all.length - 1],
                median(bytes.stream().mapToDouble(Double::doubleValue).sorted().toArray()),
                ours == null || ours.isEmpty() ? Double.NaN : median(all) / median(ours.all()),
                ratios.length < 2 ? Double.NaN : ratios[0],
                ratios.length < 2 ? Double.NaN : ratios[ratios.length - 1],
                medians(),
                all.length,
                bytes.size(),
                settings,
                null);
    }

    private List<Double> medians() {
        return rounds.stream()
                .filter(round -> round != null)
                .map(round -> median(sorted(round)))
                .toList();
    }

    private double[] all() {
        return rounds.stream()
                .filter(round -> round != null)
                .flatMapToDouble(Arrays::stream)
                .sorted()
                .toArray();
    }

    /** Returns the ratios of single rounds, sorted. In a round the machine is the same for both. */
    private double[] ratios(Samples ours) {
        final List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(rounds.size(), ours.rounds.size()); i++) {
            if (rounds.get(i) != null && ours.rounds.get(i) != null) {
                ratios.add(median(sorted(rounds.get(i))) / median(sorted(ours.rounds.get(i))));
            }
        }
        return ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static double[] sorted(double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Returns the median of sorted values. */
    private static double median(double[] sorted) {
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
