// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Page.Fact;
import java.util.ArrayList;
import java.util.List;

/**
 * The input and the settings of a replay, in words.
 *
 * @param input the name of the tape or trace.
 * @param step the name of its steps, in the plural.
 * @param timed whether the input has times; if not, each step takes a microsecond.
 * @param explanation what a step does and which requests it makes.
 * @param settings the settings of the input, in the order of the report. Those of the cache are in
 *     the result.
 */
public record Setup(
        String input, String step, boolean timed, String explanation, List<Setting> settings) {
    private static final Gson GSON = new Gson();

    /**
     * One setting.
     *
     * @param name the name for people.
     * @param value the value for people.
     * @param key the name for programs, with its unit.
     * @param data the value for programs: a number, a truth value, a text, or null for none.
     */
    public record Setting(String name, String value, String key, Object data) {}

    /**
     * Returns all settings for programs.
     *
     * @param configuration the effective settings of the cache.
     * @return the settings of the cache and of the input.
     */
    public JsonObject json(EffectiveConfiguration configuration) {
        final JsonObject json = EffectiveSettings.of(configuration).json();
        settings.forEach(setting -> json.add(setting.key(), GSON.toJsonTree(setting.data())));
        return json;
    }

    /**
     * Adds a section with all settings to a page. The reader unfolds those of the cache.
     *
     * @param page the page, between two sections.
     * @param text the paragraph below the heading.
     * @param more facts that follow the settings of the input.
     * @param configuration the effective settings of the cache.
     */
    public void addTo(
            Page page, String text, List<Fact> more, EffectiveConfiguration configuration) {
        final List<Fact> facts = new ArrayList<>();
        settings.forEach(setting -> facts.add(new Fact(setting.name(), setting.value())));
        facts.addAll(more);
        page.section("Settings", text);
        page.facts(facts).details("Effective settings of the cache");
        page.facts(
                        EffectiveSettings.of(configuration).items().stream()
                                .map(item -> new Fact(item.name(), item.shown()))
                                .toList())
                .endDetails()
                .endSection();
    }
}
