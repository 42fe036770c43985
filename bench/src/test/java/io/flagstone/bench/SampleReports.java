// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.compare.CompareFigure;
import io.flagstone.bench.compare.CompareReport;
import io.flagstone.bench.compare.Measurement;
import io.flagstone.bench.compare.SampleProfiles;
import io.flagstone.bench.compare.Scale;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Machine;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.growth.FootprintReport;
import io.flagstone.bench.growth.GrowthFigure;
import io.flagstone.bench.growth.GrowthReport;
import io.flagstone.bench.growth.SampleFigures;
import io.flagstone.bench.hitratio.HitRatioFigure;
import io.flagstone.bench.hitratio.HitRatioReport;
import io.flagstone.bench.hitratio.HitRatioRun;
import io.flagstone.bench.latency.SampleLatencies;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.SampleSettings;
import io.flagstone.bench.trace.TraceFormat;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A report of each command that compares contenders, with invented figures that are as large as
 * real ones get.
 */
final class SampleReports {
    static final Origin ORIGIN =
            new Origin(
                    new Machine(
                            "17.0.15+6-Debian-1deb12u1, Debian",
                            "A Processor 9999 With A Long Name (family 25, model 17)",
                            2,
                            4096,
                            "madvise",
                            "Linux 6.1",
                            "abc1234+"),
                    "java -jar bench/target/flagstone-bench.jar command --html page.html",
                    Instant.parse("2026-11-29T10:15:00Z"),
                    7.5);

    private static final List<Integer> SIZES = List.of(10_000, 100_000, 1_000_000, 10_000_000);

    private SampleReports() {}

    /** Returns the reports by the names of their commands. */
    static Map<String, Report> all() {
        final Map<String, Report> reports = new LinkedHashMap<>();
        reports.put("compare", compare());
        final List<GrowthFigure> growth = SampleFigures.of(SIZES);
        reports.put("growth", new GrowthReport(growth, SampleFigures.expiry(SIZES), ORIGIN));
        reports.put(
                "memory", new FootprintReport(SampleFigures.of(List.of(10_000, 100_000)), ORIGIN));
        reports.put("latency", SampleLatencies.report(ORIGIN));
        reports.put("hit-ratio", hitRatio());
        return reports;
    }

    private static Report compare() {
        final List<CompareFigure> figures = new ArrayList<>();
        for (final Measurement measurement : Measurement.values()) {
            for (final int entries : List.of(10_000, 2_000_000)) {
                final Scale scale = new Scale(entries, 64, "uniform", 2);
                for (final ContenderType type : ContenderType.values()) {
                    final double ns = 12.5 + Math.pow(2, type.ordinal());
                    figures.add(
                            new CompareFigure(
                                    measurement,
                                    type,
                                    scale,
                                    ns,
                                    0.7 * ns,
                                    2 * ns,
                                    1_024,
                                    ns / 13.5,
                                    ns / 15,
                                    ns / 10,
                                    List.of(ns, 2 * ns),
                                    30,
                                    3,
                                    SampleSettings.of(type, entries),
                                    type == ContenderType.CHM ? "never evicts" : null));
                }
            }
        }
        return new CompareReport(figures, SampleProfiles.of(figures.get(0).scale()), ORIGIN);
    }

    private static Report hitRatio() {
        final List<Long> budgets = LongStream.range(18, 31).mapToObj(i -> 1L << i).toList();
        final List<HitRatioFigure> figures = new ArrayList<>();
        final List<String> names = new ArrayList<>(List.of("ideal-lru"));
        Arrays.stream(ContenderType.values())
                .filter(type -> !type.isFloor())
                .forEach(type -> names.add(type.title()));
        for (final long budget : budgets) {
            for (final String name : names) {
                final long hits =
                        (long) (1_000 * Math.sqrt(budget)) + 20_000L * names.indexOf(name);
                figures.add(
                        new HitRatioFigure(
                                name,
                                budget,
                                40_000_000,
                                hits,
                                budget / 120,
                                budget < 1 << 19 && "mapdb".equals(name) ? budget + 1 : budget,
                                120.5,
                                "ideal-lru".equals(name)
                                        ? EffectiveSettings.NONE
                                        : SampleSettings.of(
                                                ContenderType.of(name).orElseThrow(), budget),
                                "chm".equals(name) ? "never evicts" : null));
            }
        }
        final HitRatioRun run =
                new HitRatioRun(
                        List.of(ContenderType.values()),
                        Path.of("a-trace-with-a-long-name.oracleGeneral.bin"),
                        TraceFormat.values()[0],
                        budgets,
                        64);
        return new HitRatioReport(run, figures, ORIGIN);
    }
}
