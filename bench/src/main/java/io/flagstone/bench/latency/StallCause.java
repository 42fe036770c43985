// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

/** Why a read took long, as far as can be told. */
public enum StallCause {
    /** All threads of the JVM stood still, for the collector or otherwise. */
    SAFEPOINT("safepoint"),
    /** The thread was ready to run and had no processor. */
    SCHEDULER("scheduler"),
    /** The virtual machine had none. */
    STEAL("steal"),
    /** None of these: the contender's own, or what cannot be seen from inside. */
    OWN("own");

    private final String title;

    StallCause(String title) {
        this.title = title;
    }

    /**
     * Its name.
     *
     * @return one word.
     */
    public String title() {
        return title;
    }
}
