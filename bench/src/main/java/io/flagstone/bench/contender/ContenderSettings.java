// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;

/**
 * The settings that every contender gets.
 *
 * @param entries entries it has to hold, with as little room to spare as its configuration allows.
 * @param valueBytes the length of a value, at least {@link #MIN_VALUE_BYTES} and a multiple of 8.
 * @param ttlNs nanoseconds that an entry lives after a write, or {@link #NO_TTL}.
 */
public record ContenderSettings(int entries, int valueBytes, long ttlNs) {
    /** The fewest entries of a meaningful comparison. */
    static final int MIN_ENTRIES = 1_000;

    private static final int MAX_ENTRIES = 100_000_000;

    /** The shortest value: the key and one more word. */
    public static final int MIN_VALUE_BYTES = 16;

    /** The time to live of entries that do not expire. */
    public static final long NO_TTL = 0;

    private static final double HEADROOM = 1.1;
    private static final long MIN_BUDGET_BYTES = 1 << 16;

    /** Standard deviations above the mean that fewer than one segment in 10⁹ exceeds. */
    private static final int DEVIATIONS = 6;

    /** Checks the settings. */
    public ContenderSettings {
        if (entries < 1) {
            throw new IllegalArgumentException("entries must be positive: entries=" + entries);
        }
        final String problem = problemOfValueBytes(valueBytes);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        if (ttlNs < 0) {
            throw new IllegalArgumentException("ttlNs must not be negative: ttlNs=" + ttlNs);
        }
    }

    /**
     * Checks the number of entries of a comparison.
     *
     * @param entries the number.
     * @return the reason to refuse it, or null if it is allowed.
     */
    public static String problemOfEntries(int entries) {
        return entries < MIN_ENTRIES || entries > MAX_ENTRIES
                ? "--entries " + entries + " is not between " + MIN_ENTRIES + " and " + MAX_ENTRIES
                : null;
    }

    /**
     * Checks the length of values.
     *
     * @param valueBytes the length.
     * @return the reason to refuse it, or null if it is allowed.
     */
    public static String problemOfValueBytes(int valueBytes) {
        return valueBytes < MIN_VALUE_BYTES || valueBytes % Long.BYTES != 0
                ? "--value-bytes "
                        + valueBytes
                        + " must be at least "
                        + MIN_VALUE_BYTES
                        + " and a multiple of "
                        + Long.BYTES
                : null;
    }

    /**
     * Returns a budget for all entries, with a tenth to spare for uneven hashing and rounding.
     *
     * @param overheadBytes bytes of an entry in addition to key and value.
     * @return bytes, at least 64 KiB, the least of a cache of Flagstone.
     */
    long budgetBytes(int overheadBytes) {
        final long entryBytes = (long) Long.BYTES + valueBytes + overheadBytes;
        return Math.max(MIN_BUDGET_BYTES, (long) (entries * entryBytes * HEADROOM));
    }

    /**
     * Returns the settings that all contenders have in common.
     *
     * @return entries, bytes of a value, and the time to live.
     */
    EffectiveSettings effective() {
        return EffectiveSettings.NONE
                .with("entries", entries)
                .with("valueBytes", valueBytes)
                .with("defaultTtlNs", ttlNs == NO_TTL ? "none" : ttlNs);
    }

    /**
     * Returns how many entries need room if segments have equal shares of it, so that all entries
     * fit although a hash spreads them unevenly.
     *
     * @param segments the number of segments.
     * @return entries of all segments together.
     */
    long entriesOver(int segments) {
        return entries + (long) Math.ceil(DEVIATIONS * Math.sqrt((double) entries * segments));
    }
}
