// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

/**
 * What every contender is asked to be.
 *
 * @param entries it has to hold, with as little to spare as its configuration allows.
 * @param valueBytes the length of each value, at least {@link #MIN_VALUE_BYTES}.
 * @param ttlNs how long an entry lives after it was written, or {@link #NO_TTL}.
 */
public record ContenderSettings(int entries, int valueBytes, long ttlNs) {
    /** Fewer say nothing of a cache. */
    static final int MIN_ENTRIES = 1_000;

    private static final int MAX_ENTRIES = 100_000_000;

    /** The key, and something else. */
    public static final int MIN_VALUE_BYTES = 16;

    /** Entries do not expire. */
    public static final long NO_TTL = 0;

    private static final double HEADROOM = 1.1;
    private static final long MIN_BUDGET_BYTES = 1L << 19;

    /** So many standard deviations above the mean, no segment in a thousand million is. */
    private static final int DEVIATIONS = 6;

    /** Checks them. */
    public ContenderSettings {
        if (entries < 1) {
            throw new IllegalArgumentException("entries " + entries + " is not positive");
        }
        final String problem = problemOfValueBytes(valueBytes);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        if (ttlNs < 0) {
            throw new IllegalArgumentException("ttl " + ttlNs + " ns is negative");
        }
    }

    /**
     * Why there cannot be so many entries in a comparison.
     *
     * @param entries how many.
     * @return the reason, or null if there can.
     */
    public static String problemOfEntries(int entries) {
        return entries < MIN_ENTRIES || entries > MAX_ENTRIES
                ? "--entries " + entries + " is not between " + MIN_ENTRIES + " and " + MAX_ENTRIES
                : null;
    }

    /**
     * Why values cannot be of a length.
     *
     * @param valueBytes the length.
     * @return the reason, or null if they can.
     */
    public static String problemOfValueBytes(int valueBytes) {
        return valueBytes < MIN_VALUE_BYTES || valueBytes % Long.BYTES != 0
                ? "values of "
                        + valueBytes
                        + " bytes are not of at least "
                        + MIN_VALUE_BYTES
                        + " and a multiple of "
                        + Long.BYTES
                : null;
    }

    /**
     * A budget for all entries, with a tenth to spare for hash imbalance and rounding.
     *
     * @param overheadBytes of an entry, beside key and value.
     * @return bytes, at least 512 KiB.
     */
    long budgetBytes(int overheadBytes) {
        final long entryBytes = (long) Long.BYTES + valueBytes + overheadBytes;
        return Math.max(MIN_BUDGET_BYTES, (long) (entries * entryBytes * HEADROOM));
    }

    /**
     * How many entries there must be room for where segments have equal shares of it, so that all
     * fit although a hash spreads them unevenly.
     *
     * @param segments how many.
     * @return entries, in all segments together.
     */
    long entriesOver(int segments) {
        return entries + (long) Math.ceil(DEVIATIONS * Math.sqrt((double) entries * segments));
    }
}
