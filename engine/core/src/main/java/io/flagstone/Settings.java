// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.Setting;
import io.flagstone.api.Setting.Origin;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What has been said of each parameter, and by whom: the builder, else a system property, else
 * nobody.
 */
final class Settings {
    private final Map<Parameter, Object> values = new EnumMap<>(Parameter.class);
    private final Map<Parameter, Origin> origins = new EnumMap<>(Parameter.class);

    /** What the system properties say now. */
    Settings() {
        for (final Parameter parameter : Parameter.values()) {
            final String text =
                    parameter.hasProperty() ? System.getProperty(parameter.property()) : null;
            if (text == null) {
                values.put(parameter, parameter.byDefault);
                origins.put(parameter, Origin.DEFAULT);
            } else {
                values.put(parameter, parameter.parse(text));
                origins.put(parameter, Origin.SYSTEM_PROPERTY);
            }
        }
    }

    /** The same as another, and independent of it. */
    Settings(Settings other) {
        values.putAll(other.values);
        origins.putAll(other.origins);
    }

    /** What the builder says. */
    void set(Parameter parameter, Object value) {
        values.put(parameter, value);
        origins.put(parameter, Origin.BUILDER);
    }

    /** Whether it has another value than if nobody had said one. */
    boolean isGiven(Parameter parameter) {
        return !Objects.equals(values.get(parameter), parameter.byDefault);
    }

    /** A number, or null where nobody has said one, or something else. */
    Long number(Parameter parameter) {
        return values.get(parameter) instanceof Long number ? number : null;
    }

    double fraction(Parameter parameter) {
        return (Double) values.get(parameter);
    }

    boolean isOn(Parameter parameter) {
        return Boolean.TRUE.equals(values.get(parameter));
    }

    /** What is wrong with each value by itself. */
    Stream<String> problems() {
        return Stream.of(Parameter.values())
                .map(parameter -> parameter.problem(values.get(parameter)))
                .filter(Objects::nonNull);
    }

    /**
     * All that is in effect.
     *
     * @param chosen what was chosen for parameters of which nobody has said anything.
     */
    EffectiveConfiguration effective(Map<Parameter, ? extends Number> chosen) {
        final List<Setting> settings =
                Stream.of(Parameter.values())
                        .map(
                                parameter ->
                                        values.get(parameter) == null
                                                        && chosen.containsKey(parameter)
                                                ? parameter.setting(
                                                        chosen.get(parameter), Origin.CHOSEN)
                                                : parameter.setting(
                                                        values.get(parameter),
                                                        origins.get(parameter)))
                        .toList();
        return new EffectiveConfiguration(settings);
    }
}
