// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Fork;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM for one contender at one scale. It fills the contender once and runs all its measurements.
 *
 * @param type the contender.
 * @param scale the scale.
 * @param measurements the measurements, in order.
 * @param pace the duration of each measurement.
 * @param profiled whether to sample methods instead of measuring time and allocation.
 */
record CompareJvm(
        ContenderType type,
        Scale scale,
        List<Measurement> measurements,
        CompareFork.Pace pace,
        boolean profiled) {
    /** The time for the JVM to start and for the slowest contender to be filled. */
    private static final long EXTRA_MS = TimeUnit.MINUTES.toMillis(15);

    /**
     * Pages of the heap are touched before the first measurement. Otherwise a contender that
     * allocates pays for the first use of each page, which takes many times as long as the
     * allocation on a virtual machine, and a short measurement consists of little else.
     */
    private static final List<String> FLAGS =
            List.of(
                    "-Xms2g",
                    "-Xmx8g",
                    "-XX:+AlwaysPreTouch",
                    "-XX:MaxDirectMemorySize=16g",
                    "-Djmh.ignoreLock=true");

    /** Without them, samples in inlined methods count for the method around. */
    private static final List<String> PROFILE_FLAGS =
            List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints");

    private static final Gson GSON = new Gson();

    /**
     * Runs the JVM to its end.
     *
     * @throws io.flagstone.bench.fork.ForkFailedException if it fails, with the reason.
     */
    Map<Measurement, CompareFork.Reply> run() throws IOException, InterruptedException {
        final CompareFork.Request request =
                new CompareFork.Request(
                        type.title(),
                        scale,
                        measurements.stream().map(Measurement::title).toArray(String[]::new),
                        pace,
                        profiled);
        final String result =
                new Fork(CompareFork.class, EXTRA_MS + 2 * pace.totalMs() * measurements.size())
                        .flags(FLAGS)
                        .flags(profiled ? PROFILE_FLAGS : List.of())
                        .flags(type.jvmFlags())
                        .run(List.of(request.toJson()));
        final JsonObject replies = JsonParser.parseString(result).getAsJsonObject();
        final Map<Measurement, CompareFork.Reply> all = new EnumMap<>(Measurement.class);
        for (final Measurement one : measurements) {
            all.put(one, GSON.fromJson(replies.get(one.title()), CompareFork.Reply.class));
        }
        return all;
    }
}
