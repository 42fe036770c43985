// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

/** A check of an invariant, for structural audits. */
public final class Invariant {
    private Invariant() {}

    /**
     * Throws if an invariant does not hold. Formats the finding only then.
     *
     * @param room the name of the structure that has the invariant.
     * @throws IllegalStateException with the structure's name and the formatted finding, if it does
     *     not hold.
     */
    public static void check(String room, boolean holds, String finding, Object... args) {
        if (!holds) {
            throw new IllegalStateException(room + ": " + String.format(finding, args));
        }
    }
}
