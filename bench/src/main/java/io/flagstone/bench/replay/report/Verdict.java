// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.verify.Differences;
import io.flagstone.tools.console.Units;

/** Describes the results of the checks, with the same words in all forms of the report. */
final class Verdict {
    private Verdict() {}

    static String audit(ReplayResult result) {
        return result.audit().clean()
                ? "clean (" + Units.count(result.audit().entries()) + " entries walked)"
                : "FAILED: " + result.audit().finding();
    }

    /**
     * Says how many differences there are. The order of evictions is checked only if it is exact:
     * without a promotion distance, and with entries of one size.
     */
    static String differences(ReplayResult result) {
        final Differences differences = result.differences();
        if (differences == null) {
            return "not checked (--verify)";
        }
        return Units.count(differences.total()) + order(result);
    }

    private static String order(ReplayResult result) {
        if (result.orderChecked()) {
            return "";
        }
        final String distance = result.configuration().setting("promotionDistance").value();
        return Double.parseDouble(distance) == 0.0
                ? "; order of evictions not checked"
                : "; order of evictions not checked (--promotion 0)";
    }
}
