// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.ForkFailedException;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Measures contenders alternately, A B C A B C, each in a fresh JVM, so that a change of the
 * machine's speed affects all of them.
 *
 * <p>A JVM fills one contender at one scale once and runs all its measurements. If the time is
 * limited, a JVM is skipped if it would not finish in time, judged by its duration in the round
 * before.
 */
public final class CompareRun {
    private final ComparePlan plan;
    private final StepListener progress;
    private final LongSupplier clockMs;
    private final Map<Key, Samples> samples = new HashMap<>();
    private final Map<Key, String> refusals = new LinkedHashMap<>();
    private final Map<Cell, Long> durations = new HashMap<>();

    /**
     * Creates a run. Starts no JVM.
     *
     * @param plan the plan.
     * @param progress is told of each JVM.
     */
    public CompareRun(ComparePlan plan, StepListener progress) {
        this.plan = plan;
        this.progress = progress;
        this.clockMs = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /**
     * Measures everything.
     *
     * @return a figure for each measurement, scale and contender, in this order.
     * @throws IOException if a JVM cannot be started.
     * @throws InterruptedException if the thread is interrupted.
     */
    public List<CompareFigure> run() throws IOException, InterruptedException {
        final List<Cell> cells = cells();
        final long begin = clockMs.getAsLong();
        int done = 0;
        for (int round = 0; round < plan.rounds(); round++) {
            for (final Cell cell : cells) {
                progress.next(done++, cells.size() * plan.rounds(), cell.toString());
                run(cell, begin);
            }
        }
        return figures();
    }

    private List<Cell> cells() {
        final List<Cell> cells = new ArrayList<>();
        for (final Scale scale : plan.scales()) {
            for (final ContenderType type : plan.types()) {
                if (!plan.measurements(type).isEmpty()) {
                    cells.add(new Cell(type, scale));
                }
            }
        }
        return cells;
    }

    private void run(Cell cell, long begin) throws IOException, InterruptedException {
        final List<Measurement> measurements = plan.measurements(cell.type());
        final long now = clockMs.getAsLong();
        final long expected = durations.getOrDefault(cell, 0L);
        if (plan.budgetMs() != ComparePlan.UNLIMITED && now - begin + expected > plan.budgetMs()) {
            skip(cell, "not run: the time limit was reached");
            return;
        }
        try {
            new CompareJvm(cell.type(), cell.scale(), measurements, plan.pace(), false)
                    .run()
                    .forEach((one, reply) -> take(new Key(one, cell), reply));
        } catch (ForkFailedException failure) {
            skip(cell, failure.getMessage());
        }
        durations.put(cell, clockMs.getAsLong() - now);
    }

    private void take(Key key, CompareFork.Reply reply) {
        if (reply.failure() == null) {
            samples(key).add(reply.nsPerOp(), reply.bytesPerOp());
            samples(key).settings(reply.settings());
        } else {
            refuse(key, reply.failure());
        }
    }

    private void skip(Cell cell, String reason) {
        plan.measurements(cell.type()).forEach(one -> refuse(new Key(one, cell), reason));
    }

    private void refuse(Key key, String reason) {
        samples(key).add(null, 0);
        refusals.putIfAbsent(key, reason);
    }

    private Samples samples(Key key) {
        return samples.computeIfAbsent(key, absent -> new Samples());
    }

    private List<CompareFigure> figures() {
        final List<CompareFigure> figures = new ArrayList<>();
        for (final Measurement measurement : plan.measurements()) {
            for (final Scale scale : plan.scales()) {
                for (final ContenderType type : plan.types()) {
                    figures.add(figure(measurement, new Cell(type, scale)));
                }
            }
        }
        return figures;
    }

    private CompareFigure figure(Measurement measurement, Cell cell) {
        final Key key = new Key(measurement, cell);
        final Samples own = samples.get(key);
        if (own == null || own.isEmpty()) {
            return CompareFigure.refused(
                    measurement,
                    cell.type(),
                    cell.scale(),
                    measurement.refusal(cell.type()).orElseGet(() -> refusals.get(key)));
        }
        final Cell ours = new Cell(ContenderType.FLAGSTONE, cell.scale());
        return own.figure(
                measurement, cell.type(), cell.scale(), samples.get(new Key(measurement, ours)));
    }

    private record Cell(ContenderType type, Scale scale) {
        @Override
        public String toString() {
            return type.title() + " " + scale.entries();
        }
    }

    private record Key(Measurement measurement, Cell cell) {}
}
