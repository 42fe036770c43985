// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

/** A way in which a cache can differ from the model. */
public enum Difference implements Differences.Kind {
    /** A read returned another value than the last one written. */
    WRONG_VALUE("values read that were not the ones written"),

    /** A key was found after its removal was reported, or without ever being put. */
    UNKNOWN_HIT("hits on keys that were not there"),

    /** A key was found at or after its deadline. */
    LATE_HIT("hits at or after the deadline"),

    /** A live key was not found, although no removal was reported. */
    UNEXPLAINED_MISS("misses that no reported removal explains"),

    /** The evicted entry was not the least recently used of its segment. */
    WRONG_ORDER("evictions of entries that were not the least recently used"),

    /** An entry past its deadline was reported as evicted. */
    LATE_EVICTION("evictions of entries that had expired"),

    /** An entry was reported as expired before its deadline. */
    EARLY_EXPIRY("expirations before the deadline"),

    /** A removal was reported for an absent key. */
    UNKNOWN_REMOVAL("removals of keys that were not there"),

    /** A removal was reported with another value than the last one written. */
    WRONG_REMOVED_VALUE("removals with a value that was not the one written"),

    /** A removal or replacement was reported that the replay did not ask for. */
    UNASKED_REMOVAL("removals or replacements that nothing asked for"),

    /** A write treated a present key as absent, or an absent key as present. */
    WRONG_PUT("writes that treated a present key as absent, or the reverse"),

    /** The cache counts other numbers of removals or entries than it reported. */
    WRONG_COUNT("counts that differ from the reports");

    private final String title;

    Difference(String title) {
        this.title = title;
    }

    @Override
    public String title() {
        return title;
    }
}
