// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

/**
 * The sizes, keys and threads of a measurement.
 *
 * @param entries the number of entries.
 * @param valueBytes the bytes of a value.
 * @param keys the distribution of keys, {@code uniform} or {@code zipf}.
 * @param threads the number of concurrent threads.
 */
public record Scale(int entries, int valueBytes, String keys, int threads) {}
