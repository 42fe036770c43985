// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * The same quote read twice after the end of the tape: one nanosecond before its time to live is
 * over, and at that moment. Both reads are left out of all counts.
 *
 * @param writtenNs the time at which the quote was written, in nanoseconds since 1970.
 * @param ttlNs its time to live in nanoseconds.
 * @param price the price of the quote in units of 1e-8 dollars, as the first read found it; -1 if
 *     it found nothing.
 * @param foundAfter whether the second read found the quote, which it must not.
 */
public record StaleQuote(long writtenNs, long ttlNs, long price, boolean foundAfter) {
    /** The price of a quote that the first read did not find. */
    public static final long NONE = -1;

    /**
     * Returns whether the first read found the quote.
     *
     * @return false if the cache did not keep it.
     */
    public boolean foundBefore() {
        return price != NONE;
    }
}
