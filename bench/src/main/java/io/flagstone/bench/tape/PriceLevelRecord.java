// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.tape;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The value of a price level: a flyweight over 48 bytes, which applies a trade in place. All fields
 * are little-endian.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>Offset</th><th>Type</th><th>Field</th></tr>
 * <tr><td>0</td><td>i64</td><td>price of the last trade, 1e-8 dollars</td></tr>
 * <tr><td>8</td><td>i64</td><td>volume traded, 1e-8 bitcoins</td></tr>
 * <tr><td>16</td><td>i64</td><td>number of trades</td></tr>
 * <tr><td>24</td><td>i64</td><td>time of the first trade, nanoseconds since 1970</td></tr>
 * <tr><td>32</td><td>i64</td><td>time of the last trade, nanoseconds since 1970</td></tr>
 * <tr><td>40</td><td>f64</td><td>volume-weighted average price, dollars</td></tr>
 * </table>
 */
public final class PriceLevelRecord {
    /** The length of a record in bytes. */
    public static final int LENGTH = 48;

    static final int LAST_PRICE_OFFSET = 0;
    static final int VOLUME_OFFSET = 8;
    static final int TRADES_OFFSET = 16;
    static final int FIRST_TIME_OFFSET = 24;
    static final int LAST_TIME_OFFSET = 32;
    static final int VWAP_OFFSET = 40;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final double UNIT = 1e-8;

    private MutableDirectBuffer buffer;
    private int offset;

    /**
     * Wraps a record.
     *
     * @param record the buffer that holds the record.
     * @param recordOffset the offset of the record.
     * @return this.
     */
    public PriceLevelRecord wrap(MutableDirectBuffer record, int recordOffset) {
        buffer = record;
        offset = recordOffset;
        return this;
    }

    /**
     * Writes the record of a level after its first trade.
     *
     * @param trade the trade.
     */
    public void begin(Trade trade) {
        put(LAST_PRICE_OFFSET, trade.price());
        put(VOLUME_OFFSET, trade.amount());
        put(TRADES_OFFSET, 1);
        put(FIRST_TIME_OFFSET, trade.timeNs());
        put(LAST_TIME_OFFSET, trade.timeNs());
        buffer.putDouble(offset + VWAP_OFFSET, trade.price() * UNIT, ORDER);
    }

    /**
     * Adds a trade to the record.
     *
     * @param trade the trade.
     */
    public void add(Trade trade) {
        final long volume = volume() + trade.amount();
        final double price = trade.price() * UNIT;
        final double vwap = vwap();
        // The tape has trades of amount zero, so a level's volume may be zero too.
        final double moved = volume == 0 ? price : vwap + (price - vwap) * trade.amount() / volume;
        put(LAST_PRICE_OFFSET, trade.price());
        put(VOLUME_OFFSET, volume);
        put(TRADES_OFFSET, trades() + 1);
        put(LAST_TIME_OFFSET, trade.timeNs());
        buffer.putDouble(offset + VWAP_OFFSET, moved, ORDER);
    }

    /**
     * Returns the price of the last trade.
     *
     * @return US dollars in units of 1e-8.
     */
    public long lastPrice() {
        return get(LAST_PRICE_OFFSET);
    }

    /**
     * Returns the traded volume.
     *
     * @return bitcoins in units of 1e-8.
     */
    public long volume() {
        return get(VOLUME_OFFSET);
    }

    /**
     * Returns the number of trades.
     *
     * @return the number.
     */
    public long trades() {
        return get(TRADES_OFFSET);
    }

    /**
     * Returns the time of the first trade.
     *
     * @return nanoseconds since 1970.
     */
    public long firstTimeNs() {
        return get(FIRST_TIME_OFFSET);
    }

    /**
     * Returns the time of the last trade.
     *
     * @return nanoseconds since 1970.
     */
    public long lastTimeNs() {
        return get(LAST_TIME_OFFSET);
    }

    /**
     * Returns the volume-weighted average price.
     *
     * @return US dollars.
     */
    public double vwap() {
        return buffer.getDouble(offset + VWAP_OFFSET, ORDER);
    }

    private long get(int field) {
        return buffer.getLong(offset + field, ORDER);
    }

    private void put(int field, long value) {
        buffer.putLong(offset + field, value, ORDER);
    }
}
