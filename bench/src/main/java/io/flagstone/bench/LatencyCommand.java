// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.fork.Machine;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.latency.Collector;
import io.flagstone.bench.latency.LatencyPlan;
import io.flagstone.bench.latency.LatencyReport;
import io.flagstone.bench.latency.LatencyRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures reads at a fixed rate beside a feed. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Measures how long reads take at a fixed rate, while a feed writes, evicts and lets"
                    + " entries expire.",
            "",
            "One thread reads, one feeds, each at its own rate, whatever becomes of its operations;"
                    + " a read's time counts from when it was due. Contenders take turns in fresh"
                    + " JVMs. Needs two processors of its own."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; what a contender refused is in the reports",
            "2:options refused, or a report not written"
        })
final class LatencyCommand implements Callable<Integer> {
    private static final int MAX_RATE = 10_000_000;

    @Spec private CommandSpec spec;

    @Option(
            names = "--gc",
            split = ",",
            paramLabel = "NAME",
            description = "Garbage collectors: g1, zgc (both).")
    private List<String> collectors = new ArrayList<>();

    @Option(names = "--entries", paramLabel = "N", description = "Entries held (1,000,000).")
    private int entries = 1_000_000;

    @Option(names = "--value-bytes", paramLabel = "N", description = "Bytes of a value (64).")
    private int valueBytes = 64;

    @Option(
            names = "--keys",
            paramLabel = "NAME",
            description = "How keys are drawn: uniform, zipf (zipf).")
    private String keys = "zipf";

    @Option(names = "--read-rate", paramLabel = "N", description = "Reads a second (100,000).")
    private int readRate = 100_000;

    @Option(names = "--feed-rate", paramLabel = "N", description = "Writes a second (100,000).")
    private int feedRate = 100_000;

    @Option(
            names = "--new-keys",
            paramLabel = "PERCENT",
            description = "Writes of keys that are not there, for which others are evicted (10).")
    private int newKeys = 10;

    @Option(names = "--seconds", paramLabel = "S", description = "Seconds of each run (20).")
    private double seconds = 20;

    @Option(names = "--warmup", paramLabel = "S", description = "Seconds before them (5).")
    private double warmup = 5;

    @Option(
            names = "--stall-us",
            paramLabel = "N",
            description = "Reads that take longer are looked into (50).")
    private long stallMicros = 50;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Of each JVM (4g).")
    private String heap = "4g";

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "JVMs for each contender and collector (1).")
    private int rounds = 1;

    @ArgGroup(validate = false, heading = "%nContenders and reports:%n")
    private ContenderOptions contenders = new ContenderOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (collectors.isEmpty()) {
            collectors.addAll(Collector.titles());
        }
        return contenders.run(spec, problems(), this::measure);
    }

    private Stream<String> problems() {
        return Stream.concat(
                collectors.stream().map(LatencyCommand::problemOfCollector),
                Stream.of(
                        ContenderSettings.problemOfEntries(entries),
                        ContenderSettings.problemOfValueBytes(valueBytes),
                        ContenderOptions.problemOfKeys(keys),
                        Limits.problem("--read-rate", readRate, 1, MAX_RATE),
                        Limits.problem("--feed-rate", feedRate, 0, MAX_RATE),
                        Limits.problem("--new-keys", newKeys, 0, 100),
                        Limits.problem("--stall-us", stallMicros, 1, 1_000_000),
                        Limits.problem("--rounds", rounds, 1, 1_000),
                        seconds > 0 ? null : "--seconds " + seconds + " is not positive",
                        warmup >= 0 ? null : "--warmup " + warmup + " is negative",
                        heap.matches("[1-9][0-9]*[mg]")
                                ? null
                                : "--heap " + heap + " is no size such as 512m or 4g"));
    }

    private static String problemOfCollector(String title) {
        return Collector.of(title).isPresent()
                ? null
                : "--gc " + title + " is none of " + String.join(", ", Collector.titles());
    }

    private LatencyReport measure(StepListener progress) throws IOException, InterruptedException {
        final LatencyPlan plan =
                new LatencyPlan(
                        contenders.types(),
                        collectors.stream().map(one -> Collector.of(one).orElseThrow()).toList(),
                        entries,
                        valueBytes,
                        keys,
                        readRate,
                        feedRate,
                        newKeys,
                        seconds,
                        warmup,
                        TimeUnit.MICROSECONDS.toNanos(stallMicros),
                        heap,
                        rounds);
        return new LatencyReport(
                plan,
                new LatencyRun(plan, progress).run(),
                Machine.current(),
                ContenderOptions.commandLine(spec));
    }
}
