// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.fork.Forecast;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.hitratio.HitRatioReport;
import io.flagstone.bench.hitratio.HitRatioRun;
import io.flagstone.bench.trace.TraceFormat;
import java.io.IOException;
import java.nio.file.Path;
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

/** The command {@code hit-ratio}: compares the hit ratios of contenders on a trace. */
@Command(
        name = "hit-ratio",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Replays a trace on all contenders that evict, each with the same number of bytes, and"
                    + " on exact LRU.",
            "",
            "A contender is filled first to find out how many entries fit."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; the reports list the measurements that a contender refused",
            "2:invalid options or trace, or a report could not be written"
        })
final class HitRatioCommand implements Callable<Integer> {
    private static final long MIN_BUDGET_BYTES = 1L << 18;
    private static final long MAX_BUDGET_BYTES = 8L << 30;

    @Spec private CommandSpec spec;

    @Option(
            names = "--trace",
            required = true,
            paramLabel = "FILE",
            description = "The trace, which may be compressed with gzip (.gz) or xz (.xz).")
    private Path trace;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            converter = FormatConverter.class,
            description = "Its format: lirs, oracle-general, arc or csv, as for replay.")
    private TraceFormat format;

    @Option(
            names = "--memory",
            split = ",",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Budgets, such as 512K,1M,4M (1M, 2M, 4M, 8M).")
    private List<Long> budgets = new ArrayList<>();

    @Option(names = "--value-bytes", paramLabel = "N", description = "Bytes of a value (64).")
    private int valueBytes = 64;

    @ArgGroup(validate = false, heading = "%nContenders and reports:%n")
    private ContenderOptions contenders = new ContenderOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (budgets.isEmpty()) {
            budgets.addAll(List.of(1L << 20, 2L << 20, 4L << 20, 8L << 20));
        }
        return contenders.run(spec, problems(), () -> Forecast.NONE, this::measure);
    }

    private Stream<String> problems() {
        return Stream.concat(
                budgets.stream()
                        .map(
                                one ->
                                        Limits.problem(
                                                "--memory",
                                                one,
                                                MIN_BUDGET_BYTES,
                                                MAX_BUDGET_BYTES)),
                Stream.of(ContenderSettings.problemOfValueBytes(valueBytes)));
    }

    private HitRatioReport measure(StepListener progress, Supplier<Origin> origin)
            throws IOException, InterruptedException {
        final HitRatioRun run =
                new HitRatioRun(
                        contenders.types(),
                        trace,
                        format,
                        budgets.stream().sorted().distinct().toList(),
                        valueBytes);
        return new HitRatioReport(run, run.run(progress), origin.get());
    }
}
