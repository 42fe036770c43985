// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * The settings of the book of the trade tape.
 *
 * @param tickSize the width of a price level in units of 1e-8 dollars.
 * @param depth the number of price levels read on either side of each trade.
 * @param ttlNs the time to live, in nanoseconds, of a price level without a trade.
 */
public record TapeSettings(long tickSize, int depth, long ttlNs) {}
