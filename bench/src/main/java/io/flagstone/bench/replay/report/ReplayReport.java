// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/**
 * The report of a replay.
 *
 * @param setup the input and the settings.
 * @param result the result of the replay.
 * @param origin the origin of the figures.
 */
public record ReplayReport(Setup setup, ReplayResult result, Origin origin) implements Report {
    @Override
    public void print(PrintWriter out) {
        origin.warnings().forEach(out::println);
        new ReplayText(out).write(setup, result);
    }

    @Override
    public String json() {
        return ReplayJson.render(setup, result, origin);
    }

    @Override
    public List<Picture> pictures() {
        return new ReplayPage(setup, result).pictures();
    }

    @Override
    public String html() throws IOException {
        return new ReplayPage(setup, result).render(origin);
    }
}
