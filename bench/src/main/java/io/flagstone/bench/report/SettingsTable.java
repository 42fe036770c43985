// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The effective settings of all caches of a report. Caches of one contender are shown together: a
 * setting that differs between them has the values of all, in the order of the caches. Contenders
 * with the same settings are shown together, and so are the settings that all contenders share.
 */
public final class SettingsTable {
    private static final List<String> HEAD = List.of("cache", "effective settings");
    private static final String SEVERAL = "Several values are those with ";
    private static final int WIDTH = 92;

    private final Map<String, Map<String, EffectiveSettings>> contenders = new LinkedHashMap<>();

    /**
     * Adds a cache. The first one of a title stays.
     *
     * @param title the contender, and after a comma whatever its settings depend on.
     * @param settings its settings; none or null if it was not measured.
     * @return this.
     */
    public SettingsTable add(String title, EffectiveSettings settings) {
        if (settings != null && !settings.items().isEmpty()) {
            final String[] parts = parts(title);
            contenders
                    .computeIfAbsent(parts[0], absent -> new LinkedHashMap<>())
                    .putIfAbsent(parts[1], settings);
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
        final String[] parts = parts(title);
        final EffectiveSettings present = contenders.getOrDefault(parts[0], Map.of()).get(parts[1]);
        return add(
                present == null || present.equals(settings) ? title : title + ", " + detail,
                settings);
    }

    private static String[] parts(String title) {
        final String[] parts = title.split(", ", 2);
        return parts.length == 2 ? parts : new String[] {title, ""};
    }

    /**
     * Prints all settings.
     *
     * @param out where to print.
     */
    public void print(PrintWriter out) {
        if (contenders.isEmpty()) {
            return;
        }
        out.println();
        out.println("effective settings");
        if (!order().isEmpty()) {
            print(out, order());
        }
        rows().forEach(row -> print(out, row.get(0) + ": " + row.get(1)));
    }

    private static void print(PrintWriter out, String paragraph) {
        final List<String> lines = Wrapping.lines(paragraph, WIDTH);
        for (int i = 0; i < lines.size(); i++) {
            out.println((i == 0 ? "  " : "    ") + lines.get(i));
        }
    }

    /**
     * Adds a section with all settings to a page. The reader unfolds it.
     *
     * @param page the page, between two sections.
     */
    public void addTo(Page page) {
        if (!contenders.isEmpty()) {
            page.section("Effective settings", "").details("The settings of each cache");
            page.table(
                    new Table(("By the names of the parameters. " + order()).strip(), HEAD)
                            .text(1)
                            .longNames()
                            .rows(rows()));
            page.endDetails().endSection();
        }
    }

    /** Returns a sentence about the order of values, or nothing if no contender has several. */
    private String order() {
        final boolean several = contenders.values().stream().anyMatch(caches -> caches.size() > 1);
        return several ? SEVERAL + usual() + "." : "";
    }

    /** Returns the caches of the first contender. Others are mostly the same. */
    private String usual() {
        return series(List.copyOf(contenders.values().iterator().next().keySet()));
    }

    private List<List<String>> rows() {
        final Map<String, List<String>> lines = new LinkedHashMap<>();
        contenders.forEach(
                (contender, caches) -> lines.put(title(contender, caches), line(caches)));
        final List<List<String>> rows = new ArrayList<>();
        final List<String> shared = new ArrayList<>(lines.values().iterator().next());
        lines.values().forEach(shared::retainAll);
        if (lines.size() > 1 && !shared.isEmpty()) {
            rows.add(List.of("all", String.join(", ", shared)));
            lines.values().forEach(line -> line.removeAll(shared));
        }
        lines.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .collect(
                        Collectors.groupingBy(
                                Map.Entry::getValue,
                                LinkedHashMap::new,
                                Collectors.mapping(Map.Entry::getKey, Collectors.joining(", "))))
                .forEach((line, titles) -> rows.add(List.of(titles, String.join(", ", line))));
        return rows;
    }

    private String title(String contender, Map<String, EffectiveSettings> caches) {
        final String series = series(List.copyOf(caches.keySet()));
        return series.equals(usual()) ? contender : contender + " (" + series + ")";
    }

    /** Returns the settings of the caches of a contender: first those that all of them share. */
    private static List<String> line(Map<String, EffectiveSettings> caches) {
        final Map<String, List<String>> values = new LinkedHashMap<>();
        for (final EffectiveSettings settings : caches.values()) {
            settings.items().forEach(item -> values.put(item.name(), new ArrayList<>()));
        }
        values.forEach(
                (name, of) -> caches.values().forEach(settings -> of.add(value(settings, name))));
        final List<String> same = new ArrayList<>();
        final List<String> different = new ArrayList<>();
        values.forEach(
                (name, of) -> {
                    if (of.stream().distinct().count() == 1) {
                        same.add(name + " " + of.get(0));
                    } else {
                        different.add(name + " " + String.join(" / ", of));
                    }
                });
        same.addAll(different);
        return same;
    }

    private static String value(EffectiveSettings settings, String name) {
        return settings.items().stream()
                .filter(item -> item.name().equals(name))
                .findFirst()
                .map(EffectiveSettings.Item::shown)
                .orElse("\u2013");
    }

    /** Lists texts. Words with which all of them end are said once. */
    static String series(List<String> texts) {
        String common = texts.get(0);
        for (final String text : texts) {
            while (!text.endsWith(common)) {
                final int word = common.indexOf(' ', 1);
                common = word < 0 ? "" : common.substring(word);
            }
        }
        if (texts.size() == 1) {
            return common;
        }
        final int tail = common.length();
        return texts.stream()
                        .map(text -> text.substring(0, text.length() - tail))
                        .collect(Collectors.joining(" / "))
                + common;
    }
}
