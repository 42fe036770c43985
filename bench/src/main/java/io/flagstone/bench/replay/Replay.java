// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeSample;
import io.flagstone.bench.hitratio.IdealCache;
import io.flagstone.bench.tape.TradeTape;
import io.flagstone.bench.trace.TraceFile;
import io.flagstone.bench.verify.ReferenceModel;
import io.flagstone.metrics.MetricsPublisher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Replays an input on a cache from beginning to end. */
public final class Replay {
    /** The number of steps between two reports of progress. */
    private static final int PROGRESS_STEPS = 1 << 10;

    private final CacheSettings cacheSettings;
    private final boolean verify;
    private final Path metrics;
    private final Progress progress;

    /**
     * Creates a replay.
     *
     * @param cacheSettings the settings of the cache.
     * @param verify whether to compare the cache with a model.
     * @param metrics the file for the cache's metrics, or null.
     * @param progress receives the progress.
     */
    public Replay(CacheSettings cacheSettings, boolean verify, Path metrics, Progress progress) {
        this.metrics = metrics;
        this.cacheSettings = cacheSettings;
        this.verify = verify;
        this.progress = progress;
    }

    /**
     * Replays the trade tape.
     *
     * @param settings the settings of the book.
     * @return the result.
     * @throws IOException if the tape cannot be read or the metrics file cannot be opened.
     * @throws CacheRefusedException if the cache cannot be built.
     */
    public ReplayResult tape(TapeSettings settings) throws IOException {
        try (TradeTape tape = TradeTape.open()) {
            return run(
                    null,
                    (measured, clock, model) ->
                            new TradeBookWorkload(tape, measured, clock, model, settings));
        }
    }

    /**
     * Replays a trace.
     *
     * @param settings the trace and its settings.
     * @return the result.
     * @throws IOException if the trace is malformed or cannot be read, or the metrics file cannot
     *     be opened.
     * @throws CacheRefusedException if the cache cannot be built.
     */
    public ReplayResult trace(TraceSettings settings) throws IOException {
        final SizeSample sample =
                settings.sampled()
                        ? TraceSizes.sample(settings, cacheSettings.largestValueBytes())
                        : null;
        try (TraceFile trace = new TraceFile(settings.file(), settings.format())) {
            return run(
                    sample,
                    (measured, clock, model) ->
                            new TraceWorkload(
                                    trace,
                                    measured,
                                    clock,
                                    model,
                                    settings,
                                    cacheSettings.memoryBytes()));
        }
    }

    private ReplayResult run(SizeSample sample, WorkloadFactory factory) throws IOException {
        final ReplayClock clock = new ReplayClock();
        final ReferenceModel model =
                verify ? new ReferenceModel(clock, cacheSettings.exactOrder()) : null;
        try (OffHeapCache cache = cacheSettings.build(clock, model, sample)) {
            final MeasuredCache measured = new MeasuredCache(cache);
            final Sampler sampler = new Sampler(measured);
            final Workload workload = factory.create(measured, clock, model);
            final long start = System.nanoTime();
            final long steps;
            try (MetricsPublisher publisher = publisher(cache)) {
                steps = steps(workload, clock, model, sampler, publisher);
            }
            final long wallNs = System.nanoTime() - start;
            final CacheStatistics statistics = cache.statistics();
            if (model != null) {
                model.finish(cache.size(), statistics);
            }
            final MemoryReport memory = cache.memoryReport();
            final List<Sample> samples = sampler.finish(clock.nanoTime());
            return new ReplayResult(
                    steps,
                    measured.hits(),
                    measured.misses(),
                    measured.hitBytes(),
                    ideal(workload.ideal()),
                    workload.tooLarge(),
                    clock.heldBack(),
                    statistics,
                    memory,
                    cache.audit(),
                    measured.latencies(),
                    wallNs,
                    samples,
                    model == null ? null : model.differences(),
                    model != null && model.orderChecked(),
                    workload.missCauses(),
                    workload.staleQuote(),
                    cache.configuration());
        }
    }

    private static ReplayResult.Ideal ideal(IdealCache ideal) {
        return ideal == null ? null : new ReplayResult.Ideal(ideal.hits(), ideal.hitBytes());
    }

    private MetricsPublisher publisher(OffHeapCache cache) throws IOException {
        return metrics == null ? null : MetricsPublisher.open(cache, metrics, "replay");
    }

    private long steps(
            Workload workload,
            ReplayClock clock,
            ReferenceModel model,
            Sampler sampler,
            MetricsPublisher publisher)
            throws IOException {
        long steps = 0;
        if (model != null) {
            model.step(1);
        }
        while (workload.step()) {
            steps++;
            if (model != null) {
                model.step(steps + 1);
            }
            sampler.offer(clock.nanoTime());
            if (steps % PROGRESS_STEPS == 0) {
                progress.at(workload.position(), workload.length());
                if (publisher != null) {
                    publisher.doWork();
                }
            }
        }
        progress.at(workload.position(), workload.length());
        return steps;
    }

    /** Creates the workload after the cache is built. */
    private interface WorkloadFactory {
        Workload create(MeasuredCache measured, ReplayClock clock, ReferenceModel model);
    }
}
