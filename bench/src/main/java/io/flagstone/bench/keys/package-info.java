// SPDX-License-Identifier: Apache-2.0
/**
 * The keys that a benchmark asks for, and their order.
 *
 * <p>{@link io.flagstone.bench.keys.KeySequence} makes uniform or Zipf keys; {@link
 * io.flagstone.bench.keys.ZipfDraws} draws the latter.
 */
package io.flagstone.bench.keys;
