// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class SettingsTableTest {
    private static final EffectiveSettings SMALL =
            EffectiveSettings.NONE.with("maximumSize", 1_000).with("defaultTtlNs", "none");

    @Test
    void settingsAreShownOnceAndThoseThatDifferSideBySide() throws IOException {
        final EffectiveSettings large = EffectiveSettings.NONE.with("maximumSize", 2_000);
        final SettingsTable table =
                new SettingsTable()
                        .add("a, 10 entries", "get", SMALL.with("y", 3))
                        .add("a, 10 entries", "put", SMALL.with("y", 3))
                        .add("a, 20 entries", "get", large.with("defaultTtlNs", "none"))
                        .add("b, 10 entries", SMALL.with("y", 3))
                        .add("b, 20 entries", large.with("defaultTtlNs", "none"))
                        .add("c, 10 entries", "get", SMALL)
                        .add("c, 10 entries", "get-ttl", SMALL.with("x", 2))
                        .add("d", EffectiveSettings.NONE)
                        .add("e", null);
        final StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));
        final Page page = new Page("t", "h", "s");
        table.addTo(page);

        assertThat(text.toString().replace("\r", ""))
                .isEqualTo(
                        "\neffective settings\n"
                                + "  Several values are those with 10 / 20 entries.\n"
                                + "  all: defaultTtlNs none\n"
                                + "  a, b: maximumSize 1,000 / 2,000, y 3 / \u2013\n"
                                + "  c (10 entries / 10 entries, get-ttl): maximumSize 1,000,"
                                + " x \u2013 / 2\n");
        assertThat(page.render(""))
                .contains(
                        "<details>\n<summary>The settings of each cache</summary>",
                        "Several values are those with 10 / 20 entries.</p>",
                        "<th>a, b</th><td>maximumSize 1,000 / 2,000, y 3 / \u2013</td>",
                        "</details>");
    }

    @Test
    void oneCacheOfEachContenderNeedsNoOrder() {
        final StringWriter text = new StringWriter();
        new SettingsTable()
                .add("a, 10 entries", SMALL)
                .add("b, 10 entries", SMALL.with("x", 2))
                .print(new PrintWriter(text));

        assertThat(text.toString().replace("\r", ""))
                .isEqualTo(
                        "\neffective settings\n  all: maximumSize 1,000, defaultTtlNs none\n"
                                + "  b: x 2\n");
    }

    @Test
    void theSettingsOfACacheAreNumbersTruthValuesOrNull() {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).build()) {
            final EffectiveSettings settings = EffectiveSettings.of(cache.configuration());

            assertThat(settings.items())
                    .extracting(EffectiveSettings.Item::name)
                    .contains("memoryBytes", "segments", "promotionDistance", "expiryBudget")
                    .doesNotContain("hashSeed", "clock", "errorHandler", "directory");
            assertThat(settings.json().get("memoryBytes").getAsLong()).isEqualTo(1 << 20);
            assertThat(settings.json().get("maxEntries").isJsonNull()).isTrue();
            assertThat(settings.json().get("hugePages").getAsBoolean()).isFalse();
            assertThat(settings.json().get("promotionDistance").getAsDouble()).isEqualTo(0.0625);
            assertThat(settings.line()).startsWith("memoryBytes 1,048,576, maxEntries none, ");
            settings.json()
                    .entrySet()
                    .forEach(
                            entry ->
                                    assertThat(
                                                    entry.getValue().isJsonNull()
                                                            || !entry.getValue()
                                                                    .getAsJsonPrimitive()
                                                                    .isString())
                                            .as(entry.getKey())
                                            .isTrue());
        }
    }

    @Test
    void textIsBrokenAtSpaces() {
        assertThat(Wrapping.lines("one two three fourteen", 7))
                .containsExactly("one two", "three", "fourteen");
    }
}
