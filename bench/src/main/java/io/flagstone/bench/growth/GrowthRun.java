// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Forecast;
import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.fork.ForkFailedException;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures contenders at several sizes in turn, each in a fresh JVM.
 *
 * @param types the contenders.
 * @param entries the sizes, ascending.
 * @param valueBytes the lengths of values.
 * @param sampleMs milliseconds of each sample; 0 measures memory alone.
 * @param limitSeconds seconds after which a running JVM is stopped.
 * @param rounds how many JVMs each contender gets at each size.
 */
public record GrowthRun(
        List<ContenderType> types,
        List<Integer> entries,
        List<Integer> valueBytes,
        int sampleMs,
        int limitSeconds,
        int rounds) {
    private static final List<String> FLAGS = List.of("-Xmx12g", "-XX:MaxDirectMemorySize=16g");

    /** The first use of a page would be measured as a cost of the contender that allocates. */
    private static final List<String> TOUCHED = List.of("-Xms2g", "-XX:+AlwaysPreTouch");

    /**
     * Returns how long {@link #run} will take.
     *
     * @return the forecast.
     */
    public Forecast forecast() {
        final long measuredMs = GrowthFork.measuredMs(sampleMs);
        return entries.stream()
                .map(count -> Forecast.jvm(measuredMs, GrowthFork.puts(count)))
                .reduce(Forecast.NONE, Forecast::plus)
                .times(types.size() * valueBytes.size() * rounds);
    }

    /**
     * Runs all rounds.
     *
     * @param progress notified before each JVM.
     * @return a figure for each length, size and contender, in this order.
     * @throws IOException if no JVM can be started.
     * @throws InterruptedException if interrupted.
     */
    public List<GrowthFigure> run(StepListener progress) throws IOException, InterruptedException {
        final List<GrowthFigure> figures = new ArrayList<>();
        for (final int bytes : valueBytes) {
            for (final int count : entries) {
                types.forEach(type -> figures.add(new GrowthFigure(type, count, bytes)));
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < figures.size(); i++) {
                final GrowthFigure figure = figures.get(i);
                progress.next(
                        round * figures.size() + i,
                        rounds * figures.size(),
                        figure.type().title() + " " + figure.entries());
                run(figure);
            }
        }
        return figures;
    }

    private void run(GrowthFigure figure) throws IOException, InterruptedException {
        final GrowthFork.Request request =
                new GrowthFork.Request(
                        figure.type().title(), figure.entries(), figure.valueBytes(), sampleMs);
        try {
            figure.add(
                    GrowthFork.Reply.of(
                            new Fork(GrowthFork.class, TimeUnit.SECONDS.toMillis(limitSeconds))
                                    .flags(FLAGS)
                                    .flags(sampleMs > 0 ? TOUCHED : List.of())
                                    .flags(figure.type().jvmFlags())
                                    .run(List.of(request.toJson()))));
        } catch (ForkFailedException failure) {
            figure.refuse(failure.getMessage());
        }
    }
}
