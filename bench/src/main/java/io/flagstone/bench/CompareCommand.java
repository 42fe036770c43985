// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.compare.CompareFigure;
import io.flagstone.bench.compare.CompareFork.Pace;
import io.flagstone.bench.compare.ComparePlan;
import io.flagstone.bench.compare.CompareReport;
import io.flagstone.bench.compare.CompareRun;
import io.flagstone.bench.compare.Measurement;
import io.flagstone.bench.compare.Profile;
import io.flagstone.bench.compare.ProfileRun;
import io.flagstone.bench.compare.Scale;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.fork.Forecast;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.Rounds;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code compare}: measures all contenders alternately. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Measures Flagstone, other caches, maps, and the floors that memory sets.",
            "",
            "Contenders alternate, A B C A B C, each in a fresh JVM. JMH measures them with its"
                + " allocation profiler. Without further options: get, multi-get, put-update and"
                + " put-evict of all contenders with 10,000, 100,000 and 2,000,000 entries."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; the reports list the measurements that a contender refused",
            "2:invalid options, or a report could not be written"
        })
final class CompareCommand implements Callable<Integer> {
    private static final long QUICK_MS = TimeUnit.SECONDS.toMillis(280);
    private static final int MAX_THREADS = 4;
    private static final int MAX_ROUNDS = 1_000;
    private static final int MAX_MINUTES = 10_000;
    private static final List<String> USUAL =
            List.of("get", "multi-get", "put-update", "put-evict");
    private static final List<String> QUICK = List.of("get", "multi-get", "put-update");

    @Spec private CommandSpec spec;

    @Option(
            names = "--quick",
            description =
                    "Short iterations, within five minutes on two cores: get, multi-get and"
                            + " put-update with 10,000 and 2,000,000 entries.")
    private boolean quick;

    @Option(
            names = "--benchmark",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Operations to measure: get, get-ttl, get-miss, multi-get, put-update,"
                            + " mixed-95, mixed-50, put-evict, or all.")
    private List<String> benchmarks = new ArrayList<>();

    @Option(names = "--entries", split = ",", paramLabel = "N", description = "Number of entries.")
    private List<Integer> entries = new ArrayList<>();

    @Option(
            names = "--value-bytes",
            split = ",",
            paramLabel = "N",
            description = "Bytes of a value (64).")
    private List<Integer> valueBytes = new ArrayList<>(List.of(64));

    @Option(
            names = "--keys",
            split = ",",
            paramLabel = "NAME",
            description = "Distribution of keys: uniform, zipf (uniform).")
    private List<String> keys = new ArrayList<>(List.of("uniform"));

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Concurrent threads (1).")
    private List<Integer> threads = new ArrayList<>(List.of(1));

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "JVMs for each contender and size (5).")
    private int rounds = Rounds.ENOUGH;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description =
                    "Time limit after which no JVM is started; slow contenders then get fewer"
                            + " rounds (no limit; 5 with --quick).")
    private Integer minutes;

    @Option(
            names = "--profile",
            description =
                    "Afterwards, sample the hottest methods of each contender and operation with"
                            + " Flight Recorder, in further JVMs.")
    private boolean profile;

    @ArgGroup(validate = false, heading = "%nContenders and reports:%n")
    private ContenderOptions contenders = new ContenderOptions();

    @Override
    public Integer call() throws InterruptedException {
        complete();
        return contenders.run(spec, problems(), this::forecast, this::measure);
    }

    private Forecast forecast() {
        final Forecast measured = plan().forecast();
        return profile ? measured.plus(plan().profileForecast()) : measured;
    }

    private CompareReport measure(StepListener progress, Supplier<Origin> origin)
            throws IOException, InterruptedException {
        final List<CompareFigure> figures = new CompareRun(plan(), progress).run();
        final List<Profile> profiles = profile ? new ProfileRun(plan(), progress).run() : List.of();
        return new CompareReport(figures, profiles, origin.get());
    }

    private void complete() {
        if (benchmarks.isEmpty()) {
            benchmarks.addAll(quick ? QUICK : USUAL);
        } else if (benchmarks.equals(List.of("all"))) {
            benchmarks = Measurement.titles();
        }
        if (entries.isEmpty()) {
            entries.addAll(
                    quick ? List.of(10_000, 2_000_000) : List.of(10_000, 100_000, 2_000_000));
        }
    }

    private Stream<String> problems() {
        return Stream.of(
                        benchmarks.stream().map(CompareCommand::problemOfBenchmark),
                        entries.stream().map(ContenderSettings::problemOfEntries),
                        valueBytes.stream().map(ContenderSettings::problemOfValueBytes),
                        keys.stream().map(ContenderOptions::problemOfKeys),
                        threads.stream()
                                .map(one -> Limits.problem("--threads", one, 1, MAX_THREADS)),
                        Stream.ofNullable(minutes)
                                .map(one -> Limits.problem("--minutes", one, 1, MAX_MINUTES)),
                        Stream.of(rounds)
                                .map(one -> Limits.problem("--rounds", one, 1, MAX_ROUNDS)))
                .flatMap(problems -> problems);
    }

    private static String problemOfBenchmark(String title) {
        return Measurement.of(title).isPresent()
                ? null
                : "--benchmark "
                        + title
                        + " is not one of "
                        + String.join(", ", Measurement.titles());
    }

    private long budgetMs() {
        if (minutes == null) {
            return quick ? QUICK_MS : ComparePlan.UNLIMITED;
        }
        return TimeUnit.MINUTES.toMillis(minutes);
    }

    private ComparePlan plan() {
        final List<Scale> scales = new ArrayList<>();
        for (final int threadCount : threads) {
            for (final String distribution : keys) {
                for (final int bytes : valueBytes) {
                    entries.forEach(
                            count ->
                                    scales.add(new Scale(count, bytes, distribution, threadCount)));
                }
            }
        }
        final Pace pace = quick ? ComparePlan.QUICK : ComparePlan.FULL;
        return new ComparePlan(
                contenders.types(),
                benchmarks.stream().map(one -> Measurement.of(one).orElseThrow()).toList(),
                scales,
                rounds,
                pace,
                budgetMs());
    }
}
