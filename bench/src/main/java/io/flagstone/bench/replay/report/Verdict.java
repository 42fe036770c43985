// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.verify.Differences;
import io.flagstone.tools.console.Units;

/** Puts the outcome of the checks into words, the same in every report. */
final class Verdict {
    private Verdict() {}

    static String audit(ReplayResult result) {
        return result.audit().clean()
                ? "clean (" + Units.count(result.audit().entries()) + " entries walked)"
                : "FAILED: " + result.audit().finding();
    }

    /** Order is exact only without promotion distance, and shared only by entries of one size. */
    static String differences(ReplayResult result) {
        final Differences differences = result.differences();
        if (differences == null) {
            return "not checked (--verify)";
        }
        return Units.count(differences.total())
                + (result.orderChecked() ? "" : "; order of evictions not checked");
    }
}
