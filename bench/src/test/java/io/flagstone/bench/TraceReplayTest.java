// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceReplayTest {
    @TempDir private Path directory;

    @Test
    void aLoopLargerThanTheCacheNeverHits() throws IOException {
        final List<Long> keys = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            keys.add(i % 101L);
        }
        final JsonObject report = lirs(keys, 100);

        assertThat(report.get("hits").getAsLong()).isZero();
        assertThat(report.get("evictions").getAsLong()).isEqualTo(20_000 - 100);
    }

    @Test
    void aLoopThatFitsMissesOnce() throws IOException {
        final List<Long> keys = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            keys.add(i % 100L);
        }
        assertThat(lirs(keys, 100).get("misses").getAsLong()).isEqualTo(100);
    }

    @Test
    void randomRequestsHitAsInExactLru() throws IOException {
        final SplittableRandom random = new SplittableRandom(4);
        final List<Long> keys = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            keys.add((long) (1000 * random.nextDouble() * random.nextDouble()));
        }
        final JsonObject report = lirs(keys, 137);

        assertThat(report.get("hits").getAsLong()).isEqualTo(exactHits(keys, 137));
    }

    @Test
    void sizesTextKeysAndTimesToLiveOfACsvAreUsed() throws IOException {
        final Path file =
                write(
                        "time,key,size,ttl\n0,user:1,100,10\n9.999999999,user:1,1,\n10,user:1,50,"
                                + "\n11,user:1,1,\n11,7,30,\n500,7,1,\n5,7,1,\n");
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        file.toString(),
                        "--format",
                        "csv",
                        "--memory",
                        "1M",
                        "--ttl",
                        "100s",
                        "--verify");

        assertThat(report.get("requests").getAsLong()).isEqualTo(7);
        assertThat(report.get("hits").getAsLong()).isEqualTo(3);
        assertThat(report.get("expirations").getAsLong()).isEqualTo(3);
        assertThat(report.get("heldBack").getAsLong()).isEqualTo(1);
        assertThat(report.getAsJsonObject("memory").get("valueBytes").getAsLong()).isEqualTo(1);
        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("evictionOrderChecked").getAsBoolean()).isFalse();
    }

    @Test
    void valuesThatAreTooLargeAreCounted() throws IOException {
        final Path file = write("0,1,5000\n0,1,3000000000\n0,2,100\n0,2,100\n0,1,4096\n0,3,4000\n");
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        file.toString(),
                        "--format",
                        "csv",
                        "--memory",
                        "1M",
                        "--slab",
                        "4K",
                        "--verify");

        assertThat(report.get("tooLarge").getAsLong()).isEqualTo(3);
        assertThat(report.get("hits").getAsLong()).isEqualTo(1);
        assertThat(report.getAsJsonObject("memory").get("entries").getAsLong()).isEqualTo(2);
        assertThat(report.get("differences").getAsLong()).isZero();
    }

    @Test
    void mixedSizesUnderPressureHaveNoDifferences() throws IOException {
        final SplittableRandom random = new SplittableRandom(9);
        final ByteBuffer records = ByteBuffer.allocate(24 * 20_000).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 20_000; i++) {
            final int key = random.nextInt(3000);
            records.putInt(i / 100).putLong(key).putInt(key * 7 % 1500).putLong(-1);
        }
        final Path file = Files.write(directory.resolve("t"), records.array());
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        file.toString(),
                        "--format",
                        "oracle-general",
                        "--memory",
                        "512K",
                        "--ttl",
                        "5s",
                        "--segments",
                        "2",
                        "--verify");

        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("evictions").getAsLong()).isPositive();
        assertThat(report.get("expirations").getAsLong()).isPositive();
        assertThat(report.get("auditClean").getAsBoolean()).isTrue();
    }

    @Test
    void valueBytesOverrideTheSizesInTheTrace() throws IOException {
        final Path file = write("0,1,10\n0,2,20\n");
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        file.toString(),
                        "--format",
                        "csv",
                        "--memory",
                        "1M",
                        "--value-bytes",
                        "33");

        assertThat(report.getAsJsonObject("memory").get("valueBytes").getAsLong()).isEqualTo(66);
    }

    @Test
    void theHitsOfAnIdealCacheAreReported() throws IOException {
        final SplittableRandom random = new SplittableRandom(6);
        final StringBuilder csv = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            final int key = (int) (6_000 * Math.pow(random.nextDouble(), 3));
            csv.append("0,").append(key).append(',').append(20 + key * 37 % 3_000).append('\n');
        }
        final String file = write(csv.toString()).toString();
        final String[] arguments = {"--trace", file, "--format", "csv", "--memory", "2M"};
        final JsonObject plain = Cli.replay(directory, arguments);
        assertThat(plain.get("idealHits").isJsonNull()).isTrue();

        final JsonObject report = Cli.replay(directory, with(arguments, "--ideal", "--verify"));
        final long ideal = report.get("idealHits").getAsLong();
        final long hits = report.get("hits").getAsLong();
        assertThat(ideal).isBetween(20_000L, 50_000L);
        assertThat(Math.abs(ideal - hits)).isLessThan(60_000 / 50);
        assertThat(report.get("differences").getAsLong()).isZero();
        final long bytes = report.get("hitBytes").getAsLong();
        assertThat(report.get("idealHitBytes").getAsLong())
                .isBetween(bytes * 9 / 10, bytes * 11 / 10);

        final JsonObject unsampled = Cli.replay(directory, with(arguments, "--no-size-sample"));
        assertThat(unsampled.get("hits").getAsLong()).isLessThan(hits);
        assertThat(sizeClasses(unsampled)).isNotEqualTo(sizeClasses(report));
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }

    private static Object sizeClasses(JsonObject report) {
        return report.getAsJsonObject("memory").getAsJsonArray("sizeClasses");
    }

    @Test
    void theAdmissionFilterHitsALoop() throws IOException {
        final List<Long> keys = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            keys.add(i % 400L);
        }
        final Path file = directory.resolve("loop");
        Files.write(file, keys.stream().map(String::valueOf).toList());
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        file.toString(),
                        "--format",
                        "lirs",
                        "--memory",
                        "1M",
                        "--segments",
                        "1",
                        "--max-entries",
                        "200",
                        "--admission-filter",
                        "--verify");
        assertThat(report.get("hits").getAsLong()).isGreaterThan(20_000);
        assertThat(report.get("differences").getAsLong()).isZero();
    }

    @Test
    void aReplayOfATraceWritesAPage() throws IOException {
        final Path page = directory.resolve("page.html");
        final Path file = write("0 3 0 0\n");
        final Cli run =
                Cli.run(
                        "replay",
                        "--trace",
                        file.toString(),
                        "--format",
                        "arc",
                        "--memory",
                        "1M",
                        "--html",
                        page.toString());

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(page).content().contains("(arc)").doesNotContain("NaN", "Infinity");
    }

    private JsonObject lirs(List<Long> keys, int entries) throws IOException {
        final StringBuilder text = new StringBuilder();
        keys.forEach(key -> text.append(key).append('\n'));
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        write(text.toString()).toString(),
                        "--format",
                        "lirs",
                        "--max-entries",
                        String.valueOf(entries),
                        "--segments",
                        "1",
                        "--promotion",
                        "0",
                        "--memory",
                        "4M",
                        "--verify");
        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("evictionOrderChecked").getAsBoolean()).isTrue();
        assertThat(report.get("requests").getAsLong()).isEqualTo(keys.size());
        return report;
    }

    private static long exactHits(List<Long> keys, int entries) {
        final Map<Long, Boolean> list =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(final Map.Entry<Long, Boolean> eldest) {
                        return size() > entries;
                    }
                };
        long hits = 0;
        for (final Long key : keys) {
            if (list.get(key) != null) {
                hits++;
            } else {
                list.put(key, true);
            }
        }
        return hits;
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("trace"), text);
    }
}
