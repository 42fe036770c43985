// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.MemoryReport.Figure;
import io.flagstone.bench.fork.Machine;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.replay.Sample;
import io.flagstone.bench.verify.Differences;
import io.flagstone.bench.verify.ReferenceModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ReplayReportTest {
    private static final Setup SETUP =
            new Setup(
                    "a <b> & \"c\"",
                    "steps",
                    true,
                    List.of(new Setup.Setting("x<y", "<i>&amp;", "xBytes", 7)));

    private static final Origin ORIGIN =
            new Origin(
                    new Machine("17", "a cpu", 2, 4096, "never", "Linux", "abc123"),
                    "java -jar x replay",
                    Instant.EPOCH,
                    2);

    @Test
    void aFailedAuditShowsInEveryReport() throws IOException {
        final ReplayResult result = result(new AuditResult(false, "slab <3> lost", 4), null);

        assertThat(result.passed()).isFalse();
        assertThat(text(result)).contains("FAILED: slab <3> lost", "not checked (--verify)");
        final JsonObject json = json(result);
        assertThat(json.get("auditClean").getAsBoolean()).isFalse();
        assertThat(json.get("auditFinding").getAsString()).isEqualTo("slab <3> lost");
        assertThat(json.get("differences").isJsonNull()).isTrue();
        assertThat(page(result)).contains("<li>audit: slab &lt;3&gt; lost</li>", "failed");
    }

    @Test
    void differencesShowInEveryReport() throws IOException {
        final ReplayResult result = result(new AuditResult(true, "", 4), differences());

        assertThat(result.passed()).isFalse();
        assertThat(text(result))
                .contains("1 hits on keys that were not there", "- step 3: key 9 found, but");
        final JsonObject json = json(result);
        assertThat(json.get("differences").getAsLong()).isEqualTo(1);
        assertThat(json.get("firstDifferences").getAsJsonArray().get(0).getAsString())
                .startsWith("step 3: key 9 found");
        assertThat(page(result)).contains("<li>step 3: key 9 found, but");
    }

    @Test
    void aCleanResultPasses() throws IOException {
        final ReplayResult result = result(new AuditResult(true, "", 4), null);

        assertThat(result.passed()).isTrue();
        assertThat(page(result)).doesNotContain("Problems found");
    }

    @Test
    void settingsOfJsonAreNumbers() {
        final JsonObject json = json(result(new AuditResult(true, "", 4), null));

        assertThat(json.getAsJsonObject("settings").get("xBytes").getAsJsonPrimitive().isNumber())
                .isTrue();
    }

    @Test
    void jsonHasThePartsOfMemory() {
        final JsonObject memory =
                json(result(new AuditResult(true, "", 4), null)).getAsJsonObject("memory");
        long sum = 0;
        for (final MemoryPart part : MemoryPart.values()) {
            sum += memory.get(part.key()).getAsLong();
        }
        assertThat(sum).isEqualTo(memory.get("budgetBytes").getAsLong()).isEqualTo(100);
        assertThat(memory.get("entries").getAsLong()).isEqualTo(4);
    }

    @Test
    void thePageEscapesText() throws IOException {
        final String page = page(result(new AuditResult(true, "", 4), null));

        assertThat(page)
                .contains("a &lt;b&gt; &amp; &quot;c&quot;", "x&lt;y", "&lt;i&gt;&amp;amp;")
                .doesNotContain("<b>a", "a <b>", "<i>&amp;");
    }

    @Test
    void thePageOfAnEmptyReplayHasAllCharts() throws IOException {
        final String page = page(result(new AuditResult(true, "", 4), null));

        assertThat(page.split("<svg ", -1)).hasSize(5);
    }

    private static Differences differences() {
        final ReferenceModel model = new ReferenceModel(() -> 0, true);
        model.step(3);
        model.hit(9L, new UnsafeBuffer(new byte[1]), 1);
        return model.differences();
    }

    private static ReplayResult result(AuditResult audit, Differences differences) {
        return new ReplayResult(
                1,
                0,
                1,
                0,
                null,
                0,
                0,
                CacheStatistics.NONE,
                memory(),
                audit,
                new Latencies(),
                1,
                List.of(new Sample(0, 1, 0, 0, 10)),
                differences,
                differences != null);
    }

    private static MemoryReport memory() {
        return MemoryReport.builder()
                .set(Figure.BUDGET_BYTES, 100)
                .set(Figure.ENTRIES, 4)
                .set(Figure.INDEX_BYTES, 1)
                .set(Figure.HEADER_BYTES, 2)
                .set(Figure.KEY_BYTES, 3)
                .set(Figure.VALUE_BYTES, 4)
                .set(Figure.ROUNDING_BYTES, 5)
                .set(Figure.FREE_CHUNK_BYTES, 6)
                .set(Figure.FREE_SLAB_BYTES, 7)
                .set(Figure.UNUSED_BYTES, 72)
                .build();
    }

    private static String text(ReplayResult result) {
        final StringWriter text = new StringWriter();
        new ReplayReport(SETUP, result, ORIGIN).print(new PrintWriter(text));
        return text.toString();
    }

    private static String page(ReplayResult result) throws IOException {
        return new ReplayReport(SETUP, result, ORIGIN).html();
    }

    private static JsonObject json(ReplayResult result) {
        return JsonParser.parseString(new ReplayReport(SETUP, result, ORIGIN).json())
                .getAsJsonObject();
    }
}
