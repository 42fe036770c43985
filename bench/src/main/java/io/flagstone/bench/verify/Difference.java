// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

/** The ways in which a cache can differ from the model. */
public enum Difference {
    /** A value read is not the one last written. */
    WRONG_VALUE("values read that were not the ones written"),

    /** A key was found that a removal had been reported of, or that was never put. */
    UNKNOWN_HIT("hits on keys that were not there"),

    /** A key was found at or after its deadline. */
    LATE_HIT("hits at or after the deadline"),

    /** A live key was not found, and no removal had been reported. */
    UNEXPLAINED_MISS("misses that no reported removal explains"),

    /** Another entry of the segment had been used longer ago than the one evicted. */
    WRONG_ORDER("evictions of another entry than the least recently used"),

    /** An entry past its deadline was reported as evicted. */
    LATE_EVICTION("evictions of entries that had expired"),

    /** An entry was reported as expired before its deadline. */
    EARLY_EXPIRY("expirations before the deadline"),

    /** A removal was reported of a key that was not there. */
    UNKNOWN_REMOVAL("removals of keys that were not there"),

    /** A removal came with a value that is not the one last written. */
    WRONG_REMOVED_VALUE("removals with a value that was not the one written"),

    /** A removal was reported that nothing in the replay asks for. */
    UNASKED_REMOVAL("removals or replacements that nothing asked for"),

    /** A write took a present key for absent or an absent one for present. */
    WRONG_PUT("writes that took a present key for absent, or the reverse"),

    /** The cache counts other removals or entries than were reported. */
    WRONG_COUNT("counts that are not those of the reports");

    private final String title;

    Difference(String title) {
        this.title = title;
    }

    /**
     * What to call them in a report.
     *
     * @return a plural.
     */
    public String title() {
        return title;
    }
}
