// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

/**
 * What came of one contender with one budget.
 *
 * @param impl the contender's title, or that of the ideal.
 * @param budgetBytes that it may take.
 * @param requests in the trace.
 * @param hits among them.
 * @param entries held at the end.
 * @param bytesPerEntry that it takes for each when full.
 * @param refused why there is no figure, or null if there is.
 */
public record HitRatioFigure(
        String impl,
        long budgetBytes,
        long requests,
        long hits,
        long entries,
        double bytesPerEntry,
        String refused) {
    double hitRatio() {
        return (double) hits / Math.max(1, requests);
    }
}
