// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the commands that measure in forked JVMs, with small sizes. */
@Tag("any-jdk")
class MeasuringCommandsTest {
    private static final List<String> FLAGSTONE_SETTINGS =
            List.of(
                    "memoryBytes",
                    "maxEntries",
                    "segments",
                    "slabBytes",
                    "expectedEntryBytes",
                    "promotionDistance",
                    "defaultTtlNs");

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "latency --gc cms | --gc cms is not one of g1, zgc",
                "latency --read-rate 0 | --read-rate 0 is not between 1 and 10000000",
                "latency --new-keys 101 | --new-keys 101 is not between 0 and 100",
                "latency --seconds 0 | --seconds 0.0 is not positive",
                "latency --warmup -1 | --warmup -1.0 is negative",
                "latency --heap huge | --heap huge is not a size such as 512m or 4g",
                "latency --keys normal | --keys normal is neither uniform nor zipf",
                "latency --impl redis | --impl redis is not one of flagstone,",
                "memory --entries 10 | --entries 10 is not between 1000 and 100000000",
                "memory --value-bytes 12 | --value-bytes 12 must be at least 16",
                "growth --sample-ms 0 | --sample-ms 0 is not between 1 and 60000",
                "growth --limit-seconds 0 | --limit-seconds 0 is not between 1 and 86400",
                "hit-ratio --trace x --format lirs --memory 1K | --memory 1024 is not between",
                "hit-ratio --format lirs | Missing required option: '--trace=FILE'",
                "hit-ratio --trace /no/such/trace --format lirs | /no/such/trace: no such file",
                "compare --minutes 0 | --minutes 0 is not between 1 and 10000",
                "growth --html /no/such/page | --html: /no/such is not a directory",
                "growth --pictures /no/such | --pictures: /no/such is not a directory"
            })
    void invalidOptionsAreRefusedByName(String line, String message) {
        final Cli run = Cli.run(line.split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ").contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void latencyReadsAtItsRateWhileAFeedWrites() throws IOException {
        final JsonObject row =
                rows(
                                "latency",
                                "--impl",
                                "flagstone",
                                "--gc",
                                "g1",
                                "--entries",
                                "2000",
                                "--read-rate",
                                "10000",
                                "--feed-rate",
                                "10000",
                                "--seconds",
                                "0.3",
                                "--warmup",
                                "0.1",
                                "--heap",
                                "256m",
                                "--rounds",
                                "2")
                        .get(0)
                        .getAsJsonObject();

        assertThat(row.get("refused").isJsonNull()).isTrue();
        assertThat(row.get("impl").getAsString()).isEqualTo("flagstone");
        assertThat(row.get("gc").getAsString()).isEqualTo("g1");
        assertThat(row.get("hits").getAsLong() + row.get("misses").getAsLong()).isEqualTo(6_000);
        assertThat(row.get("p50Ns").getAsLong())
                .isPositive()
                .isLessThanOrEqualTo(row.get("p9999Ns").getAsLong());
        assertThat(row.get("p9999Ns").getAsLong())
                .isLessThanOrEqualTo(row.get("maxNs").getAsLong());
        assertThat(row.getAsJsonObject("stalls").keySet())
                .containsExactly("safepoint", "scheduler", "steal", "own");
        assertThat(row.get("rounds").getAsInt()).isEqualTo(2);
        assertThat(row.get("serviceP9999LowNs").getAsLong())
                .isPositive()
                .isLessThanOrEqualTo(row.get("serviceP9999HighNs").getAsLong());
        assertThat(row.get("stallsNotLogged").getAsLong()).isZero();
        assertThat(row.keySet()).contains("jdk", "cpu", "pageSizeBytes", "commit");
        assertPage("not logged");
        assertPage("2 rounds agree by chance in 50 %");
        assertPage("g1: 10,000 reads/s");
    }

    @Test
    void memoryCountsTheEntriesHeld() throws IOException {
        final JsonArray rows = rows("memory", "--impl", "flagstone,chm", "--entries", "50000");

        assertThat(rows).hasSize(2);
        for (int i = 0; i < 2; i++) {
            final JsonObject row = rows.get(i).getAsJsonObject();
            assertThat(row.get("held").getAsLong()).isEqualTo(50_000);
            assertThat(row.get("bytesPerEntry").getAsDouble()).isBetween(72.0, 300.0);
        }
        assertThat(rows.get(0).getAsJsonObject().get("directBytes").getAsLong())
                .isGreaterThan(50_000 * 112);
        assertThat(rows.get(1).getAsJsonObject().get("heapBytes").getAsLong())
                .isGreaterThan(50_000 * 100);
        assertPage("memory, 50,000 entries of 64 bytes");
    }

    @Test
    void memoryOfFewEntriesIsNotLessThanTheirKeysAndValues() throws IOException {
        for (final JsonElement row : rows("memory", "--impl", "flagstone", "--entries", "1000")) {
            assertThat(row.getAsJsonObject().get("bytesPerEntry").getAsDouble()).isGreaterThan(72);
            assertThat(row.getAsJsonObject().get("bytesPerEntryFull").getAsDouble())
                    .isGreaterThan(72);
        }
    }

    @Test
    void hitRatioMarksAContenderThatExceedsItsBudget() throws IOException {
        final Path trace = directory.resolve("trace");
        Files.writeString(trace, "1\n2\n1\n");

        final JsonArray rows =
                rows(
                        "hit-ratio",
                        "--trace",
                        trace.toString(),
                        "--format",
                        "lirs",
                        "--memory",
                        "256K",
                        "--impl",
                        "flagstone,ehcache,linked-hash-map");

        assertThat(rows).hasSize(4);
        for (final JsonElement element : rows) {
            final JsonObject row = element.getAsJsonObject();
            final boolean least = "ehcache".equals(row.get("impl").getAsString());
            assertThat(row.get("refused").isJsonNull()).as("%s", row).isTrue();
            assertThat(row.get("overBudget").getAsBoolean()).as("%s", row).isEqualTo(least);
            assertThat(row.get("usedBytes").getAsLong() > 262_144).as("%s", row).isEqualTo(least);
            assertThat(row.get("bytesPerEntry").getAsDouble()).as("%s", row).isBetween(72.0, 300.0);
        }
        assertPage("over budget, cannot be smaller");
    }

    @Test
    void growthReportsTimesMemoryAndExpiry() throws IOException {
        final JsonArray rows =
                rows(
                        "growth",
                        "--impl",
                        "flagstone,floor-latency",
                        "--entries",
                        "2000",
                        "--sample-ms",
                        "2",
                        "--rounds",
                        "1");

        assertThat(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(row -> row.getAsJsonObject().get("benchmark").getAsString()))
                .containsExactly(
                        "growth-get",
                        "growth-put",
                        "growth-fill",
                        "growth-get",
                        "growth-fill",
                        "expiry-arm",
                        "expiry-rearm",
                        "expiry-reclaim",
                        "expiry-worst-call");
        rows.forEach(
                row ->
                        assertThat(row.getAsJsonObject().get("nsPerOp").getAsDouble())
                                .isNotNegative());
        assertThat(rows.get(0).getAsJsonObject().get("low").isJsonNull())
                .as("one round has no range")
                .isTrue();
        assertPage("One round has no range");
        assertPage("get by entries held");
    }

    @Test
    void hitRatioCountsTheHitsOfTheTrace() throws IOException {
        final Path trace = directory.resolve("trace");
        // A loop that fits, requested twice: every request of the second round hits.
        final String loop =
                IntStream.range(0, 1_000).mapToObj(key -> key + "\n").collect(Collectors.joining());
        Files.writeString(trace, loop + loop);

        final JsonArray rows =
                rows(
                        "hit-ratio",
                        "--trace",
                        trace.toString(),
                        "--format",
                        "lirs",
                        "--memory",
                        "1M",
                        "--impl",
                        "flagstone,chm");

        final JsonObject ideal = rows.get(0).getAsJsonObject();
        assertThat(ideal.get("impl").getAsString()).isEqualTo("ideal-lru");
        assertThat(ideal.get("hits").getAsLong()).isEqualTo(1_000);
        final JsonObject ours = rows.get(1).getAsJsonObject();
        assertThat(ours.get("impl").getAsString()).isEqualTo("flagstone");
        assertThat(ours.get("requests").getAsLong()).isEqualTo(2_000);
        assertThat(ours.get("hits").getAsLong()).isEqualTo(1_000);
        assertThat(rows.get(2).getAsJsonObject().get("refused").getAsString())
                .isEqualTo("never evicts");
        assertPage("Hit ratio by budget");
    }

    /** Every row of a cache that was measured says how it was set, and the text does, too. */
    private void assertSettings(JsonArray rows, String out) {
        for (final JsonElement element : rows) {
            final JsonObject row = element.getAsJsonObject();
            final String impl = row.get("impl").getAsString();
            if (row.has("refused") && !row.get("refused").isJsonNull()
                    || "ideal-lru".equals(impl)) {
                continue;
            }
            final JsonObject settings = row.getAsJsonObject("settings");
            if (impl.startsWith("flagstone")) {
                assertThat(settings.keySet()).as(impl).containsAll(FLAGSTONE_SETTINGS);
                final String segments = settings.get("segments").getAsString();
                assertThat(out.replaceAll("\\s+", " "))
                        .contains("segments " + segments + ", slabBytes ");
            } else {
                assertThat(settings.keySet())
                        .as(impl)
                        .contains("entries", "valueBytes", "defaultTtlNs");
            }
        }
    }

    private JsonArray rows(String... args) throws IOException {
        final Path json = directory.resolve("report.json");
        final List<String> all = new ArrayList<>(List.of(args));
        all.addAll(
                List.of("--json", json.toString(), "--html", directory.resolve("page").toString()));
        final Cli run = Cli.run(all.toArray(String[]::new));
        assertThat(run.status()).as(run.err()).isZero();
        if (!args[0].equals("hit-ratio")) {
            assertThat(run.err()).startsWith("expected time: 0:0");
        }
        final JsonObject root = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(root.keySet()).containsAll(Cli.ORIGIN_KEYS);
        final JsonArray rows = root.getAsJsonArray("rows");
        assertThat(run.out()).contains("\neffective settings\n");
        assertSettings(rows, run.out());
        return rows;
    }

    private void assertPage(String label) throws IOException {
        final String page = Files.readString(directory.resolve("page"));
        assertThat(page)
                .contains("<svg ", label, "How to repeat it", "Effective settings", "segments ");
        assertThat(Stream.of("src=\"", "@import", "<script").filter(page::contains)).isEmpty();
    }
}
