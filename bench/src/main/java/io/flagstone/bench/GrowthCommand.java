// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Forecast;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.growth.ExpiryFigure;
import io.flagstone.bench.growth.GrowthFigure;
import io.flagstone.bench.growth.GrowthReport;
import io.flagstone.bench.growth.GrowthRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code growth}: measures contenders at many sizes. */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Measures get, put, filling and memory with thousands to millions of entries, and the"
                    + " cost of expiry in Flagstone by the number of armed timers."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; the reports list the measurements that a contender refused",
            "2:invalid options, or a report could not be written"
        })
final class GrowthCommand implements Callable<Integer> {
    private static final int MAX_SAMPLE_MS = 60_000;
    private static final int MAX_LIMIT_SECONDS = 24 * 60 * 60;

    @Spec private CommandSpec spec;

    @Option(
            names = "--entries",
            split = ",",
            paramLabel = "N",
            description =
                    "Number of entries and of armed timers (10,000, 30,000 and so on to"
                            + " 10,000,000).")
    private List<Integer> entries = new ArrayList<>();

    @Option(names = "--value-bytes", paramLabel = "N", description = "Bytes of a value (64).")
    private int valueBytes = 64;

    @Option(
            names = "--sample-ms",
            paramLabel = "N",
            description = "Milliseconds of each of the seven samples (200).")
    private int sampleMs = 200;

    @Option(
            names = "--limit-seconds",
            paramLabel = "N",
            description = "Seconds after which a JVM that still runs is stopped (120).")
    private int limitSeconds = 120;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "JVMs for each contender and size (3).")
    private int rounds = 3;

    @ArgGroup(validate = false, heading = "%nContenders and reports:%n")
    private ContenderOptions contenders = new ContenderOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (entries.isEmpty()) {
            entries.addAll(
                    List.of(10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000));
        }
        return contenders.run(spec, problems(), this::forecast, this::measure);
    }

    private Stream<String> problems() {
        return Stream.concat(
                entries.stream().map(ContenderSettings::problemOfEntries),
                Stream.of(
                        ContenderSettings.problemOfValueBytes(valueBytes),
                        Limits.problem("--sample-ms", sampleMs, 1, MAX_SAMPLE_MS),
                        Limits.problem("--limit-seconds", limitSeconds, 1, MAX_LIMIT_SECONDS),
                        Limits.problem("--rounds", rounds, 1, 1_000)));
    }

    private List<Integer> sizes() {
        return entries.stream().sorted().distinct().toList();
    }

    private GrowthRun growth() {
        return new GrowthRun(
                contenders.types(), sizes(), List.of(valueBytes), sampleMs, limitSeconds, rounds);
    }

    private Forecast forecast() {
        return contenders.types().contains(ContenderType.FLAGSTONE)
                ? growth().forecast().plus(ExpiryFigure.forecast(sizes()))
                : growth().forecast();
    }

    private GrowthReport measure(StepListener progress, Supplier<Origin> origin)
            throws IOException, InterruptedException {
        final List<GrowthFigure> figures = growth().run(progress);
        final List<ExpiryFigure> expiry =
                contenders.types().contains(ContenderType.FLAGSTONE)
                        ? ExpiryFigure.measure(sizes(), limitSeconds, progress)
                        : List.of();
        return new GrowthReport(figures, expiry, origin.get());
    }
}
