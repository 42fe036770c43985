// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

/** Checks numbers on the command line. */
final class Limits {
    private Limits() {}

    /** Returns why a number is refused, or null if it is within its limits, both included. */
    static String problem(String option, long value, long least, long most) {
        return value < least || value > most
                ? option + " " + value + " is not between " + least + " and " + most
                : null;
    }
}
