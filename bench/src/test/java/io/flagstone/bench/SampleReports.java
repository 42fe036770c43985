// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.bench.agreement.AgreementFigure;
import io.flagstone.bench.agreement.AgreementReport;
import io.flagstone.bench.agreement.AgreementResult;
import io.flagstone.bench.agreement.AgreementSystem;
import io.flagstone.bench.cluster.ClusterReport;
import io.flagstone.bench.cluster.ClusterResult;
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
import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.replicas.Lag;
import io.flagstone.bench.replicas.ReplicatedReport;
import io.flagstone.bench.replicas.ReplicatedResult;
import io.flagstone.bench.replicas.ReplicatedResult.KilledReplica;
import io.flagstone.bench.replicas.ReplicatedResult.Promotion;
import io.flagstone.bench.replicas.ReplicatedResult.Replica;
import io.flagstone.bench.replicas.ReplicatedResult.Stay;
import io.flagstone.bench.replication.Pair;
import io.flagstone.bench.replication.ReplicationFigure;
import io.flagstone.bench.replication.ReplicationReport;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.SampleSettings;
import io.flagstone.bench.trace.TraceFormat;
import io.flagstone.bench.verify.Differences;
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
        reports.put("replicas", replicas());
        reports.put("cluster", cluster());
        reports.put("agreement", agreement());
        reports.put("replication", replication());
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

    private static Report cluster() {
        return new ClusterReport(
                new ClusterResult(
                        987_654,
                        100_000,
                        2,
                        43_210,
                        1,
                        1_912_345_678,
                        2_345_678_901L,
                        12_345_678_901L,
                        12_345,
                        1,
                        2,
                        3,
                        4,
                        2,
                        List.of("member 2 differs at snapshot 1: digest 0123456789abcdef")),
                ORIGIN);
    }

    private static Report agreement() {
        final List<AgreementResult> results = new ArrayList<>();
        for (final AgreementSystem system : AgreementSystem.values()) {
            final List<AgreementFigure> figures = new ArrayList<>();
            for (final AgreementFigure.Unit unit : AgreementFigure.Unit.values()) {
                figures.add(
                        new AgreementFigure(
                                "key" + unit,
                                "member started until it has all",
                                unit,
                                List.of(1_234_567_890.0, 987_654_321.0)));
            }
            results.add(
                    new AgreementResult(
                            system,
                            Map.of(
                                    "between members", "TCP, otherwise the shipped raft.xml",
                                    "lost leader", "a rule of several words, and another one"),
                            figures,
                            1_234_567,
                            1,
                            2,
                            List.of("key 9999 has 1234566 instead of 1234567"),
                            "no member became the leader within two minutes"));
        }
        return new AgreementReport(results, ORIGIN);
    }

    private static Report replication() {
        final List<ReplicationFigure> figures = new ArrayList<>();
        for (final Pair pair : Pair.values()) {
            figures.add(
                    new ReplicationFigure(
                            pair,
                            8,
                            1_234_567,
                            987_654,
                            2_345_678,
                            10_000,
                            List.of(1_234L, 56_789L, 98_765_432L, 1_234_567_890L),
                            100,
                            pair == Pair.REDIS ? "redis-server is not installed" : null));
        }
        return new ReplicationReport(figures, ORIGIN);
    }

    private static Report replicas() {
        final EffectiveConfiguration configuration;
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).build()) {
            configuration = cache.configuration();
        }
        final Lag lag = new Lag(66_569, 6_808_000, 10_309_599_000L, 10_385_097_000L, 1, 2, 3, 4);
        final List<Stay> stays =
                List.of(
                        new Stay("the first primary", "killed", 1_624_000_000, lag),
                        new Stay("the first primary", "its primary was killed", 1, lag),
                        new Stay("replica 8", "the tape ended", 0, lag));
        final List<Replica> replicas =
                List.of(
                        new Replica(1, true, -1, 123_456_789, 0, 1, stays),
                        new Replica(2, false, 1, 123_456_788, 10, 0, stays));
        return new ReplicatedReport(
                new Setup("trades of a tape", "trades", true, "", List.of()),
                new ReplicatedResult(
                        987_654_321,
                        100_000,
                        25_000,
                        true,
                        new KilledReplica(2, 12_345, 1_234_567_890),
                        new Promotion(1, 66_197, 198_543, 198_101, 199_696, 66_573, false),
                        -1,
                        123_456_789,
                        115_375,
                        replicas,
                        new Differences(),
                        configuration,
                        12_345_678_901L),
                ORIGIN);
    }
}
