// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.admission;

import static io.flagstone.internal.admission.FilterDescriptor.BLOCK_LENGTH;

import io.flagstone.internal.memory.Region;

/**
 * Estimates how often keys were used lately, with a count-min sketch of four-bit counters (Cormode,
 * Muthukrishnan: An Improved Data Stream Summary, 2005; as a filter Einziger, Friedman, Manes:
 * TinyLFU, ACM Transactions on Storage 2017). A key has four counters, all in one cache line. A use
 * raises only the lowest of them, and the lowest is the estimate. A counter stops at 15.
 *
 * <p>Any thread may raise counters without a lock. Two threads at once may lose counts and nothing
 * else, because these words hold only counters. Immutable, and without a region of its own, so one
 * object serves all segments of a cache. Allocates nothing.
 */
public final class FrequencySketch {
    private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;
    private static final int DEPTH = 4;
    private static final int COUNTER_BITS = 4;
    private static final int MAX_COUNT = 15;
    private static final long HALF_MASK = 0x7777_7777_7777_7777L;

    private final int start;
    private final int blocks;

    FrequencySketch(int start, int blocks) {
        this.start = start;
        this.blocks = blocks;
    }

    /** Counts a use of the key with this index hash. */
    public void increment(Region region, int indexHash) {
        final long bits = mix(indexHash);
        final int block = block(bits);
        final int count = frequency(region, block, bits);
        if (count < MAX_COUNT) {
            for (int i = 0; i < DEPTH; i++) {
                final int word = word(block, bits, i);
                final int shift = shift(bits, i);
                final long counters = region.getLong(word);
                if ((counters >>> shift & MAX_COUNT) == count) {
                    region.putLong(word, counters + (1L << shift));
                }
            }
        }
    }

    /** Returns the estimated uses of the key with this index hash, 0 to 15. */
    public int frequency(Region region, int indexHash) {
        final long bits = mix(indexHash);
        return frequency(region, block(bits), bits);
    }

    private int frequency(Region region, int block, long bits) {
        int least = MAX_COUNT;
        for (int i = 0; i < DEPTH; i++) {
            final long counters = region.getLong(word(block, bits, i));
            least = Math.min(least, (int) (counters >>> shift(bits, i)) & MAX_COUNT);
        }
        return least;
    }

    /** Halves the counters of a block, numbered from 0 to {@link #blocks} - 1. */
    void age(Region region, int number) {
        final int block = start + number * BLOCK_LENGTH;
        for (int i = 0; i < BLOCK_LENGTH; i += Long.BYTES) {
            region.putLong(block + i, region.getLong(block + i) >>> 1 & HALF_MASK);
        }
    }

    int blocks() {
        return blocks;
    }

    private static long mix(int indexHash) {
        final long product = (indexHash & 0xFFFF_FFFFL) * GOLDEN_GAMMA;
        return product ^ product >>> 29;
    }

    private int block(long bits) {
        return start + (int) ((bits >>> 32) * blocks >>> 32) * BLOCK_LENGTH;
    }

    /** Returns the word of a counter: for depth i it is word 2 i or 2 i + 1 of the block. */
    private static int word(int block, long bits, int depth) {
        return block + (2 * depth + (int) (bits >>> depth & 1)) * Long.BYTES;
    }

    private static int shift(long bits, int depth) {
        return (int) (bits >>> DEPTH + depth * COUNTER_BITS & MAX_COUNT) * COUNTER_BITS;
    }
}
