// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.flagstone.bench.jmh.ContenderBenchmark;
import io.flagstone.bench.report.EffectiveSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The main class of a measuring JVM. Runs the measurements of one contender with JMH, one after the
 * other and without further forks, so the contender is filled only once.
 */
public final class CompareFork {
    private static final Gson GSON = new Gson();
    private static final String ALLOCATION = "gc.alloc.rate.norm";
    private static final String RECORDING = "profile.jfr";

    private CompareFork() {}

    /**
     * Measures.
     *
     * @param args the file for the replies, and the {@link Request} as JSON.
     * @throws IOException if the file cannot be written.
     */
    public static void main(String[] args) throws IOException {
        final Request request = GSON.fromJson(args[1], Request.class);
        final JsonObject result = new JsonObject();
        for (final String title : request.measurements()) {
            final Measurement measurement = Measurement.of(title).orElseThrow();
            final Path recording = Path.of(args[0]).resolveSibling(RECORDING);
            result.add(title, GSON.toJsonTree(reply(request, measurement, recording)));
        }
        Files.writeString(Path.of(args[0]), GSON.toJson(result));
    }

    private static ChainedOptionsBuilder options(Request request, Measurement measurement) {
        final Scale scale = request.scale();
        final TimeValue iteration = TimeValue.milliseconds(request.pace().iterationMs());
        return new OptionsBuilder()
                .include(ContenderBenchmark.class.getName() + "." + measurement.method() + "$")
                .param("impl", request.impl())
                .param("entries", "" + scale.entries())
                .param("valueBytes", "" + scale.valueBytes())
                .param("keys", scale.keys())
                .threads(scale.threads())
                .forks(0)
                .warmupIterations(request.pace().warmups())
                .warmupTime(iteration)
                .measurementIterations(request.pace().iterations())
                .measurementTime(iteration)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL);
    }

    private static Reply reply(Request request, Measurement measurement, Path recording)
            throws IOException {
        try {
            return request.profiled()
                    ? profile(options(request, measurement), recording)
                    : measure(options(request, measurement));
        } catch (RunnerException failure) {
            return new Reply(null, 0, null, innermost(failure).toString(), EffectiveSettings.NONE);
        }
    }

    private static Reply profile(ChainedOptionsBuilder options, Path recording)
            throws IOException, RunnerException {
        SamplingProfiler.recordTo(recording);
        new Runner(options.addProfiler(SamplingProfiler.class).build()).run();
        SamplingProfiler.finish();
        return new Reply(
                null, 0, MethodSamples.read(recording), null, ContenderBenchmark.settings());
    }

    private static Reply measure(ChainedOptionsBuilder options) throws RunnerException {
        final RunResult run =
                new Runner(options.addProfiler(GCProfiler.class).build()).run().iterator().next();
        final double[] scores =
                run.getBenchmarkResults().iterator().next().getIterationResults().stream()
                        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                        .toArray();
        return new Reply(
                scores,
                run.getSecondaryResults().get(ALLOCATION).getScore(),
                null,
                null,
                ContenderBenchmark.settings());
    }

    /**
     * Finds the exception of the benchmark. JMH wraps it, and adds those of several threads to one
     * exception as suppressed.
     */
    private static Throwable innermost(Throwable failure) {
        if (failure.getSuppressed().length > 0) {
            return innermost(failure.getSuppressed()[0]);
        }
        return failure.getCause() == null ? failure : innermost(failure.getCause());
    }

    /**
     * The contender and the measurements.
     *
     * @param impl the title of the contender.
     * @param scale the scale.
     * @param measurements the titles of the measurements, in order.
     * @param pace the duration of each measurement.
     * @param profiled whether to sample methods instead of measuring time and allocation.
     */
    record Request(String impl, Scale scale, String[] measurements, Pace pace, boolean profiled) {
        String toJson() {
            return GSON.toJson(this);
        }
    }

    /**
     * The duration of a measurement.
     *
     * @param warmups the number of warm-up iterations.
     * @param iterations the number of measured iterations.
     * @param iterationMs the duration of an iteration in milliseconds.
     */
    public record Pace(int warmups, int iterations, int iterationMs) {
        /**
         * Returns the duration of all iterations of a measurement.
         *
         * @return the duration in milliseconds.
         */
        public long totalMs() {
            return (long) (warmups + iterations) * iterationMs;
        }
    }

    /**
     * The result of a measurement.
     *
     * @param nsPerOp the nanoseconds per operation of each iteration.
     * @param bytesPerOp the bytes allocated on the heap per operation.
     * @param methods the sampled methods, or null if it was measured.
     * @param failure why there is no result, or null if there is one.
     * @param settings the effective settings of the contender.
     */
    record Reply(
            double[] nsPerOp,
            double bytesPerOp,
            MethodSamples methods,
            String failure,
            EffectiveSettings settings) {}
}
