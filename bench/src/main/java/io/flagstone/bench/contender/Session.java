// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

/** The operations of one thread on a contender. Not thread-safe. */
public interface Session {
    /** What {@link #get} returns for an absent key. */
    long MISSING = -1;

    /**
     * Reads a value into the session's buffer, or where the API returns objects, has a look at it.
     *
     * @param key from 0 to 2³¹−1.
     * @return the value's first word, which is the key, or {@link #MISSING}.
     */
    long get(long key);

    /**
     * Writes a value, whether or not the key is present.
     *
     * @param key from 0 to 2³¹−1; becomes the value's first word, the other words are 0.
     */
    void put(long key);

    /**
     * Reads many values at once.
     *
     * @param keys all different.
     * @return how many were found; each value found is that of its key.
     * @throws UnsupportedOperationException where the API has no such call.
     */
    default int getAll(long[] keys) {
        throw new UnsupportedOperationException();
    }
}
