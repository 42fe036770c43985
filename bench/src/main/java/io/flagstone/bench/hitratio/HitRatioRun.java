// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.bench.contender.Ability;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.fork.ForkFailedException;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.trace.TraceFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Replays a trace on contenders with several budgets, each in a fresh JVM.
 *
 * @param types the contenders; those that never evict are refused.
 * @param trace the file of the trace.
 * @param format its format.
 * @param budgets the budgets in bytes, ascending.
 * @param valueBytes the bytes of every value; sizes in the trace are ignored.
 */
public record HitRatioRun(
        List<ContenderType> types,
        Path trace,
        TraceFormat format,
        List<Long> budgets,
        int valueBytes) {
    /** The title of exact LRU with {@link IdealCache#BOOKKEEPING_BYTES} for each entry. */
    static final String IDEAL = "ideal-lru";

    private static final long LIMIT_MS = TimeUnit.MINUTES.toMillis(10);

    /** Returns how many entries fit into exact LRU. */
    static long idealEntries(HitRatioFork.Request request) {
        return request.budgetBytes() / idealEntryBytes(request.valueBytes());
    }

    private static long idealEntryBytes(int valueBytes) {
        return (long) Long.BYTES + valueBytes + IdealCache.BOOKKEEPING_BYTES;
    }

    /**
     * Measures everything.
     *
     * @param progress is told of each JVM.
     * @return a figure for each budget and contender; those of the ideal are first in each budget.
     * @throws IOException if the trace cannot be read or a JVM cannot be started.
     * @throws InterruptedException if the thread is interrupted.
     */
    public List<HitRatioFigure> run(StepListener progress)
            throws IOException, InterruptedException {
        final DenseTrace dense = DenseTrace.read(trace, format);
        final List<HitRatioFigure> figures = new ArrayList<>();
        int done = 0;
        for (final long budget : budgets) {
            final HitRatioFork.Request ideal = request(IDEAL, budget);
            final long entries = idealEntries(ideal);
            figures.add(
                    new HitRatioFigure(
                            IDEAL,
                            budget,
                            dense.keys().length,
                            IdealLru.hits(dense.keys(), entries),
                            Math.min(entries, dense.distinct()),
                            entries * idealEntryBytes(valueBytes),
                            idealEntryBytes(valueBytes),
                            EffectiveSettings.NONE,
                            null));
            for (final ContenderType type : types) {
                progress.next(done++, budgets.size() * types.size(), type.title() + " " + budget);
                figures.add(run(type, budget));
            }
        }
        return figures;
    }

    private HitRatioFork.Request request(String impl, long budget) {
        return new HitRatioFork.Request(
                impl, trace.toAbsolutePath().toString(), format.name(), budget, valueBytes);
    }

    private HitRatioFigure run(ContenderType type, long budget)
            throws IOException, InterruptedException {
        if (!type.can(Ability.EVICTS)) {
            return refused(type, budget, Ability.EVICTS.lack());
        }
        try {
            final HitRatioFork.Reply reply =
                    HitRatioFork.Reply.of(
                            new Fork(HitRatioFork.class, LIMIT_MS)
                                    .flags(List.of("-XX:MaxDirectMemorySize=16g"))
                                    .flags(type.jvmFlags())
                                    .run(List.of(request(type.title(), budget).toJson())));
            return new HitRatioFigure(
                    type.title(),
                    budget,
                    reply.requests(),
                    reply.hits(),
                    reply.entries(),
                    reply.usedBytes(),
                    reply.bytesPerEntry(),
                    reply.settings(),
                    null);
        } catch (ForkFailedException failure) {
            return refused(type, budget, failure.getMessage());
        }
    }

    private static HitRatioFigure refused(ContenderType type, long budget, String reason) {
        return new HitRatioFigure(
                type.title(), budget, 0, 0, 0, 0, 0, EffectiveSettings.NONE, reason);
    }
}
