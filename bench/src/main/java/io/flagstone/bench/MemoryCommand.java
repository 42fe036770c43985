// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.growth.FootprintReport;
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

/** The command {@code memory}: measures the memory of contenders. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Measures the bytes that a process needs for each entry of a contender.",
            "",
            "The sum of the live heap after collections, direct buffers as counted by the JVM, and"
                    + " native memory as counted by the contender. Also shows the resident memory."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; the reports list the measurements that a contender refused",
            "2:invalid options, or a report could not be written"
        })
final class MemoryCommand implements Callable<Integer> {
    private static final int LIMIT_SECONDS = 600;

    @Spec private CommandSpec spec;

    @Option(
            names = "--entries",
            split = ",",
            paramLabel = "N",
            description = "Number of entries (100,000 and 2,000,000).")
    private List<Integer> entries = new ArrayList<>();

    @Option(
            names = "--value-bytes",
            split = ",",
            paramLabel = "N",
            description = "Bytes of a value (64).")
    private List<Integer> valueBytes = new ArrayList<>();

    @ArgGroup(validate = false, heading = "%nContenders and reports:%n")
    private ContenderOptions contenders = new ContenderOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (entries.isEmpty()) {
            entries.addAll(List.of(100_000, 2_000_000));
        }
        if (valueBytes.isEmpty()) {
            valueBytes.add(64);
        }
        return contenders.run(spec, problems(), () -> growth().forecast(), this::measure);
    }

    private Stream<String> problems() {
        return Stream.concat(
                entries.stream().map(ContenderSettings::problemOfEntries),
                valueBytes.stream().map(ContenderSettings::problemOfValueBytes));
    }

    private FootprintReport measure(StepListener progress, Supplier<Origin> origin)
            throws IOException, InterruptedException {
        return new FootprintReport(growth().run(progress), origin.get());
    }

    private GrowthRun growth() {
        return new GrowthRun(contenders.types(), entries, valueBytes, 0, LIMIT_SECONDS, 1);
    }
}
