// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.OffHeapCache;
import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsPublisher;
import io.flagstone.testing.JavaProcess;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.TestSupport;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code stat} shows the figures of a file as text and as JSON, and refuses other files. */
class StatTest {
    private static final Path OPERATIONS = ProjectFiles.file("docs", "operations.md");

    @TempDir private Path directory;

    private OffHeapCache cache;
    private MetricsPublisher publisher;

    private static CommandRun stat(Object... arguments) {
        return CommandRun.of("stat", arguments);
    }

    private static CommandRun stat(StringWriter out, Object... arguments) {
        return CommandRun.of(out, "stat", arguments);
    }

    @BeforeEach
    void open() throws IOException {
        cache = OffHeapCache.builder().memoryBytes(1 << 20).build();
        publisher = MetricsPublisher.open(cache, directory.resolve("quotes.metrics"), "quotes");
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
        for (long key = 0; key < 10; key++) {
            assertThat(cache.put(key, buffer, 0, 8)).isTrue();
        }
        assertThat(cache.get(5L, buffer, 0)).isEqualTo(8);
    }

    @AfterEach
    void close() {
        TestSupport.assertClean(cache);
        publisher.close();
        cache.close();
    }

    @Test
    void showsALiveCacheAsLive() {
        final CommandRun run = stat(publisher.path(), "--once", "--json");
        assertThat(run.status()).as(run.err()).isZero();
        final JsonObject figures = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(figures.get("state").getAsString()).isEqualTo("live");
        assertThat(figures.get("budgetBytes").getAsLong()).isEqualTo(1 << 20);
    }

    /** Also the documentation names every field. */
    @Test
    void jsonIsInCamelCaseWithNumbersAsNumbers() throws IOException {
        final JsonObject figures =
                JsonParser.parseString(stat(publisher.path(), "--once", "--json").out())
                        .getAsJsonObject();
        final JsonObject sizeClass =
                figures.get("sizeClasses").getAsJsonArray().get(0).getAsJsonObject();
        assertThat(figures.keySet())
                .allMatch(name -> name.matches("[a-z]+([A-Z][a-z]+)*"))
                .contains("ageMs", "intervalMs", "slabReassignments", "totalLoadNs");
        assertThat(sizeClass.keySet())
                .containsExactly("chunkBytes", "slabs", "entries", "freeChunks", "tailAge");
        final Set<String> others = Set.of("name", "state", "whole", "alerts", "sizeClasses");
        figures.entrySet().stream()
                .filter(field -> !others.contains(field.getKey()))
                .forEach(
                        field ->
                                assertThat(field.getValue().getAsJsonPrimitive().isNumber())
                                        .as(field.getKey())
                                        .isTrue());
        final String page = Files.readString(OPERATIONS);
        assertThat(Stream.concat(figures.keySet().stream(), sizeClass.keySet().stream()))
                .allMatch(name -> page.contains("`" + name + "`"));
    }

    @Test
    void showsHowTheCacheBegan() throws IOException {
        final Path data = directory.resolve("data");
        final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        JsonObject figures = null;
        for (final long memoryBytes : new long[] {1 << 20, 1 << 20, 1 << 21}) {
            try (OffHeapCache kept =
                            OffHeapCache.builder()
                                    .memoryBytes(memoryBytes)
                                    .segments(1)
                                    .directory(data)
                                    .restartListener(report -> {})
                                    .build();
                    MetricsPublisher published =
                            MetricsPublisher.open(kept, directory.resolve("kept"), "kept")) {
                final long found = kept.size();
                kept.put(1, value, 0, 8);
                final JsonObject before = figures;
                figures =
                        JsonParser.parseString(stat(published.path(), "--once", "--json").out())
                                .getAsJsonObject();
                assertThat(figures.get("restartKept").getAsLong()).isEqualTo(found);
                assertThat(figures.get("restartNs").getAsLong()).isPositive();
                final String kind = figures.get("restartKind").getAsString();
                assertThat(kind).isEqualTo(before != null && found == 1 ? "warm" : "cold");
                final String text = stat(published.path(), "--once").out();
                assertThat(text).contains("began " + kind.toUpperCase(Locale.ROOT) + " in ");
                final String reason = figures.get("restartReason").getAsString();
                assertThat(reason)
                        .isEqualTo(kept.restartReport().orElseThrow().reason())
                        .contains(memoryBytes == 1 << 20 ? "" : "another configuration");
                assertThat(text).contains(reason);
                final String page = Files.readString(OPERATIONS);
                assertThat(figures.keySet()).allMatch(name -> page.contains("`" + name + "`"));
            }
        }
    }

    /**
     * The figures that a replica and a publisher give are shown, and the documentation names them.
     */
    @Test
    void showsReplication() throws IOException {
        final Map<Metric, LongSupplier> others = new EnumMap<>(Metric.class);
        for (final Metric metric : Metric.values()) {
            if (metric.isOfOthers()) {
                others.put(metric, () -> 100 + metric.ordinal());
            }
        }
        others.put(Metric.REPLICA_STATE, () -> Metric.REPLICA_STATES.indexOf("LOST"));
        try (MetricsPublisher replicated =
                MetricsPublisher.open(cache, directory.resolve("replica"), "replica", others)) {
            assertThat(replicated.doWork()).isZero();
            final JsonObject figures =
                    JsonParser.parseString(stat(replicated.path(), "--once", "--json").out())
                            .getAsJsonObject();
            assertThat(figures.get("replicaState").getAsString()).isEqualTo("lost");
            assertThat(figures.get("replicaLagNs").getAsLong())
                    .isEqualTo(100 + Metric.REPLICA_LAG_NS.ordinal());
            assertThat(figures.get("publisherLagRecords").getAsLong())
                    .isEqualTo(100 + Metric.PUBLISHER_LAG_RECORDS.ordinal());
            final String page = Files.readString(OPERATIONS);
            assertThat(figures.keySet()).allMatch(name -> page.contains("`" + name + "`"));
            final String text = stat(replicated.path(), "--once").out();
            assertThat(text)
                    .contains("replica LOST, epoch ", "publisher FENCED, epoch ", "replica gaps");
            final CommandRun screen =
                    stat(replicated.path(), "--once", "--width", "80", "--height", "24");
            assertThat(screen.out().lines()).hasSizeLessThan(24).allMatch(l -> l.length() <= 80);
            assertThat(screen.out()).contains("replica LOST, epoch ");
        }
        assertThat(stat(publisher.path(), "--once").out()).doesNotContain("replica");
        assertThat(stat(publisher.path(), "--once", "--json").out()).doesNotContain("replica");
    }

    /** A publisher writes its last figures when it closes. */
    @Test
    void showsTheFiguresOfTheCache() {
        publisher.close();
        final CommandRun run = stat(publisher.path(), "--once", "--json");
        assertThat(run.status()).as(run.err()).isZero();
        final JsonObject figures = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(figures.get("name").getAsString()).isEqualTo("quotes");
        assertThat(figures.get("state").getAsString()).isEqualTo("closed");
        assertThat(figures.get("processId").getAsLong()).isEqualTo(ProcessHandle.current().pid());
        assertThat(figures.get("insertions").getAsLong()).isEqualTo(10);
        assertThat(figures.get("hits").getAsLong()).isEqualTo(1);
        assertThat(figures.get("entries").getAsLong()).isEqualTo(10);
    }

    @Test
    void stopsWatchingAClosedCache() {
        publisher.close();
        final CommandRun run = stat(publisher.path());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("quotes: closed by process").contains("insertions");
        // A pipe gets rows of zero, too.
        assertThat(run.out()).contains("segment resets").contains("loads expired at once");
    }

    @Test
    void fitsTheGivenSize() {
        final CommandRun run = stat(publisher.path(), "--once", "--width", "40", "--height", "12");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .hasSizeLessThan(12)
                .allMatch(line -> line.length() <= 40)
                .anyMatch(line -> line.startsWith("quotes: live, figures "));
        assertThat(run.out()).doesNotContain("segment resets");
    }

    @Test
    void aNameCannotControlTheTerminal() throws IOException {
        final Path file = directory.resolve("hostile.metrics");
        try (MetricsPublisher hostile = MetricsPublisher.open(cache, file, "a\033[2Jb")) {
            assertThat(hostile.doWork()).isZero();
            assertThat(stat(file, "--once").out()).startsWith("a?[2Jb: ");
        }
    }

    /** A full disk and a closed pipe look like this. */
    @Test
    @Timeout(60)
    void lostOutputEndsTheWatch() {
        final Writer full =
                new Writer() {
                    @Override
                    public void write(char[] text, int offset, int length) throws IOException {
                        throw new IOException("no space left on device");
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        for (final List<String> options :
                List.of(List.<String>of(), List.of("--once"), List.of("--once", "--json"))) {
            final List<String> all = new ArrayList<>(List.of("stat", publisher.path().toString()));
            all.addAll(options);
            final StringWriter err = new StringWriter();
            assertThat(
                            Main.commandLine()
                                    .setOut(new PrintWriter(full))
                                    .setErr(new PrintWriter(err))
                                    .execute(all.toArray(String[]::new)))
                    .isEqualTo(2);
            assertThat(err.toString()).startsWith("error: the output could not be written");
        }
    }

    /** The standard output of a process keeps its errors to itself. */
    @Test
    @Timeout(60)
    @EnabledOnOs(OS.LINUX)
    void lostStandardOutputEndsTheWatch() throws Exception {
        final Process watch =
                new ProcessBuilder(
                                JavaProcess.java(),
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "stat",
                                publisher.path().toString())
                        .redirectError(
                                ProcessBuilder.Redirect.to(directory.resolve("err").toFile()))
                        .redirectOutput(new File("/dev/full"))
                        .start();
        try {
            final int status = watch.waitFor();
            assertThat(status).as(Files.readString(directory.resolve("err"))).isEqualTo(2);
        } finally {
            watch.destroyForcibly();
        }
    }

    @Test
    @Timeout(60)
    void aFileTruncatedDuringTheWatchIsAnError() throws Exception {
        final Path copy = Files.copy(publisher.path(), directory.resolve("copy"));
        final StringWriter out = new StringWriter();
        final CompletableFuture<CommandRun> watch =
                CompletableFuture.supplyAsync(() -> stat(out, copy));
        while (out.getBuffer().isEmpty() && !watch.isDone()) {
            Thread.onSpinWait();
        }
        Files.write(copy, new byte[600]);
        final CommandRun run = watch.get();
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: " + copy + " ");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        final Path none = directory.resolve("none");
        assertThat(stat(none).err()).contains("the file does not exist: " + none);
        final Path other = Files.writeString(directory.resolve("other"), "no metrics");
        final CommandRun run = stat(other);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .contains("is not a metrics file")
                .contains("See 'flagstone-tools stat");
    }

    @Test
    void namesWrongOptions() {
        for (final List<String> wrong :
                List.of(
                        List.of("--json"),
                        List.of("--interval", "0"),
                        List.of("--width", "19"),
                        List.of("--height", "1001"),
                        List.of("--interval", "3601"))) {
            final CommandRun run =
                    stat(publisher.path(), wrong.get(0), wrong.get(wrong.size() - 1));
            assertThat(run.status()).as(run.out()).isEqualTo(2);
            assertThat(run.err()).contains(wrong.get(0));
        }
    }

    @Test
    void needsACommand() {
        assertThat(Main.commandLine().setErr(new PrintWriter(new StringWriter())).execute())
                .isEqualTo(2);
    }
}
