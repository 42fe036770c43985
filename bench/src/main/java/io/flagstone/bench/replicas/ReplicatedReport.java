// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * The report of a replicated replay.
 *
 * @param setup the input and the settings.
 * @param result the result.
 * @param origin the origin of the figures.
 */
public record ReplicatedReport(Setup setup, ReplicatedResult result, Origin origin)
        implements Report {
    @Override
    public void print(PrintWriter out) {
        origin.warnings().forEach(out::println);
        new ReplicatedText(out).write(setup, result);
    }

    @Override
    public String json() {
        return ReplicatedJson.render(setup, result, origin);
    }

    @Override
    public String html() throws IOException {
        return new ReplicatedPage(setup, result).render(origin);
    }
}
