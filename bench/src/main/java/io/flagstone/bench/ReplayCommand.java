// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.fork.Load;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.CacheRefusedException;
import io.flagstone.bench.replay.CacheSettings;
import io.flagstone.bench.replay.Progress;
import io.flagstone.bench.replay.Replay;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.replay.TapeSettings;
import io.flagstone.bench.replay.report.ReplayReport;
import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.replay.report.Setup.Setting;
import io.flagstone.bench.replicas.ReplicatedReplay;
import io.flagstone.bench.replicas.ReplicatedReport;
import io.flagstone.bench.replicas.ReplicatedResult;
import io.flagstone.bench.tape.PriceLevelRecord;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code replay}: replays the trade tape or a trace and reports the result. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Replays recorded requests against a cache and reports hits, latencies and memory.",
            "",
            "Without --trace: 100 000 trades of bitcoins for dollars (Bitstamp, 25 November to"
                    + " 1 December 2013). Each trade updates its price level in the cache and"
                    + " renews the level's time to live; then the levels around it are read. At"
                    + " the end, the last level is read before and after its time to live.",
            "With --trace: each request of the file is a get and, if the get misses, a put.",
            "",
            "With --replicas: the tape on a primary and replicas, in processes that are killed.",
            "",
            "The cache's clock follows the times of the input. Requests are gets and updates; each"
                    + " hits or misses. Operations are requests, puts and changes of the time to"
                    + " live."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no problem found",
            "1:differences from the model or between replicas, or a failed audit",
            "2:invalid options or input, a process failed, or a report could not be written"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final long TAPE_MEMORY_BYTES = 128 << 10;
    private static final long TAPE_TTL_NS = TimeUnit.DAYS.toNanos(1);
    private static final long SMALL_MEMORY_BYTES = 28 << 10;
    private static final long SMALL_TTL_NS = TimeUnit.MINUTES.toNanos(30);
    private static final int SMALL_SEGMENTS = 1;
    private static final double SMALL_PROMOTION = 0.0;
    private static final long TRACE_MEMORY_BYTES = 256 << 20;

    @Spec private CommandSpec spec;

    @ArgGroup(validate = false, order = 1, heading = "%nThe cache:%n")
    private CacheOptions cache = new CacheOptions();

    @ArgGroup(validate = false, order = 2, heading = "%nThe trade tape:%n")
    private TapeOptions tape = new TapeOptions();

    @ArgGroup(validate = false, order = 3, heading = "%nA trace:%n")
    private TraceOptions trace = new TraceOptions();

    @ArgGroup(validate = false, order = 4, heading = "%nReplicas:%n")
    private ReplicasOptions replicas = new ReplicasOptions();

    @ArgGroup(validate = false, order = 5, heading = "%nReports:%n")
    private ReplayOptions reports = new ReplayOptions();

    @Override
    public Integer call() {
        checkOptions();
        try {
            final Load load = new Load();
            if (replicas.given()) {
                return replayWithReplicas(load);
            }
            final boolean traced = trace.given();
            final ReplayResult result = traced ? replayTrace() : replayTape();
            reports.write(
                    spec.commandLine(),
                    new ReplayReport(
                            traced ? traceSetup() : tapeSetup(),
                            result,
                            Origin.of(OutputOptions.commandLine(spec), load)));
            return result.passed() ? 0 : 1;
        } catch (CacheRefusedException refusal) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the cache cannot be built: " + refusal.getMessage(),
                    refusal);
        } catch (IOException failure) {
            return reports.fail(spec, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return reports.fail(spec, new IOException("interrupted", interrupted));
        }
    }

    private int replayWithReplicas(Load load) throws IOException, InterruptedException {
        final CacheSettings settings = tapeCache();
        final ReplicatedResult result;
        if (reports.progress()) {
            try (ProgressDisplay display = new ProgressDisplay(" trades", 1)) {
                result = replicatedReplay(settings, display).run();
            }
        } else {
            result = replicatedReplay(settings, Progress.NONE).run();
        }
        final Origin origin = Origin.of(OutputOptions.commandLine(spec), load);
        reports.write(spec.commandLine(), new ReplicatedReport(tapeSetup(), result, origin));
        return result.passed() ? 0 : 1;
    }

    private ReplicatedReplay replicatedReplay(CacheSettings settings, Progress progress) {
        return new ReplicatedReplay(
                settings,
                new TapeSettings(tape.tickSize(), tape.depth(), cache.ttlNs()),
                reports.verify(),
                replicas.replicas(),
                replicas.seed(),
                progress);
    }

    private void checkOptions() {
        final String misplaced =
                trace.given() && tape.given()
                        ? "--small, --tick-size and --depth are for the trade tape and cannot be"
                                + " used with --trace"
                        : null;
        reports.check(
                spec,
                Stream.of(
                        misplaced,
                        cache.problem(),
                        tape.problem(),
                        trace.problem(),
                        replicas.problem(trace.given(), reports.metrics() != null)));
    }

    private CacheSettings tapeCache() {
        if (tape.small()) {
            cache.complete(SMALL_MEMORY_BYTES, SMALL_TTL_NS, SMALL_SEGMENTS, SMALL_PROMOTION);
        } else {
            cache.complete(TAPE_MEMORY_BYTES, TAPE_TTL_NS, null, null);
        }
        return cache.settings(Long.BYTES + PriceLevelRecord.LENGTH);
    }

    private ReplayResult replayTape() throws IOException {
        final CacheSettings settings = tapeCache();
        final TapeSettings book = new TapeSettings(tape.tickSize(), tape.depth(), cache.ttlNs());
        return replay(settings, replay -> replay.tape(book));
    }

    private ReplayResult replayTrace() throws IOException {
        cache.complete(TRACE_MEMORY_BYTES, OffHeapCache.NO_TTL, null, null);
        final Integer valueBytes = trace.expectedValueBytes();
        final CacheSettings settings =
                cache.settings(
                        valueBytes == null ? null : Integer.valueOf(Long.BYTES + valueBytes));
        return replay(settings, replay -> replay.trace(trace.settings(cache.ttlNs())));
    }

    private ReplayResult replay(CacheSettings settings, Input input) throws IOException {
        if (!reports.progress()) {
            return input.replay(
                    new Replay(settings, reports.verify(), reports.metrics(), Progress.NONE));
        }
        try (ProgressDisplay display = new ProgressDisplay()) {
            return input.replay(new Replay(settings, reports.verify(), reports.metrics(), display));
        }
    }

    private Setup tapeSetup() {
        final List<Setting> settings = cache.describe();
        final String tickSize = TickSizeConverter.show(tape.tickSize());
        settings.add(
                new Setting(
                        "tick size", tickSize + " USD", "tickSizeUsd", new BigDecimal(tickSize)));
        settings.add(
                new Setting(
                        "depth", tape.depth() + " levels on either side", "depth", tape.depth()));
        return new Setup(
                "trades of Bitstamp BTC/USD, 25 November to 1 December 2013",
                "trades",
                true,
                tapeExplanation(),
                settings);
    }

    private String tapeExplanation() {
        final int gets = 2 * tape.depth();
        return "Each trade makes "
                + (1 + gets)
                + " requests: an update of its price level and "
                + gets
                + " gets of the levels around it, of which many have no trade yet. The command stat"
                + " counts only the gets as reads.";
    }

    private Setup traceSetup() {
        final List<Setting> settings = cache.describe();
        settings.add(
                new Setting(
                        "values",
                        trace.describeValueBytes(),
                        "valueBytes",
                        trace.expectedValueBytes()));
        return new Setup(
                "trace " + trace.file() + " (" + trace.format() + ")",
                "trace requests",
                trace.format().timed(),
                "Each request is a get and, if it misses, a put. So requests are the reads that the"
                        + " command stat shows.",
                settings);
    }

    /** An input that can be replayed: the tape or a trace. */
    private interface Input {
        ReplayResult replay(Replay replay) throws IOException;
    }
}
