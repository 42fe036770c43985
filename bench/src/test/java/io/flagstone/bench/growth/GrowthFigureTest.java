// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Machine;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.EffectiveSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthFigureTest {
    private static final Origin ORIGIN =
            new Origin(
                    new Machine("17", "a cpu", 2, 4096, "never", "Linux", "abc123"),
                    "java -jar x memory",
                    Instant.EPOCH,
                    0);

    @Test
    void fewerBytesThanKeyAndValueAreNoFigure() throws Exception {
        final GrowthFigure coarse = figure(28_200);
        final FootprintReport report = new FootprintReport(List.of(coarse), ORIGIN);

        assertThat(figure(72_000).bytesPerEntry()).isEqualTo(72);
        assertThat(coarse.bytesPerEntry()).isNaN();
        final JsonObject row =
                JsonParser.parseString(report.json())
                        .getAsJsonObject()
                        .getAsJsonArray("rows")
                        .get(0)
                        .getAsJsonObject();
        assertThat(row.get("bytesPerEntry").isJsonNull()).isTrue();
        assertThat(row.get("overheadBytes").isJsonNull()).isTrue();
        final StringWriter text = new StringWriter();
        report.print(new PrintWriter(text));
        assertThat(text.toString()).contains("  flagstone ").doesNotContain("NaN", "-43.8");
        assertThat(report.html()).contains("flagstone").doesNotContain("NaN");
    }

    private static GrowthFigure figure(long heapBytes) {
        final GrowthFigure figure = new GrowthFigure(ContenderType.FLAGSTONE, 1_000, 64);
        final Footprint memory = new Footprint(heapBytes, 0, 0, 0);
        figure.add(
                new GrowthFork.Reply(
                        1_000, memory, 1_000, memory, 1, 1, null, null, EffectiveSettings.NONE));
        return figure;
    }
}
