// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * One parameter of a cache as it is in effect.
 *
 * @param name the parameter's name, which is that of the builder's method.
 * @param value the value as text.
 * @param unit what the value counts.
 * @param origin where the value is from.
 */
public record Setting(String name, String value, String unit, Origin origin) {
    /** Where a value is from, the later over the earlier. */
    public enum Origin {
        /** Nobody has said anything. */
        DEFAULT,

        /** A system property, whose name is {@code flagstone.} and the parameter's. */
        SYSTEM_PROPERTY,

        /** The builder. */
        BUILDER,

        /** Chosen for this cache and machine, since nobody has said anything. */
        CHOSEN
    }
}
