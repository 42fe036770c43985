// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.MemoryReport.Figure;
import io.flagstone.api.Setting;
import io.flagstone.bench.fork.Machine;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.MissCauses;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.replay.Sample;
import io.flagstone.bench.replay.StaleQuote;
import io.flagstone.bench.report.Html;
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
                    "Each step <is> a request.",
                    List.of(new Setup.Setting("x<y", "<i>&amp;", "xBytes", 7)));

    private static final EffectiveConfiguration CONFIGURATION =
            new EffectiveConfiguration(
                    List.of(
                            new Setting("segments", "8", "count", Setting.Origin.CHOSEN),
                            new Setting(
                                    "promotionDistance",
                                    "0.0625",
                                    "fraction",
                                    Setting.Origin.DEFAULT),
                            new Setting("clock", "standard", "NanoClock", Setting.Origin.DEFAULT),
                            new Setting("maxEntries", "none", "entries", Setting.Origin.DEFAULT),
                            new Setting("hugePages", "no", "yes or no", Setting.Origin.DEFAULT)));

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
    void everyReportHasTheEffectiveSettingsOfTheCache() throws IOException {
        final ReplayResult result = result(new AuditResult(true, "", 4), null);

        assertThat(text(result))
                .contains(
                        "cache settings: segments 8, promotionDistance 0.0625, maxEntries none,"
                                + " hugePages no\n");
        final JsonObject settings = json(result).getAsJsonObject("settings");
        assertThat(settings.keySet())
                .containsExactly(
                        "segments", "promotionDistance", "maxEntries", "hugePages", "xBytes");
        assertThat(settings.get("segments").getAsInt()).isEqualTo(8);
        assertThat(settings.get("maxEntries").isJsonNull()).isTrue();
        assertThat(settings.get("hugePages").getAsBoolean()).isFalse();
        assertThat(page(result)).contains("<dt>segments</dt><dd>8</dd>");
    }

    @Test
    void everyReportExplainsRequestsLatencyAndMemory() throws IOException {
        final ReplayResult result =
                result(
                        new AuditResult(true, "", 4),
                        null,
                        new MissCauses(3, 1, 0),
                        new StaleQuote(0, 10_000_000_000L, 99_950_000_000L, false));
        final JsonObject notes = json(result).getAsJsonObject("explanations");

        assertThat(notes.get("requests").getAsString())
                .startsWith("Each step <is> a request. Of the misses, 75.00 % asked for a key that")
                .contains("25.00 % for one whose time to live was over, and 0.00 % for one that");
        assertThat(notes.get("latency").getAsString()).contains("Each call is timed by itself");
        assertThat(notes.get("memory").getAsString())
                .contains("key 0.8, value 1.0, header 40.0,", "index 0.3", "Bookkeeping");
        final String text = text(result).replaceAll("\\s+", " ");
        final String page = page(result);
        notes.entrySet()
                .forEach(
                        note -> {
                            assertThat(text).contains(note.getValue().getAsString());
                            assertThat(page).contains(Html.escape(note.getValue().getAsString()));
                        });
        assertThat(text)
                .contains(
                        "never written 3 stale 1 evicted 0",
                        "1 January 1970 00:00:09.999999999 get: hit, last price 999.5 USD",
                        "1 January 1970 00:00:10 get: miss, the time to live is over");
        assertThat(page).contains("get: hit, last price 999.5 USD");
        assertThat(json(result).getAsJsonObject("missesByCause").get("stale").getAsLong())
                .isEqualTo(1);
        assertThat(json(result).getAsJsonObject("staleQuote").get("priceUsd").getAsBigDecimal())
                .isEqualByComparingTo("999.5");
    }

    @Test
    void aQuoteFoundAfterItsTimeToLiveIsAProblem() throws IOException {
        final ReplayResult result =
                result(
                        new AuditResult(true, "", 4),
                        null,
                        null,
                        new StaleQuote(0, 10, StaleQuote.NONE, true));

        assertThat(result.passed()).isFalse();
        assertThat(text(result)).contains("did not keep the level", "HIT, which is an error");
        assertThat(page(result)).contains("<li>a quote was found after its time to live</li>");
        assertThat(json(result).getAsJsonObject("staleQuote").get("readAfterHit").getAsBoolean())
                .isTrue();
    }

    /** The report knows the header's length, but not the class that defines it. */
    @Test
    void theHeaderOfAnEntryHasTheLengthThatTheReportSays() {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).build()) {
            final long fixed = cache.memoryReport().headerBytes();
            cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
            assertThat(cache.memoryReport().headerBytes() - fixed)
                    .isEqualTo((long) EntryBytes.HEADER);
            final EntryBytes entry = EntryBytes.of(cache.memoryReport());
            assertThat(entry.fixed()).isEqualTo(fixed);
            assertThat(entry.total()).isEqualTo(cache.memoryReport().usedBytes());
        }
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
        return result(audit, differences, null, null);
    }

    private static ReplayResult result(
            AuditResult audit, Differences differences, MissCauses causes, StaleQuote quote) {
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
                differences != null,
                causes,
                quote,
                CONFIGURATION);
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
