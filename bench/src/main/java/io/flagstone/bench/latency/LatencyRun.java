// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import com.google.gson.Gson;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.fork.ForkFailedException;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs contenders in turn under each collector, each in a fresh JVM. */
public final class LatencyRun {
    private static final long FILL_MS = TimeUnit.MINUTES.toMillis(5);
    private static final Gson GSON = new Gson();

    private final LatencyPlan plan;
    private final StepListener progress;

    /**
     * Creates a run that is not started yet.
     *
     * @param plan the plan of the measurement.
     * @param progress notified before each JVM.
     */
    public LatencyRun(LatencyPlan plan, StepListener progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Runs all rounds.
     *
     * @return a figure for each collector and contender, in this order.
     * @throws IOException if no JVM can be started.
     * @throws InterruptedException if interrupted.
     */
    public List<LatencyFigure> run() throws IOException, InterruptedException {
        final List<LatencyFigure> figures = new ArrayList<>();
        for (final Collector collector : plan.collectors()) {
            for (final ContenderType type : plan.types()) {
                figures.add(new LatencyFigure(type, collector));
            }
        }
        for (int round = 0; round < plan.rounds(); round++) {
            for (int i = 0; i < figures.size(); i++) {
                final LatencyFigure figure = figures.get(i);
                progress.next(
                        round * figures.size() + i,
                        plan.rounds() * figures.size(),
                        figure.type().title() + " " + figure.collector().title());
                run(figure);
            }
        }
        return figures;
    }

    private void run(LatencyFigure figure) throws IOException, InterruptedException {
        try {
            final long runMs = (long) (1e3 * (plan.warmupSeconds() + plan.seconds()));
            final String reply =
                    new Fork(LatencyFork.class, FILL_MS + 2 * runMs)
                            .flags(
                                    List.of(
                                            figure.collector().flag(),
                                            "-Xms" + plan.heap(),
                                            "-Xmx" + plan.heap(),
                                            "-XX:+AlwaysPreTouch",
                                            "-XX:MaxDirectMemorySize=16g",
                                            String.format(
                                                    Safepoint.LOG_FLAG,
                                                    Fork.DIRECTORY + "/" + LatencyFork.SAFEPOINTS)))
                            .flags(figure.type().jvmFlags())
                            .run(List.of(GSON.toJson(plan.settings(figure.type()))));
            figure.add(GSON.fromJson(reply, LatencyFork.Reply.class));
        } catch (ForkFailedException failure) {
            figure.refuse(failure.getMessage());
        }
    }
}
