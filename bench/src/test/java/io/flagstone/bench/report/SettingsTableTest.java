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
    void eachCacheIsShownOnceAndADetailOnlyIfItMatters() throws IOException {
        final SettingsTable table =
                new SettingsTable()
                        .add("a, 10 entries", "get", SMALL)
                        .add("a, 10 entries", "put", SMALL)
                        .add("a, 10 entries", "get-ttl", SMALL.with("x", 2))
                        .add("b", SMALL)
                        .add("c", EffectiveSettings.NONE)
                        .add("d", null);
        final StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));
        final Page page = new Page("t", "h", "s");
        table.addTo(page);

        assertThat(text.toString().replace("\r", ""))
                .isEqualTo(
                        "\neffective settings\n"
                                + "  a: maximumSize 1,000, defaultTtlNs none\n"
                                + "    10 entries\n    10 entries, get-ttl: x 2\n"
                                + "  b: maximumSize 1,000, defaultTtlNs none\n");
        assertThat(page.render(""))
                .contains(
                        "<h2>Effective settings</h2>",
                        "<th>b</th><td>maximumSize 1,000, defaultTtlNs none</td>");
    }

    @Test
    void theSettingsOfACacheAreNumbersTruthValuesOrNull() {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).build()) {
            final EffectiveSettings settings = EffectiveSettings.of(cache.configuration());

            assertThat(settings.items())
                    .extracting(EffectiveSettings.Item::name)
                    .contains("memoryBytes", "segments", "promotionDistance", "expiryBudget")
                    .doesNotContain("hashSeed", "clock", "errorHandler");
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
