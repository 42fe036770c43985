// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.Setting;
import io.flagstone.api.Setting.Origin;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The value of each parameter and its origin: the builder, a system property, or the default. */
final class Settings {
    private final Map<Parameter, Object> values = new EnumMap<>(Parameter.class);
    private final Map<Parameter, Origin> origins = new EnumMap<>(Parameter.class);

    /** Reads the system properties. Parameters without a property get their defaults. */
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

    /** Copies other settings. */
    Settings(Settings other) {
        values.putAll(other.values);
        origins.putAll(other.origins);
    }

    /** Sets a value on behalf of the builder. */
    void set(Parameter parameter, Object value) {
        values.put(parameter, value);
        origins.put(parameter, Origin.BUILDER);
    }

    /** Returns whether a parameter differs from its default. */
    boolean isGiven(Parameter parameter) {
        return !Objects.equals(values.get(parameter), parameter.byDefault);
    }

    /** Returns whether a parameter without a default has no value. */
    boolean isUnset(Parameter parameter) {
        return values.get(parameter) == null;
    }

    /**
     * Returns the value of a parameter that is an object.
     *
     * @param otherwise the value if the parameter was not set.
     * @return the value, or null if the parameter was set to null.
     */
    @SuppressWarnings("unchecked")
    <T> T value(Parameter parameter, T otherwise) {
        return origins.get(parameter) == Origin.DEFAULT ? otherwise : (T) values.get(parameter);
    }

    /** Returns a number, or null if the parameter is unset or not a number. */
    Long number(Parameter parameter) {
        return values.get(parameter) instanceof Long number ? number : null;
    }

    double fraction(Parameter parameter) {
        return (Double) values.get(parameter);
    }

    boolean isOn(Parameter parameter) {
        return Boolean.TRUE.equals(values.get(parameter));
    }

    /** Returns the problem of each invalid value, considered alone. */
    Stream<String> problems() {
        return Stream.of(Parameter.values())
                .map(parameter -> parameter.problem(values.get(parameter)))
                .filter(Objects::nonNull);
    }

    /**
     * Returns the configuration in effect.
     *
     * @param chosen the values chosen for parameters that are unset.
     * @param maxEntryBytes the largest entry, which is no parameter.
     */
    EffectiveConfiguration effective(Map<Parameter, Object> chosen, int maxEntryBytes) {
        final Setting largest =
                new Setting(
                        "maxEntryBytes", Integer.toString(maxEntryBytes), "bytes", Origin.CHOSEN);
        final Stream<Setting> settings =
                Stream.of(Parameter.values())
                        .map(
                                parameter ->
                                        values.get(parameter) == null
                                                        && chosen.containsKey(parameter)
                                                ? parameter.setting(
                                                        chosen.get(parameter), Origin.CHOSEN)
                                                : parameter.setting(
                                                        values.get(parameter),
                                                        origins.get(parameter)));
        return new EffectiveConfiguration(Stream.concat(settings, Stream.of(largest)).toList());
    }
}
