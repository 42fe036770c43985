// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.bench.report.EffectiveSettings;

/**
 * The figure of one contender with one budget.
 *
 * @param impl the title of the contender or of the ideal.
 * @param budgetBytes the bytes that it may use.
 * @param requests the requests in the trace.
 * @param hits the requests that hit.
 * @param entries the entries at the end.
 * @param usedBytes the bytes of the full contender.
 * @param bytesPerEntry these bytes for each entry that the full contender holds.
 * @param settings the effective settings; none for the ideal and if there is no figure.
 * @param refused why there is no figure, or null if there is one.
 */
public record HitRatioFigure(
        String impl,
        long budgetBytes,
        long requests,
        long hits,
        long entries,
        long usedBytes,
        double bytesPerEntry,
        EffectiveSettings settings,
        String refused) {
    double hitRatio() {
        return (double) hits / Math.max(1, requests);
    }

    /** Returns whether the contender exceeds its budget, because it cannot be made smaller. */
    boolean overBudget() {
        return usedBytes > budgetBytes;
    }
}
