// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/** The reason why an entry, or its value, left the cache. */
public enum RemovalCause {
    /**
     * A live entry made room for another. It was the least recently used of its segment when the
     * limit on entries was reached, the least recently used of its size class when memory was
     * short, or in a slab that went to another size class.
     */
    EVICTED,

    /** The entry's deadline had passed. */
    EXPIRED,

    /**
     * A put, replace or compare-and-set gave the key another value. The handler gets the old value.
     * Updates in place are not reported.
     */
    REPLACED,

    /** The caller removed the entry. {@code clear} uses this cause for expired entries, too. */
    REMOVED
}
