// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

/**
 * What a measurement is repeated for.
 *
 * @param entries held.
 * @param valueBytes of each.
 * @param keys {@code uniform} or {@code zipf}.
 * @param threads that call at the same time.
 */
public record Scale(int entries, int valueBytes, String keys, int threads) {}
