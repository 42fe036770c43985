// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * How the book of the trade tape is kept.
 *
 * @param tickSize width of a price level in units of 1e-8 dollars.
 * @param depth levels read on either side of each trade.
 * @param ttlNs how long a level lives without a trade.
 */
public record TapeSettings(long tickSize, int depth, long ttlNs) {}
