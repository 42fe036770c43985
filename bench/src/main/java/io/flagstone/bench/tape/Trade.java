// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.tape;

/**
 * One trade of the tape; the instance is reused for each. Prices and amounts are fixed-point
 * numbers of eight decimal places, the exchange's own precision, so that their sums are exact.
 */
public final class Trade {
    /** The number of decimal places of prices and amounts. */
    public static final int PLACES = 8;

    private long timeNs;
    private long price;
    private long amount;

    /**
     * Sets all fields.
     *
     * @param timeNs nanoseconds since 1970.
     * @param price US dollars for a bitcoin, in units of 1e-8.
     * @param amount bitcoins, in units of 1e-8.
     * @return this.
     */
    public Trade set(long timeNs, long price, long amount) {
        this.timeNs = timeNs;
        this.price = price;
        this.amount = amount;
        return this;
    }

    /**
     * Returns the time of the trade.
     *
     * @return nanoseconds since 1970.
     */
    public long timeNs() {
        return timeNs;
    }

    /**
     * Returns the price of a bitcoin.
     *
     * @return US dollars in units of 1e-8.
     */
    public long price() {
        return price;
    }

    /**
     * Returns the traded amount.
     *
     * @return bitcoins in units of 1e-8.
     */
    public long amount() {
        return amount;
    }
}
