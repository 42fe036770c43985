// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.entry;

/**
 * The lengths of an entry's key and value in one word, so that a write passes one parameter.
 *
 * <p>The key's length is in the upper 32 bits, the value's in the lower.
 */
public final class EntryLengths {
    private static final int KEY_SHIFT = Integer.SIZE;

    private EntryLengths() {}

    /**
     * Packs two lengths.
     *
     * @param key the key's bytes, from 0.
     * @param value the value's bytes, from 0.
     * @return both.
     */
    public static long of(int key, int value) {
        return (long) key << KEY_SHIFT | value;
    }

    /**
     * Returns the length of the key.
     *
     * @param lengths of both.
     * @return bytes.
     */
    public static int key(long lengths) {
        return (int) (lengths >>> KEY_SHIFT);
    }

    /**
     * Returns the length of the value.
     *
     * @param lengths of both.
     * @return bytes.
     */
    public static int value(long lengths) {
        return (int) lengths;
    }
}
