// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;

/**
 * What came of one measurement of one contender.
 *
 * @param measurement what was measured.
 * @param type of whom.
 * @param scale of what size.
 * @param nsPerOp the median over all iterations of all rounds, of what one operation takes a
 *     thread.
 * @param low the least.
 * @param high the most.
 * @param bytesPerOp allocated on the heap; the median over rounds.
 * @param ratio to Flagstone's figure, median by median; NaN where there is none.
 * @param ratioLow the least of the ratios that each round gives.
 * @param ratioHigh the most.
 * @param samples how many iterations there were.
 * @param rounds how many JVMs.
 * @param refused why there is no figure, or null if there is.
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
        int samples,
        int rounds,
        String refused) {
    static CompareFigure refused(
            Measurement measurement, ContenderType type, Scale scale, String why) {
        final double none = Double.NaN;
        return new CompareFigure(
                measurement, type, scale, none, none, none, none, none, none, none, 0, 0, why);
    }

    /**
     * Whether it was measured.
     *
     * @return false if it was refused.
     */
    public boolean isMeasured() {
        return refused == null;
    }

    /**
     * What all threads get done.
     *
     * @return operations a second.
     */
    public double opsPerSecond() {
        return scale.threads() * 1e9 / nsPerOp;
    }
}
