// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.List;

/**
 * All parameters of a cache with their effective values and where each value comes from. The last
 * row, {@code maxEntryBytes}, is not a parameter: it is the largest entry that the cache takes,
 * header and padded key included. Prints as a table.
 *
 * @param settings one for each parameter, in the order of the documentation, and the largest entry.
 */
public record EffectiveConfiguration(List<Setting> settings) {
    /**
     * Returns the setting of one parameter.
     *
     * @param name the parameter's name.
     * @return its effective value and where it comes from.
     * @throws IllegalArgumentException if there is no such parameter.
     */
    public Setting setting(String name) {
        return settings.stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no parameter " + name));
    }

    @Override
    public String toString() {
        final StringBuilder table = new StringBuilder();
        for (final Setting setting : settings) {
            table.append(
                    String.format(
                            "%-20s %-20s %-12s %s%n",
                            setting.name(), setting.value(), setting.unit(), setting.origin()));
        }
        return table.toString();
    }
}
