// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

/** What structural audits are made of. */
public final class Invariant {
    private Invariant() {}

    /**
     * Passes where an invariant holds; the finding is put into words only where it does not.
     *
     * @param room whose invariant it is.
     * @throws IllegalStateException with the room and the finding, formatted.
     */
    public static void check(String room, boolean holds, String finding, Object... args) {
        if (!holds) {
            throw new IllegalStateException(room + ": " + String.format(finding, args));
        }
    }
}
