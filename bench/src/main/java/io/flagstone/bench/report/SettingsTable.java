// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The effective settings of all caches of a report, above its results. Each is shown once. */
public final class SettingsTable {
    private static final List<String> HEAD = List.of("cache", "effective settings");
    private static final int WIDTH = 92;

    private final Map<String, EffectiveSettings> caches = new LinkedHashMap<>();

    /**
     * Adds a cache. The first one of a title stays.
     *
     * @param title the contender and what its settings depend on.
     * @param settings its settings; none or null if it was not measured.
     * @return this.
     */
    public SettingsTable add(String title, EffectiveSettings settings) {
        if (settings != null && !settings.items().isEmpty()) {
            caches.putIfAbsent(title, settings);
        }
        return this;
    }

    /**
     * Adds a cache whose settings may depend on a detail. The title shows the detail only if they
     * do.
     *
     * @param title the contender and what its settings depend on.
     * @param detail the detail, such as the measurement.
     * @param settings its settings; none or null if it was not measured.
     * @return this.
     */
    public SettingsTable add(String title, String detail, EffectiveSettings settings) {
        final EffectiveSettings present = caches.get(title);
        return add(
                present == null || present.equals(settings) ? title : title + ", " + detail,
                settings);
    }

    /**
     * Prints all settings. Those that a contender has in all its caches are printed once.
     *
     * @param out where to print.
     */
    public void print(PrintWriter out) {
        if (caches.isEmpty()) {
            return;
        }
        out.println();
        out.println("effective settings");
        final Map<String, Map<String, EffectiveSettings>> contenders = new LinkedHashMap<>();
        caches.forEach(
                (title, settings) -> {
                    final String[] parts = title.split(", ", 2);
                    contenders
                            .computeIfAbsent(parts[0], absent -> new LinkedHashMap<>())
                            .put(parts.length == 1 ? "" : parts[1], settings);
                });
        contenders.forEach((contender, of) -> print(out, contender, of));
    }

    private static void print(
            PrintWriter out, String contender, Map<String, EffectiveSettings> caches) {
        if (caches.size() == 1) {
            caches.forEach(
                    (which, settings) ->
                            paragraph(
                                    out,
                                    contender + (which.isEmpty() ? "" : ", " + which),
                                    settings));
            return;
        }
        final List<EffectiveSettings.Item> common =
                caches.values().iterator().next().items().stream()
                        .filter(
                                item ->
                                        caches.values().stream()
                                                .allMatch(one -> one.items().contains(item)))
                        .toList();
        paragraph(out, contender, new EffectiveSettings(common));
        caches.forEach(
                (which, settings) ->
                        paragraph(
                                out,
                                "  " + which,
                                new EffectiveSettings(
                                        settings.items().stream()
                                                .filter(item -> !common.contains(item))
                                                .toList())));
    }

    private static void paragraph(PrintWriter out, String title, EffectiveSettings settings) {
        final String line = settings.items().isEmpty() ? "" : ": " + settings.line();
        Wrapping.lines(title.stripLeading() + line, WIDTH)
                .forEach(one -> out.println((title.startsWith(" ") ? "    " : "  ") + one));
    }

    /**
     * Adds a section with all settings to a page.
     *
     * @param page the page, between two sections.
     */
    public void addTo(Page page) {
        if (!caches.isEmpty()) {
            page.section("Effective settings", "");
            page.table(
                    new Table("The effective settings of each cache.", HEAD)
                            .text(1)
                            .rows(
                                    caches.entrySet().stream()
                                            .map(
                                                    cache ->
                                                            List.of(
                                                                    cache.getKey(),
                                                                    cache.getValue().line()))
                                            .toList()));
            page.endSection();
        }
    }
}
