// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rebuilds {@link LruLists} from the stamps of the entries, one list after the other.
 *
 * <p>An entry is a number: its age, which is the clock less its stamp, above its chunk. Sorted
 * numbers are the order of the list, entries of the same age in the order of their chunks. The sort
 * is by digits, from the lowest, because a segment may have many millions of entries. It needs 16
 * bytes on the heap for each entry of the largest class.
 */
public final class ListRecovery {
    /** Chunks are multiples of 8 below 2<sup>31</sup>. */
    private static final int CHUNK_SHIFT = 3;

    private static final int CHUNK_BITS = Integer.SIZE - 1 - CHUNK_SHIFT;
    private static final long CHUNK_MASK = (1L << CHUNK_BITS) - 1;

    /** Greater ages count as this one until the end of the sort. */
    private static final long GREATEST_AGE = (1L << Long.SIZE - 1 - CHUNK_BITS) - 1;

    private static final int DIGIT_BITS = 11;
    private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;

    /** Shorter lists are sorted by comparison. */
    private static final int LEAST_DIGITAL = 1 << DIGIT_BITS + 1;

    private final Region region;
    private final LruLists lists;
    private final long clock;
    private long[] numbers = {};
    private long[] spare = {};
    private int size;

    /**
     * Creates a recovery of lists that are empty.
     *
     * @param clock the recency clock, which no stamp exceeds.
     */
    public ListRecovery(LruLists lists, long clock) {
        this.region = lists.region();
        this.lists = lists;
        this.clock = clock;
    }

    /** Begins a list of at most this number of entries. */
    public void begin(int most) {
        if (numbers.length < most) {
            numbers = new long[most];
        }
        size = 0;
    }

    /** Adds an entry, in ascending order of chunks. */
    public void add(int entry, long stamp) {
        final long age = Math.min(GREATEST_AGE, clock - stamp);
        numbers[size++] = age << CHUNK_BITS | entry >>> CHUNK_SHIFT;
    }

    /**
     * Links the entries.
     *
     * @return whether the stamps are possible: in exact order no two are the same.
     */
    public boolean end(int sizeClass) {
        if (size == 0) {
            return true;
        }
        sort();
        boolean possible = true;
        int previous = Region.NONE;
        int entry = entry(0);
        for (int i = 0; i < size; i++) {
            final int next = i + 1 < size ? entry(i + 1) : Region.NONE;
            EntryDescriptor.lruLinks(region, entry, previous, next);
            if (i > 0 && numbers[i] >>> CHUNK_BITS == numbers[i - 1] >>> CHUNK_BITS) {
                possible &=
                        !lists.distance().isExact()
                                || EntryDescriptor.stamp(region, entry)
                                        != EntryDescriptor.stamp(region, previous);
            }
            previous = entry;
            entry = next;
        }
        lists.ends(sizeClass, entry(0), previous, size);
        return possible;
    }

    private int entry(int i) {
        return (int) (numbers[i] & CHUNK_MASK) << CHUNK_SHIFT;
    }

    private void sort() {
        if (size < LEAST_DIGITAL) {
            Arrays.sort(numbers, 0, size);
        } else {
            sortByDigits();
        }
        sortOldest();
    }

    private void sortByDigits() {
        long greatest = 0;
        for (int i = 0; i < size; i++) {
            greatest |= numbers[i];
        }
        if (spare.length < size) {
            spare = new long[numbers.length];
        }
        final int bits = Long.SIZE - Long.numberOfLeadingZeros(greatest >>> CHUNK_BITS);
        final int[] ends = new int[1 << DIGIT_BITS];
        for (int shift = CHUNK_BITS; shift < CHUNK_BITS + bits; shift += DIGIT_BITS) {
            Arrays.fill(ends, 0);
            for (int i = 0; i < size; i++) {
                ends[(int) (numbers[i] >>> shift) & DIGIT_MASK]++;
            }
            for (int digit = 1; digit < ends.length; digit++) {
                ends[digit] += ends[digit - 1];
            }
            for (int i = size - 1; i >= 0; i--) {
                spare[--ends[(int) (numbers[i] >>> shift) & DIGIT_MASK]] = numbers[i];
            }
            final long[] sorted = spare;
            spare = numbers;
            numbers = sorted;
        }
    }

    /** Sorts the entries at the end whose ages are too great for a number. */
    private void sortOldest() {
        int first = size;
        while (first > 0 && numbers[first - 1] >>> CHUNK_BITS == GREATEST_AGE) {
            first--;
        }
        if (first < size - 1) {
            final long[] oldest =
                    IntStream.range(first, size)
                            .mapToObj(i -> numbers[i])
                            .sorted(
                                    Comparator.comparingLong((Long number) -> clock - stamp(number))
                                            .thenComparing(Comparator.naturalOrder()))
                            .mapToLong(Long::longValue)
                            .toArray();
            System.arraycopy(oldest, 0, numbers, first, oldest.length);
        }
    }

    private long stamp(long number) {
        return EntryDescriptor.stamp(region, (int) (number & CHUNK_MASK) << CHUNK_SHIFT);
    }
}
