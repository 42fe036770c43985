// SPDX-License-Identifier: Apache-2.0
/**
 * The trade tape, and the values of the price levels that a replay builds from it.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.tape.TradeTape} reads the tape.
 *   <li>{@link io.flagstone.bench.tape.Trade} is one trade.
 *   <li>{@link io.flagstone.bench.tape.PriceLevelRecord} is the value of a price level.
 * </ul>
 */
package io.flagstone.bench.tape;
