// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

/** The cause of a stall, as far as the JVM and Linux report it. */
public enum StallCause {
    /** All threads of the JVM stood still, for the collector or another reason. */
    SAFEPOINT("safepoint"),
    /** The thread was ready to run and had no processor. */
    SCHEDULER("scheduler"),
    /** The virtual machine had no processor. */
    STEAL("steal"),
    /** No other cause: the contender itself, or a cause that cannot be seen from inside. */
    OWN("own");

    private final String title;

    StallCause(String title) {
        this.title = title;
    }

    /**
     * Returns the cause's name.
     *
     * @return one word.
     */
    public String title() {
        return title;
    }
}
