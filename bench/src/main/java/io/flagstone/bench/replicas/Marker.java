// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.tape.PriceLevelRecord;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The value that a primary writes before each trade, under a key that is no price level: a
 * flyweight over as many bytes as a level has, so that all entries stay of one size. All fields are
 * little-endian.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>Offset</th><th>Type</th><th>Field</th></tr>
 * <tr><td>0</td><td>i64</td><td>number of the trade, from 0</td></tr>
 * <tr><td>8</td><td>i64</td><td>price level of the trade</td></tr>
 * <tr><td>16</td><td>i64</td><td>number of trades in the level's record before, 0 if none</td></tr>
 * <tr><td>24</td><td>i64</td><td>{@code System.nanoTime} of the write</td></tr>
 * </table>
 */
final class Marker {
    /** The key; a price level is never negative. */
    static final long KEY = Long.MIN_VALUE;

    /** The length in bytes. */
    static final int LENGTH = PriceLevelRecord.LENGTH;

    private static final int TRADE_OFFSET = 0;
    private static final int LEVEL_OFFSET = 8;
    private static final int BEFORE_OFFSET = 16;
    private static final int STAMP_OFFSET = 24;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private MutableDirectBuffer buffer;

    /** Wraps the bytes of a marker. */
    Marker wrap(MutableDirectBuffer bytes) {
        buffer = bytes;
        return this;
    }

    /** Writes all fields. */
    void set(long trade, long level, long before, long stampNs) {
        buffer.putLong(TRADE_OFFSET, trade, ORDER);
        buffer.putLong(LEVEL_OFFSET, level, ORDER);
        buffer.putLong(BEFORE_OFFSET, before, ORDER);
        buffer.putLong(STAMP_OFFSET, stampNs, ORDER);
    }

    /** Returns the number of the trade, from 0. */
    long trade() {
        return buffer.getLong(TRADE_OFFSET, ORDER);
    }

    /** Returns the price level of the trade. */
    long level() {
        return buffer.getLong(LEVEL_OFFSET, ORDER);
    }

    /** Returns the number of trades that the level's record had before, 0 if there was none. */
    long before() {
        return buffer.getLong(BEFORE_OFFSET, ORDER);
    }

    /** Returns when the marker was written, by {@code System.nanoTime} of this machine. */
    long stampNs() {
        return buffer.getLong(STAMP_OFFSET, ORDER);
    }
}
