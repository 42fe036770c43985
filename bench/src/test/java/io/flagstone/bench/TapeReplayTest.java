// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TapeReplayTest {
    private static final int LOOKUPS_PER_TRADE = 11;

    @TempDir private Path directory;

    @Test
    void theDefaultReplayEvictsAndExpiresWithoutDifferences() {
        final JsonObject report = Cli.replay(directory, "--verify");

        assertThat(report.get("steps").getAsLong()).isEqualTo(100_000);
        assertThat(report.get("requests").getAsLong()).isEqualTo(100_000 * LOOKUPS_PER_TRADE);
        assertThat(report.get("hits").getAsLong() + report.get("misses").getAsLong())
                .isEqualTo(report.get("requests").getAsLong());
        assertThat(report.get("evictions").getAsLong()).isGreaterThan(1000);
        assertThat(report.get("expirations").getAsLong()).isGreaterThan(1000);
        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("evictionOrderChecked").getAsBoolean()).isTrue();
        assertThat(report.get("auditClean").getAsBoolean()).isTrue();
        assertThat(report.get("heldBack").getAsLong()).isZero();
        assertThat(report.get("opsPerSecond").getAsLong()).isPositive();
        assertThat(report.getAsJsonObject("latencyNs").keySet())
                .containsExactly("p50", "p90", "p99", "p99.9", "p99.99", "max");
    }

    @Test
    void withoutEvictionsTheHitsFollowFromTheTape() {
        // A separate program counted the hits in the file: levels within half an hour of a trade.
        final JsonObject report = Cli.replay(directory, "--memory", "1M", "--verify");

        assertThat(report.get("hits").getAsLong()).isEqualTo(218_801);
        assertThat(report.get("evictions").getAsLong()).isZero();
    }

    @Test
    void aWiderTickAndNoDepthMakeFewerLevels() {
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--tick-size",
                        "1",
                        "--depth",
                        "0",
                        "--ttl",
                        "none",
                        "--memory",
                        "1M",
                        "--verify");

        assertThat(report.get("requests").getAsLong()).isEqualTo(100_000);
        assertThat(report.get("misses").getAsLong())
                .isEqualTo(report.getAsJsonObject("memory").get("entries").getAsLong())
                .isBetween(300L, 400L);
        assertThat(report.get("expirations").getAsLong()).isZero();
        assertThat(report.get("differences").getAsLong()).isZero();
    }

    @Test
    void severalSegmentsAndPromotionHaveNoDifferences() {
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--segments",
                        "4",
                        "--promotion",
                        "0.25",
                        "--memory",
                        "64K",
                        "--ttl",
                        "1h",
                        "--verify");

        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("evictionOrderChecked").getAsBoolean()).isFalse();
        assertThat(report.get("evictions").getAsLong()).isPositive();
    }

    @Test
    void jsonOnStandardOutputHasNoOtherText() {
        final Cli run = Cli.run("replay", "--json", "-", "--no-progress");

        assertThat(run.status()).isZero();
        assertThat(
                        JsonParser.parseString(run.out())
                                .getAsJsonObject()
                                .get("differences")
                                .isJsonNull())
                .isTrue();
        assertThat(run.err()).contains("audit             clean");
    }

    @Test
    void thePageLoadsNoOtherFile() throws IOException {
        final Path file = directory.resolve("page.html");
        final Cli run = Cli.run("replay", "--html", file.toString());
        final String page = Files.readString(file);

        assertThat(run.status()).isZero();
        assertThat(page.replaceAll(" xmlns(:xlink)?=\"[^\"]*\"", ""))
                .doesNotContain("http://", "https://", "url(http", "@import", "<script", "<link");
        assertThat(Pattern.compile("src=|href=\"[^#]").matcher(page).find()).isFalse();
        assertThat(page.split("<svg ", -1)).hasSize(5);
        assertThat(page)
                .contains("hit ratio", "Bitstamp")
                .doesNotContain("NaN", "<?xml", "DOCTYPE svg");
        final String[] ids =
                Pattern.compile(" id=\"([^\"]+)\"")
                        .matcher(page)
                        .results()
                        .map(match -> match.group(1))
                        .toArray(String[]::new);
        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
    }
}
