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
     * Prints all settings.
     *
     * @param out where to print.
     */
    public void print(PrintWriter out) {
        if (caches.isEmpty()) {
            return;
        }
        out.println();
        out.println("effective settings");
        caches.forEach(
                (title, settings) -> {
                    out.println("  " + title);
                    Wrapping.lines(settings.line(), WIDTH)
                            .forEach(line -> out.println("    " + line));
                });
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
