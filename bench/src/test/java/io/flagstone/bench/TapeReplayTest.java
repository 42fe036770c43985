// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TapeReplayTest {
    private static final int LOOKUPS_PER_TRADE = 11;

    @TempDir private Path directory;

    @Test
    void theSmallReplayEvictsAndExpiresWithoutDifferences() {
        final JsonObject report = Cli.replay(directory, "--small", "--verify");

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
        final JsonObject slowest = report.getAsJsonObject("slowestOperation");
        assertThat(slowest.get("number").getAsLong())
                .isBetween(1L, slowest.get("ofOperations").getAsLong());
        assertThat(slowest.get("latencyNs").getAsLong())
                .isLessThanOrEqualTo(report.getAsJsonObject("latencyNs").get("max").getAsLong());
        assertThat(report.getAsJsonObject("latencyNs").keySet())
                .containsExactly("p50", "p90", "p99", "p99.9", "p99.99", "max");
    }

    /** A separate program counted them in the file: levels within half an hour of a trade. */
    @Test
    void withoutEvictionsTheHitsFollowFromTheTape() {
        final JsonObject report = Cli.replay(directory, "--small", "--memory", "1M", "--verify");

        assertThat(report.get("hits").getAsLong()).isEqualTo(218_801);
        assertThat(report.get("evictions").getAsLong()).isZero();
        assertMisses(report, 628_957, 252_242, 0);
    }

    /** The same program counted these, with levels of 0.1 dollars and a day. */
    @Test
    void theDefaultReplayHitsWhatTheTapeAllows() {
        final JsonObject report = Cli.replay(directory, "--verify");

        assertThat(report.get("hits").getAsLong()).isEqualTo(857_383);
        assertThat(report.get("hitRatio").getAsDouble()).isBetween(0.7794, 0.7795);
        assertMisses(report, 205_465, 37_152, 0);
        assertThat(report.get("evictions").getAsLong()).isPositive();
        assertThat(report.get("expirations").getAsLong()).isGreaterThan(1000);
        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.getAsJsonObject("memory").get("bookkeepingBytesPerEntry").getAsDouble())
                .isBetween(48.0, 53.0);
        final JsonObject settings = report.getAsJsonObject("settings");
        assertThat(settings.get("memoryBytes").getAsLong()).isEqualTo(128 << 10);
        assertThat(settings.get("segments").getAsInt()).isPositive();
        assertThat(settings.get("slabBytes").getAsInt()).isPositive();
        assertThat(settings.get("promotionDistance").getAsDouble()).isEqualTo(0.0625);
        assertThat(settings.get("ttlNs").getAsLong()).isEqualTo(TimeUnit.DAYS.toNanos(1));
    }

    @Test
    void missesOfASmallCacheHaveAllCauses() {
        final JsonObject report = Cli.replay(directory, "--small");

        assertMisses(report, 628_957, 252_242, 218_801 - report.get("hits").getAsLong());
    }

    private static void assertMisses(JsonObject report, long never, long stale, long evicted) {
        final JsonObject causes = report.getAsJsonObject("missesByCause");
        assertThat(causes.get("neverWritten").getAsLong()).isEqualTo(never);
        assertThat(causes.get("stale").getAsLong()).isEqualTo(stale);
        assertThat(causes.get("evicted").getAsLong()).isEqualTo(evicted);
        assertThat(never + stale + evicted).isEqualTo(report.get("misses").getAsLong());
    }

    @Test
    void aQuoteIsReadBeforeAndAfterItsTimeToLive() {
        final JsonObject quote =
                Cli.replay(directory, "--ttl", "10s").getAsJsonObject("staleQuote");
        final long written = quote.get("writtenAtNs").getAsLong();

        assertThat(written).as("the last trade").isEqualTo(1_385_913_725_000_000_000L);
        assertThat(quote.get("readBeforeAtNs").getAsLong() - written).isEqualTo(9_999_999_999L);
        assertThat(quote.get("readBeforeHit").getAsBoolean()).isTrue();
        assertThat(quote.get("priceUsd").getAsDouble()).isEqualTo(999.0);
        assertThat(quote.get("readAfterAtNs").getAsLong() - written).isEqualTo(10_000_000_000L);
        assertThat(quote.get("readAfterHit").getAsBoolean()).isFalse();
        assertThat(Cli.replay(directory, "--ttl", "none").get("staleQuote").isJsonNull()).isTrue();
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
                        "44K",
                        "--ttl",
                        "1h",
                        "--verify");

        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("evictionOrderChecked").getAsBoolean()).isFalse();
        assertThat(report.get("evictions").getAsLong()).isPositive();
    }

    /** The README shows lines of the default replay that no machine changes. */
    @Test
    void theReadmeShowsWhatTheReplayPrints() throws IOException {
        final List<String> shown =
                Files.readAllLines(Path.of("..", "README.md")).stream()
                        .dropWhile(line -> !line.startsWith("input  "))
                        .takeWhile(line -> !line.startsWith("```"))
                        .filter(line -> !line.isEmpty())
                        .toList();
        final Cli run = Cli.run("replay", "--verify", "--no-progress");

        assertThat(run.status()).isZero();
        assertThat(shown).hasSizeGreaterThan(10);
        assertThat(run.out().lines()).containsSubsequence(shown);
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
