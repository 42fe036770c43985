// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.Rounds;
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
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code latency}: measures reads at a fixed rate while a feed writes. */
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
            "One thread reads and one feeds. Each keeps its rate however long its operations take;"
                    + " the latency of a read counts from the time when it was due. Contenders"
                    + " alternate in fresh JVMs. Needs two processors for itself."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; the reports list the measurements that a contender refused",
            "2:invalid options, or a report could not be written"
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

    @Option(names = "--entries", paramLabel = "N", description = "Number of entries (1,000,000).")
    private int entries = 1_000_000;

    @Option(names = "--value-bytes", paramLabel = "N", description = "Bytes of a value (64).")
    private int valueBytes = 64;

    @Option(
            names = "--keys",
            paramLabel = "NAME",
            description = "Distribution of keys: uniform, zipf (zipf).")
    private String keys = "zipf";

    @Option(names = "--read-rate", paramLabel = "N", description = "Reads a second (100,000).")
    private int readRate = 100_000;

    @Option(names = "--feed-rate", paramLabel = "N", description = "Writes a second (100,000).")
    private int feedRate = 100_000;

    @Option(
            names = "--new-keys",
            paramLabel = "PERCENT",
            description = "Percentage of writes with a new key, which evict another entry (10).")
    private int newKeys = 10;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Seconds that each JVM measures (10).")
    private double seconds = 10;

    @Option(names = "--warmup", paramLabel = "S", description = "Seconds of warm-up before (5).")
    private double warmup = 5;

    @Option(
            names = "--stall-us",
            paramLabel = "N",
            description = "Microseconds above which a read is a stall, counted by its cause (50).")
    private long stallMicros = 50;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of each JVM (4g).")
    private String heap = "4g";

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "JVMs for each contender and collector (5).")
    private int rounds = Rounds.ENOUGH;

    @ArgGroup(validate = false, heading = "%nContenders and reports:%n")
    private ContenderOptions contenders = new ContenderOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (collectors.isEmpty()) {
            collectors.addAll(Collector.titles());
        }
        return contenders.run(spec, problems(), () -> plan().forecast(), this::measure);
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
                                : "--heap " + heap + " is not a size such as 512m or 4g"));
    }

    private static String problemOfCollector(String title) {
        return Collector.of(title).isPresent()
                ? null
                : "--gc " + title + " is not one of " + String.join(", ", Collector.titles());
    }

    private LatencyReport measure(StepListener progress, Supplier<Origin> origin)
            throws IOException, InterruptedException {
        final LatencyPlan plan = plan();
        return new LatencyReport(plan, new LatencyRun(plan, progress).run(), origin.get());
    }

    private LatencyPlan plan() {
        return new LatencyPlan(
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
    }
}
