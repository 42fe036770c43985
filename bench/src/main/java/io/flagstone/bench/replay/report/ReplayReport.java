// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * The report of a replay.
 *
 * @param setup the input and the settings.
 * @param result the result of the replay.
 */
public record ReplayReport(Setup setup, ReplayResult result) implements Report {
    @Override
    public void print(PrintWriter out) {
        new ReplayText(out).write(setup, result);
    }

    @Override
    public String json() {
        return ReplayJson.render(setup, result);
    }

    @Override
    public String html() throws IOException {
        return ReplayPage.render(setup, result);
    }
}
