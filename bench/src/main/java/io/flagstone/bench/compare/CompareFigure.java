// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.report.EffectiveSettings;
import java.util.List;

/**
 * The figure of one contender in one measurement at one scale.
 *
 * @param measurement the measurement.
 * @param type the contender.
 * @param scale the scale.
 * @param nsPerOp the nanoseconds that a thread needs per operation, as the median over all
 *     iterations of all rounds.
 * @param low the minimum over the same iterations; NaN if there is only one round.
 * @param high the maximum over the same iterations; NaN if there is only one round.
 * @param bytesPerOp the bytes allocated on the heap per operation, as the median over rounds.
 * @param ratio the median divided by Flagstone's median; NaN if Flagstone has no figure.
 * @param ratioLow the minimum of the ratios of single rounds; NaN if there is only one.
 * @param ratioHigh the maximum of the ratios of single rounds; NaN if there is only one.
 * @param roundsNs the median of each round.
 * @param samples the number of iterations.
 * @param rounds the number of JVMs.
 * @param settings the effective settings of the contender.
 * @param refused why there is no figure, or null if there is one.
 */
public record CompareFigure(
        Measurement measurement,
        ContenderType type,
        Scale scale,
        double nsPerOp,
        double low,
        double high,
        double bytesPerOp,
        double ratio,
        double ratioLow,
        double ratioHigh,
        List<Double> roundsNs,
        int samples,
        int rounds,
        EffectiveSettings settings,
        String refused) {
    static CompareFigure refused(
            Measurement measurement, ContenderType type, Scale scale, String why) {
        final double none = Double.NaN;
        return new CompareFigure(
                measurement,
                type,
                scale,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                List.of(),
                0,
                0,
                EffectiveSettings.NONE,
                why);
    }

    /**
     * Returns whether there is a figure.
     *
     * @return false if the measurement was refused.
     */
    public boolean isMeasured() {
        return refused == null;
    }

    /**
     * Returns whether the contender is faster than Flagstone.
     *
     * @return {@code faster} or {@code slower} if all rounds agree, {@code undecided} if they do
     *     not, and an empty string if there are fewer than two rounds of both.
     */
    public String verdict() {
        if (type == ContenderType.FLAGSTONE || Double.isNaN(ratioLow)) {
            return "";
        }
        if (ratioLow > 1) {
            return "slower";
        }
        return ratioHigh < 1 ? "faster" : "undecided";
    }

    /**
     * Returns the throughput of all threads together.
     *
     * @return the throughput in operations per second.
     */
    public double opsPerSecond() {
        return scale.threads() * 1e9 / nsPerOp;
    }
}
