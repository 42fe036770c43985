// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.Setting;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The effective settings of a cache, with the same names in the text and in the JSON of every
 * command. The names of Flagstone's settings are those of its builder.
 *
 * @param items the settings, in the order of the report.
 */
public record EffectiveSettings(List<Item> items) {
    /** The settings of a contender that has none. */
    public static final EffectiveSettings NONE = new EffectiveSettings(List.of());

    /** Parameters that are objects, or that change no figure. */
    private static final Set<String> LEFT_OUT =
            Set.of(
                    "sizeSample",
                    "buildProgress",
                    "hashSeed",
                    "clock",
                    "epochClock",
                    "restartListener",
                    "directory",
                    "restore",
                    "removalHandler",
                    "errorHandler");

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");

    /**
     * One setting.
     *
     * @param name the name of the parameter.
     * @param value the effective value: a number, {@code yes}, {@code no} or {@code none}.
     * @param origin {@code default}, {@code chosen} by the cache, or {@code set}.
     */
    public record Item(String name, String value, String origin) {
        /**
         * Returns the value for people.
         *
         * @return the value, with separators of thousands if it is a whole number.
         */
        public String shown() {
            return WHOLE.matcher(value).matches()
                    ? String.format(Locale.ROOT, "%,d", Long.parseLong(value))
                    : value;
        }

        JsonElement json() {
            return switch (value) {
                case "none" -> JsonNull.INSTANCE;
                case "yes" -> new JsonPrimitive(true);
                case "no" -> new JsonPrimitive(false);
                default ->
                        NUMBER.matcher(value).matches()
                                ? new JsonPrimitive(new BigDecimal(value))
                                : new JsonPrimitive(value);
            };
        }
    }

    /**
     * Returns the settings of a cache of Flagstone.
     *
     * @param configuration its configuration.
     * @return all settings that are numbers, or yes or no.
     */
    public static EffectiveSettings of(EffectiveConfiguration configuration) {
        return new EffectiveSettings(
                configuration.settings().stream()
                        .filter(setting -> !LEFT_OUT.contains(setting.name()))
                        .map(
                                setting ->
                                        new Item(
                                                setting.name(),
                                                setting.value(),
                                                origin(setting.origin())))
                        .toList());
    }

    /**
     * Adds a setting that the benchmark set.
     *
     * @param name the name of the parameter.
     * @param value its value.
     * @return new settings.
     */
    public EffectiveSettings with(String name, Object value) {
        final List<Item> more = new ArrayList<>(items);
        more.add(new Item(name, String.valueOf(value), "set"));
        return new EffectiveSettings(List.copyOf(more));
    }

    private static String origin(Setting.Origin origin) {
        return switch (origin) {
            case DEFAULT -> "default";
            case CHOSEN -> "chosen";
            case BUILDER, SYSTEM_PROPERTY -> "set";
        };
    }

    /**
     * Returns all settings in one line.
     *
     * @return names and values for people.
     */
    public String line() {
        return items.stream()
                .map(item -> item.name() + " " + item.shown())
                .collect(Collectors.joining(", "));
    }

    /**
     * Returns all settings for programs.
     *
     * @return an object with a number, a truth value or null for each setting.
     */
    public JsonObject json() {
        final JsonObject settings = new JsonObject();
        items.forEach(item -> settings.add(item.name(), item.json()));
        return settings;
    }
}
