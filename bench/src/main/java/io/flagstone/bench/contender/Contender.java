// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;

/**
 * A cache under measurement, used through the API that suits it best. Keys are numbers from 0 to
 * 2³¹−1. Values have a fixed length, and their first word is their key.
 *
 * <p>Thread-safe. The state of a thread is in its {@link Session}.
 */
public interface Contender extends AutoCloseable {
    /**
     * Creates a session for one thread.
     *
     * @return a session with its own buffers and keys.
     */
    Session session();

    /**
     * Returns how many entries the contender holds, by its own count.
     *
     * @return the number of entries.
     */
    long entries();

    /**
     * Returns the memory taken from the operating system in addition to the heap and to direct
     * buffers, both of which the JVM accounts for.
     *
     * @return bytes.
     */
    default long nativeBytes() {
        return 0;
    }

    /**
     * Returns the settings in effect.
     *
     * @return at least the bound; for Flagstone, all parameters.
     */
    EffectiveSettings settings();

    @Override
    void close();
}
