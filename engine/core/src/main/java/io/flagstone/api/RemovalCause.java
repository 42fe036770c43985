// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/** Why an entry, or its value, left the cache. */
public enum RemovalCause {
    /**
     * Live, and in the way: the least recently used when a place was needed, or the least recently
     * used of its size class, or in a slab given to another class, when room was.
     */
    EVICTED,

    /** Its deadline had passed. */
    EXPIRED,

    /**
     * A put, replace or compare-and-set gave its key another value; the listener sees the old one.
     * Updates in place are not told.
     */
    REPLACED,

    /** Removed by the caller; {@code clear} removes whatever its deadline. */
    REMOVED
}
