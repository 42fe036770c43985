// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Machine;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("any-jdk")
class CompareRunTest {
    private static final Scale SCALE = new Scale(5000, 16, "zipf", 1);
    private static final List<ContenderType> TYPES =
            List.of(ContenderType.FLAGSTONE, ContenderType.CHM, ContenderType.FLOOR_LATENCY);
    private static final CompareFork.Pace BRIEF = new CompareFork.Pace(1, 2, 20);

    @Test
    void measuresContendersInSeparateJvmsAndGivesReasonsForRefusals() throws Exception {
        final List<Measurement> measurements = List.of(Measurement.GET, Measurement.PUT_EVICT);
        final List<String> steps = new ArrayList<>();

        final List<CompareFigure> figures =
                new CompareRun(
                                new ComparePlan(
                                        TYPES,
                                        measurements,
                                        List.of(SCALE),
                                        1,
                                        BRIEF,
                                        ComparePlan.UNLIMITED),
                                (done, all, next) -> steps.add(done + "/" + all + " " + next))
                        .run();

        assertThat(steps)
                .containsExactly("0/3 flagstone 5000", "1/3 chm 5000", "2/3 floor-latency 5000");
        assertThat(figures)
                .extracting(
                        f -> f.measurement().title() + " " + f.type().title() + " " + f.refused())
                .containsExactly(
                        "get flagstone null",
                        "get chm null",
                        "get floor-latency null",
                        "put-evict flagstone null",
                        "put-evict chm never evicts",
                        "put-evict floor-latency holds no entries of its own");
        assertThat(figures.get(0).samples()).isEqualTo(2);
        assertThat(figures.get(0).settings().json().get("segments").getAsInt()).isPositive();
        assertThat(figures.get(1).settings().line()).contains("entries 5,000, valueBytes ");
        assertThat(figures.get(4).settings().items()).isEmpty();
        assertThat(figures.get(0).ratio()).isEqualTo(1);
        assertThat(figures.get(1).nsPerOp()).isPositive();
        assertThat(figures.get(1).ratio()).isPositive();
    }

    @Test
    void givesAReasonForFiguresSkippedByTheTimeLimit() throws Exception {
        final List<CompareFigure> figures =
                new CompareRun(
                                new ComparePlan(
                                        TYPES,
                                        List.of(Measurement.GET),
                                        List.of(SCALE),
                                        2,
                                        BRIEF,
                                        -1),
                                StepListener.NONE)
                        .run();

        assertThat(figures)
                .extracting(CompareFigure::refused)
                .containsOnly("not run: the time limit was reached");
    }

    @Test
    void theForecastCountsEachFill() {
        // Ten million puts of a microsecond each, where all else is a matter of seconds.
        final Scale scale = new Scale(10_000_000, 64, "uniform", 1);
        final CompareFork.Pace pace = new CompareFork.Pace(0, 1, 1);

        assertThat(fills(scale, pace, Measurement.GET)).isEqualTo(1);
        assertThat(fills(scale, pace, Measurement.GET_TTL)).isEqualTo(1);
        assertThat(fills(scale, pace, Measurement.GET, Measurement.GET_MISS)).isEqualTo(1);
        // Entries with times to live, then without.
        assertThat(fills(scale, pace, Measurement.GET_TTL, Measurement.GET_MISS)).isEqualTo(2);
        assertThat(fills(scale, pace, Measurement.GET, Measurement.PUT_EVICT)).isEqualTo(3);
    }

    private static long fills(Scale scale, CompareFork.Pace pace, Measurement... of) {
        final ComparePlan plan =
                new ComparePlan(
                        List.of(ContenderType.FLAGSTONE),
                        List.of(of),
                        List.of(scale),
                        1,
                        pace,
                        ComparePlan.UNLIMITED);
        return plan.forecast().ms() / 10_000;
    }

    @Test
    void profilesEachMeasurementInItsOwnJvm() throws Exception {
        final ComparePlan plan =
                new ComparePlan(
                        List.of(ContenderType.FLAGSTONE, ContenderType.CHM),
                        List.of(Measurement.GET, Measurement.PUT_EVICT),
                        List.of(SCALE),
                        1,
                        new CompareFork.Pace(1, 3, 500),
                        ComparePlan.UNLIMITED);
        final List<String> steps = new ArrayList<>();

        final List<Profile> profiles =
                new ProfileRun(plan, (done, all, next) -> steps.add(done + "/" + all + " " + next))
                        .run();

        assertThat(plan.profileForecast().jvms()).isEqualTo(3);
        assertThat(steps)
                .containsExactly(
                        "0/3 profile of flagstone",
                        "1/3 profile of chm",
                        "2/3 profile of flagstone");
        for (final Profile profile : profiles) {
            assertThat(profile.refused()).isNull();
            assertThat(profile.methods().samples()).as("%s", profile).isPositive();
            assertThat(profile.methods().hottest()).hasSizeBetween(1, 10);
        }
        assertThat(profiles.get(0).methods().hottest())
                .anyMatch(method -> method.name().startsWith("io.flagstone."));
    }

    @Test
    void reportsHaveARowForEachFigure() throws IOException {
        final Samples ours = new Samples();
        ours.add(new double[] {10, 12, 11}, 0);
        ours.add(new double[] {11, 11, 11}, 0);
        final Samples theirs = new Samples();
        theirs.add(new double[] {1000, 1200, 1100}, 24);
        final Samples floor = new Samples();
        floor.add(new double[] {4, 5, 6}, 0);
        floor.add(new double[] {7, 8, 9}, 0);
        final CompareReport report =
                new CompareReport(
                        List.of(
                                ours.figure(Measurement.GET, ContenderType.FLAGSTONE, SCALE, ours),
                                theirs.figure(Measurement.GET, ContenderType.CHM, SCALE, ours),
                                floor.figure(
                                        Measurement.GET, ContenderType.FLOOR_LATENCY, SCALE, ours),
                                CompareFigure.refused(
                                        Measurement.GET,
                                        ContenderType.LINKED_HASH_MAP,
                                        SCALE,
                                        "<no reason>")),
                        List.of(
                                new Profile(
                                        Measurement.GET,
                                        ContenderType.CHM,
                                        SCALE,
                                        MethodSamples.of(Map.of("a.B.hot", 75, "a.C.cool", 25)),
                                        null)),
                        new Origin(
                                new Machine("17", "a cpu", 2, 4096, "never", "Linux", "abc123"),
                                "java -jar x compare",
                                Instant.EPOCH,
                                2.5));

        final JsonObject root = JsonParser.parseString(report.json()).getAsJsonObject();
        assertThat(root.get("command").getAsString()).isEqualTo("java -jar x compare");
        assertThat(root.get("date").getAsString()).isEqualTo("1970-01-01T00:00:00Z");
        final JsonObject first = root.getAsJsonArray("rows").get(0).getAsJsonObject();
        assertThat(first.get("benchmark").getAsString()).isEqualTo("get");
        assertThat(first.get("impl").getAsString()).isEqualTo("flagstone");
        assertThat(first.get("entries").getAsInt()).isEqualTo(5000);
        assertThat(first.get("valueBytes").getAsInt()).isEqualTo(16);
        assertThat(first.get("threads").getAsInt()).isEqualTo(1);
        assertThat(first.get("nsPerOp").getAsDouble()).isEqualTo(11);
        assertThat(first.get("low").getAsDouble()).isEqualTo(10);
        assertThat(first.get("high").getAsDouble()).isEqualTo(12);
        assertThat(first.get("bytesPerOp").getAsDouble()).isZero();
        assertThat(first.get("refused").isJsonNull()).isTrue();
        assertThat(first.keySet()).contains("jdk", "cpu", "pageSizeBytes", "commit");
        final JsonObject oneRound = root.getAsJsonArray("rows").get(1).getAsJsonObject();
        assertThat(oneRound.get("nsPerOp").getAsDouble()).isEqualTo(1100);
        for (final String key : List.of("low", "high", "ratioLow", "ratioHigh")) {
            assertThat(oneRound.get(key).isJsonNull()).as(key).isTrue();
        }
        assertThat(oneRound.get("verdict").getAsString()).isEmpty();
        final JsonObject profile = root.getAsJsonArray("profiles").get(0).getAsJsonObject();
        assertThat(profile.get("samples").getAsInt()).isEqualTo(100);
        final JsonObject hottest = profile.getAsJsonArray("methods").get(0).getAsJsonObject();
        assertThat(hottest.get("method").getAsString()).isEqualTo("a.B.hot");
        assertThat(hottest.get("share").getAsDouble()).isEqualTo(0.75);
        final JsonObject last = root.getAsJsonArray("rows").get(3).getAsJsonObject();
        assertThat(last.get("nsPerOp").isJsonNull()).isTrue();
        assertThat(last.get("refused").getAsString()).isEqualTo("<no reason>");

        final StringWriter text = new StringWriter();
        report.print(new PrintWriter(text));
        assertThat(text.toString())
                .contains(
                        "Warning: the machine was busy, with a load average of 2.5 on 2",
                        "get, 5,000 entries, 16-byte values, zipf keys, 1 thread",
                        "not steady: floor-latency took 5.0 to 8.0 ns in different rounds.",
                        "100.00",
                        "One round has no range",
                        "one round",
                        "hottest methods of chm, get, 5,000 entries",
                        "100 samples, so a share is right to about ±10 points",
                        "75.0 %",
                        "- linked-hash-map: <no reason>");

        final String page = report.html();
        assertThat(page.split("<svg ", -1)).hasSize(2);
        assertThat(page)
                .contains(
                        "&lt;no reason&gt;",
                        "aria-label=\"get, 5,000 entries",
                        "a.C.cool",
                        "java -jar x compare")
                .doesNotContain("src=", "href=", "@import", "<script");
    }
}
