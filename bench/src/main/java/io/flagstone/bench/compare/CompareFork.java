// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.flagstone.bench.jmh.ContenderBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The main class of a measuring JVM: runs measurements of one contender by JMH, one after the
 * other, in this very JVM, so that it is filled once for all of them.
 */
public final class CompareFork {
    private static final Gson GSON = new Gson();
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private CompareFork() {}

    /**
     * Measures.
     *
     * @param args the result's file, and {@link Request}.
     * @throws IOException if the result cannot be written.
     */
    public static void main(String[] args) throws IOException {
        final Request request = GSON.fromJson(args[1], Request.class);
        final JsonObject result = new JsonObject();
        for (final String title : request.measurements()) {
            final Measurement measurement = Measurement.of(title).orElseThrow();
            result.add(title, GSON.toJsonTree(reply(request, measurement)));
        }
        Files.writeString(Path.of(args[0]), GSON.toJson(result));
    }

    private static Options options(Request request, Measurement measurement) {
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
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL)
                .build();
    }

    private static Reply reply(Request request, Measurement measurement) {
        try {
            final RunResult run = new Runner(options(request, measurement)).run().iterator().next();
            final double[] scores =
                    run.getBenchmarkResults().iterator().next().getIterationResults().stream()
                            .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                            .toArray();
            return new Reply(scores, run.getSecondaryResults().get(ALLOCATION).getScore(), null);
        } catch (RunnerException failure) {
            return new Reply(null, 0, innermost(failure).toString());
        }
    }

    /** JMH wraps what a benchmark throws, and hangs what several threads throw onto one. */
    private static Throwable innermost(Throwable failure) {
        if (failure.getSuppressed().length > 0) {
            return innermost(failure.getSuppressed()[0]);
        }
        return failure.getCause() == null ? failure : innermost(failure.getCause());
    }

    /**
     * What to measure.
     *
     * @param impl the contender's title.
     * @param scale the size.
     * @param measurements their titles, in order.
     * @param pace how long.
     */
    record Request(String impl, Scale scale, String[] measurements, Pace pace) {
        String toJson() {
            return GSON.toJson(this);
        }
    }

    /**
     * How long to measure.
     *
     * @param warmups iterations before those that count.
     * @param iterations that count.
     * @param iterationMs how long each takes, in milliseconds.
     */
    public record Pace(int warmups, int iterations, int iterationMs) {
        /**
         * What all the iterations of one measurement take.
         *
         * @return milliseconds.
         */
        public long totalMs() {
            return (long) (warmups + iterations) * iterationMs;
        }
    }

    /**
     * What was measured.
     *
     * @param nsPerOp of each iteration.
     * @param bytesPerOp allocated on the heap.
     * @param failure instead of both, or null.
     */
    record Reply(double[] nsPerOp, double bytesPerOp, String failure) {}
}
