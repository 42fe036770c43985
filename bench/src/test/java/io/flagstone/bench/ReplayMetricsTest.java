// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.bench.fork.Fork;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads the metrics of a replay from another process, also after the replay was killed. */
@Timeout(120)
@Tag("any-jdk")
class ReplayMetricsTest {
    private static final int REQUESTS = 8_000_000;

    @TempDir private Path directory;

    private static JsonObject figures(Path file, int status) {
        final Cli run = Cli.tools("stat", file.toString(), "--once", "--json");
        assertThat(run.status()).as(run.err()).isEqualTo(status);
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private static Process replay(Path trace, Path metrics) throws IOException {
        return new ProcessBuilder(
                        Fork.java(),
                        "--add-opens",
                        "java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "replay",
                        "--trace",
                        trace.toString(),
                        "--format",
                        "lirs",
                        "--memory",
                        "1m",
                        "--verify",
                        "--no-progress",
                        "--metrics",
                        metrics.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Writes enough requests for a replay of several seconds with a model. */
    private static void writeTrace(Path trace) throws IOException {
        final SplittableRandom random = new SplittableRandom(1);
        try (BufferedWriter out = Files.newBufferedWriter(trace)) {
            for (int i = 0; i < REQUESTS; i++) {
                out.write(Integer.toString(random.nextInt(50_000)));
                out.newLine();
            }
        }
    }

    @Test
    void metricsCanBeReadWhileAReplayRunsAndAfterItIsKilled() throws Exception {
        final Path trace = directory.resolve("trace");
        final Path metrics = directory.resolve("replay.metrics");
        writeTrace(trace);
        final Process replay = replay(trace, metrics);
        try {
            while (!Files.exists(metrics)) {
                assertThat(replay.isAlive()).as("the replay runs").isTrue();
                Thread.onSpinWait();
            }
            JsonObject first = figures(metrics, 0);
            while (first.get("evictions").getAsLong() == 0) {
                first = figures(metrics, 0);
            }
            assertThat(first.get("name").getAsString()).isEqualTo("replay");
            assertThat(first.get("state").getAsString()).isEqualTo("live");
            assertThat(first.get("processId").getAsLong()).isEqualTo(replay.pid());
            JsonObject later = figures(metrics, 0);
            while (later.get("atMs").getAsLong() == first.get("atMs").getAsLong()) {
                later = figures(metrics, 0);
            }
            assertThat(later.get("misses").getAsLong())
                    .isGreaterThan(first.get("misses").getAsLong());
            assertThat(later.get("budgetBytes").getAsLong()).isEqualTo(1 << 20);
            assertThat(Cli.tools("stat", metrics.toString(), "--once").out())
                    .contains("replay: process " + replay.pid() + ", live")
                    .contains("hit ratio")
                    .contains("evictions for room")
                    .contains("lock contentions")
                    .contains("size class");
        } finally {
            replay.destroyForcibly();
        }
        assertThat(replay.waitFor(60, TimeUnit.SECONDS)).isTrue();
        final JsonObject last = figures(metrics, 1);
        assertThat(last.get("state").getAsString()).isEqualTo("died");
        assertThat(last.get("misses").getAsLong()).isPositive();
        final Cli watch = Cli.tools("stat", metrics.toString());
        assertThat(watch.status()).isEqualTo(1);
        assertThat(watch.out()).contains("DIED without closing");
    }

    @Test
    void aReplayThatEndsClosesItsMetricsFile() {
        final Path metrics = directory.resolve("tape.metrics");
        final JsonObject report =
                Cli.replay(directory, "--no-progress", "--metrics", metrics.toString());
        final JsonObject last = figures(metrics, 0);
        assertThat(last.get("state").getAsString()).isEqualTo("closed");
        assertThat(last.get("expirations")).isEqualTo(report.get("expirations"));
        assertThat(last.get("evictions")).isEqualTo(report.get("evictions"));
        assertThat(last.get("sizeClasses").getAsJsonArray()).isNotEmpty();
        // The requests of the tape are gets and updates; only gets are reads.
        assertThat(last.get("hits").getAsLong() + last.get("misses").getAsLong())
                .isEqualTo(
                        report.get("requests").getAsLong()
                                - report.getAsJsonObject("latencyNsByOperation")
                                        .getAsJsonObject("update")
                                        .get("count")
                                        .getAsLong());
        final Cli text = Cli.tools("stat", metrics.toString());
        assertThat(text.status()).isZero();
        assertThat(text.out()).contains("closed by process");
    }

    /** In a trace, each request is a get. */
    @Test
    void requestsOfATraceAreReads() throws IOException {
        final Path metrics = directory.resolve("trace.metrics");
        final Path trace = Files.writeString(directory.resolve("few"), "1\n2\n1\n3\n1\n");
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        trace.toString(),
                        "--format",
                        "lirs",
                        "--memory",
                        "1m",
                        "--no-progress",
                        "--metrics",
                        metrics.toString());
        final JsonObject last = figures(metrics, 0);
        assertThat(last.get("hits")).isEqualTo(report.get("hits"));
        assertThat(last.get("misses")).isEqualTo(report.get("misses"));
    }
}
