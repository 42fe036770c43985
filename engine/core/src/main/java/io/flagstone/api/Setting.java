// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * One parameter of a cache with its effective value.
 *
 * @param name the parameter's name, which is also the name of the builder's method.
 * @param value the value as text.
 * @param unit the unit of the value.
 * @param origin where the value comes from.
 */
public record Setting(String name, String value, String unit, Origin origin) {
    /**
     * Where a value comes from. The builder takes precedence over a system property, and a system
     * property over the default.
     */
    public enum Origin {
        /** The default; neither the builder nor a system property sets the parameter. */
        DEFAULT,

        /** A system property whose name is {@code flagstone.} followed by the parameter's name. */
        SYSTEM_PROPERTY,

        /** The builder. */
        BUILDER,

        /** Chosen for this cache and machine; neither the builder nor a system property sets it. */
        CHOSEN
    }
}
