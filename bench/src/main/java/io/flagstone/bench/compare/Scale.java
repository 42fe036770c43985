// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import java.util.Locale;

/**
 * The sizes, keys and threads of a measurement.
 *
 * @param entries the number of entries.
 * @param valueBytes the bytes of a value.
 * @param keys the distribution of keys, {@code uniform} or {@code zipf}.
 * @param threads the number of concurrent threads.
 */
public record Scale(int entries, int valueBytes, String keys, int threads) {
    /** Returns the end of a title. */
    String describe() {
        return String.format(
                Locale.ROOT,
                "%,d entries, %d-byte values, %s keys, %d thread%s",
                entries,
                valueBytes,
                keys,
                threads,
                threads == 1 ? "" : "s");
    }
}
