// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.restart;

/** The measurement that one JVM makes with the cache of a directory. */
enum Phase {
    /** Begins an empty cache and puts all entries. */
    INSERT("putting all entries"),
    /** Opens a cache that was closed. */
    CLOSED("after a close"),
    /** Opens a cache that was closed, without comparing the checksums. Touches few pages. */
    UNVERIFIED("after a close, verify(false)"),
    /** Opens a cache whose process ended while no operation was under way. */
    IDLE("after a kill, no thread in the cache"),
    /** Opens a cache whose process ended while two threads put values of other lengths. */
    BUSY("after a kill, two threads in the cache");

    private final String title;

    Phase(String title) {
        this.title = title;
    }

    /** Returns what is measured. */
    String title() {
        return title;
    }

    /** Returns whether the process before ended without closing the cache. */
    boolean followsKill() {
        return this == IDLE || this == BUSY;
    }
}
