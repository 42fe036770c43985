package io.flagstone.api;

/** Why an entry, or its value, left the cache. */
public enum RemovalCause {
    /** Live, and the least recently used when room or a place was needed. */
    EVICTED,

    /** Its deadline had passed. */
    EXPIRED,

    /** A write gave its key another value; the listener sees the old one. */
    REPLACED,

    /** Removed by the caller: {@code remove}, {@code getAndRemove} or {@code clear}. */
    REMOVED
}
