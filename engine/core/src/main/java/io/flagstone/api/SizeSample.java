// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A sample of the sizes of keys and values that a cache will hold, with how often each occurs. The
 * builder uses it to choose how to divide the cache's memory.
 *
 * <p>A few thousand typical entries are enough. Add each entry once, no matter how often it will be
 * read. Not thread-safe.
 */
public final class SizeSample {
    private static final int KEY_ALIGNMENT = 8;

    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private long entries;
    private double bytes;

    /** Creates an empty sample. */
    public SizeSample() {}

    /**
     * Adds an entry.
     *
     * @param keyBytes the length of its key, 1 to 65 535.
     * @param valueBytes the length of its value, 0 to 16 777 215.
     * @return this.
     * @throws IllegalArgumentException if an argument is outside its limits.
     */
    public SizeSample add(int keyBytes, int valueBytes) {
        return add(keyBytes, valueBytes, 1);
    }

    /**
     * Adds entries of one size.
     *
     * @param keyBytes the length of each key, 1 to 65 535.
     * @param valueBytes the length of each value, 0 to 16 777 215.
     * @param times the number of entries, at least 1.
     * @return this.
     * @throws IllegalArgumentException if an argument is outside its limits.
     */
    public SizeSample add(int keyBytes, int valueBytes, long times) {
        check("keyBytes", keyBytes, 1, 0xFFFF);
        check("valueBytes", valueBytes, 0, (1 << 24) - 1);
        check("times", times, 1, Long.MAX_VALUE);
        final int padded = (keyBytes + KEY_ALIGNMENT - 1 & -KEY_ALIGNMENT) + valueBytes;
        counts.merge(padded, times, SizeSample::sum);
        entries = sum(entries, times);
        bytes += (double) times * padded;
        return this;
    }

    /** Returns the sum, or {@code Long.MAX_VALUE} if it overflows. */
    private static long sum(long count, long more) {
        return count > Long.MAX_VALUE - more ? Long.MAX_VALUE : count + more;
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name
                            + " must be between "
                            + least
                            + " and "
                            + most
                            + ": "
                            + name
                            + "="
                            + value);
        }
    }

    /**
     * Returns the number of entries in the sample.
     *
     * @return the number of entries added.
     */
    public long entries() {
        return entries;
    }

    /**
     * Returns the mean size of key, padded to 8 bytes, plus value.
     *
     * @return bytes, or 0 for an empty sample.
     */
    public double meanBytes() {
        return entries == 0 ? 0.0 : bytes / entries;
    }

    /**
     * Returns how often each size occurs.
     *
     * @return an unmodifiable view. The keys are sizes in bytes: key, padded to 8 bytes, plus
     *     value. The values are numbers of entries.
     */
    public NavigableMap<Integer, Long> counts() {
        return Collections.unmodifiableNavigableMap(counts);
    }
}
