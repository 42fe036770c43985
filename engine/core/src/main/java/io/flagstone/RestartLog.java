// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;

/** Logs how a cache began. */
final class RestartLog {
    private RestartLog() {}

    /** Logs a report: a warning if there was something to continue from and it was not used. */
    static void tell(RestartReport report) {
        final boolean lost = report.kind() == Kind.COLD && !report.reason().isEmpty();
        System.getLogger("io.flagstone")
                .log(
                        lost ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                        "the cache began " + report);
    }
}
