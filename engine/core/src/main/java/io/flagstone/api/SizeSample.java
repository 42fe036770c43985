// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The sizes of keys and values that a cache will hold, each as often as it occurs: what a cache is
 * divided by, if its builder is given one.
 *
 * <p>Some thousand entries of the kind to be held are enough. An entry counts once, however often
 * it is read. Not thread-safe.
 */
public final class SizeSample {
    private static final int KEY_ALIGNMENT = 8;

    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private long entries;
    private double bytes;

    /** An empty sample. */
    public SizeSample() {}

    /**
     * Adds an entry.
     *
     * @param keyBytes of its key, at least one.
     * @param valueBytes of its value, not negative.
     * @return this.
     * @throws IllegalArgumentException naming a size that is out of its limits.
     */
    public SizeSample add(int keyBytes, int valueBytes) {
        return add(keyBytes, valueBytes, 1);
    }

    /**
     * Adds entries of one size.
     *
     * @param keyBytes of each key, 1 to 65 535.
     * @param valueBytes of each value, 0 to 16 777 215.
     * @param times how many, at least one.
     * @return this.
     * @throws IllegalArgumentException naming a size that is out of its limits.
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

    /** Stops at the largest number: nobody has a use for a count beyond. */
    private static long sum(long count, long more) {
        return count > Long.MAX_VALUE - more ? Long.MAX_VALUE : count + more;
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " " + value + " is not between " + least + " and " + most);
        }
    }

    /**
     * The entries in the sample.
     *
     * @return how many were added.
     */
    public long entries() {
        return entries;
    }

    /**
     * The mean of what key, padded to 8, and value have together.
     *
     * @return bytes, 0 for an empty sample.
     */
    public double meanBytes() {
        return entries == 0 ? 0.0 : bytes / entries;
    }

    /**
     * How often each size occurs.
     *
     * @return from the bytes of key, padded to 8, and value together to the number of entries; a
     *     view that cannot be changed.
     */
    public NavigableMap<Integer, Long> counts() {
        return Collections.unmodifiableNavigableMap(counts);
    }
}
