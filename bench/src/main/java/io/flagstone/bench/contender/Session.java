// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

/** The operations of one thread on a contender. Not thread-safe. */
public interface Session {
    /** The result of {@link #get} for an absent key. */
    long MISSING = -1;

    /**
     * Reads a value into the session's buffer, or in place if the API returns objects.
     *
     * @param key from 0 to 2³¹−1.
     * @return the value's first word, which is the key, or {@link #MISSING}.
     */
    long get(long key);

    /**
     * Writes a value, whether or not the key is present.
     *
     * @param key from 0 to 2³¹−1; it becomes the value's first word, and the other words are 0.
     */
    void put(long key);

    /**
     * Reads many values with one call.
     *
     * @param keys the keys, all different.
     * @return how many were found; each found value belongs to its key.
     * @throws UnsupportedOperationException if the API has no such call.
     */
    default int getAll(long[] keys) {
        throw new UnsupportedOperationException();
    }
}
