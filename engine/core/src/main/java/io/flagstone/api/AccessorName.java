// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.Locale;

/** The accessor's name for an enum constant: {@code ROOM_EVICTIONS} is {@code roomEvictions}. */
final class AccessorName {
    private AccessorName() {}

    static String of(Enum<?> constant) {
        final StringBuilder name = new StringBuilder();
        for (final String word : constant.name().split("_")) {
            name.append(
                    name.isEmpty()
                            ? word.toLowerCase(Locale.ROOT)
                            : word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
