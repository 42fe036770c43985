// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.tape;

/**
 * One trade of the tape, filled again for each. Prices and amounts are fixed-point numbers of eight
 * decimal places, the exchange's own precision: sums of them are exact.
 */
public final class Trade {
    /** Decimal places of a price and of an amount. */
    public static final int PLACES = 8;

    private long timeNs;
    private long price;
    private long amount;

    /**
     * Fills it.
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
     * When it was made.
     *
     * @return nanoseconds since 1970.
     */
    public long timeNs() {
        return timeNs;
    }

    /**
     * What was paid for a bitcoin.
     *
     * @return US dollars in units of 1e-8.
     */
    public long price() {
        return price;
    }

    /**
     * How much was traded.
     *
     * @return bitcoins in units of 1e-8.
     */
    public long amount() {
        return amount;
    }
}
