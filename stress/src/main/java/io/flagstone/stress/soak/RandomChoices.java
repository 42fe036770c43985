// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import java.util.SplittableRandom;

/**
 * The random choices of one step. Each step draws the same number of random values, whatever it
 * does with them, so a thread's steps depend only on its seed.
 */
final class RandomChoices {
    private static final int HOT_KEYS = 24;
    private static final int MIN_TTL_BITS = 8;
    private static final int TTL_MAGNITUDES = 20;
    private static final int LONG_TTL_BITS = 34;

    private SoakConfiguration configuration;
    private SplittableRandom random;
    private long step;
    private long operationBits;
    private long keyBits;
    private long sizeBits;
    private long timeBits;

    /** Restarts with a new configuration and seed. */
    void begin(SoakConfiguration newConfiguration, long seed) {
        configuration = newConfiguration;
        random = new SplittableRandom(seed);
        step = 0;
    }

    /** Draws the choices of the next step. */
    void next() {
        step++;
        operationBits = random.nextLong();
        keyBits = random.nextLong();
        sizeBits = random.nextLong();
        timeBits = random.nextLong();
    }

    /** Returns the number of steps so far. */
    long step() {
        return step;
    }

    Operation operation() {
        return Operation.of(operationBits >>> 16);
    }

    /** Returns a number below a small bound. */
    int numberBelow(int bound) {
        return (int) ((operationBits & 0xFFFF) % bound);
    }

    /** Returns a number below a small bound, independent of {@link #numberBelow}. */
    int otherNumberBelow(int bound) {
        return (int) ((keyBits >>> 48) % bound);
    }

    /**
     * Returns a key number below {@code count}. Half of them are among the first few, so that
     * threads meet at the same keys.
     */
    int key(int count) {
        final int bits = (int) (keyBits >>> 1) & Integer.MAX_VALUE;
        return (keyBits & 1) == 0 ? bits % Math.min(HOT_KEYS, count) : bits % count;
    }

    /**
     * Returns the i-th key number of a batch, below {@code count} and not far from {@link #key}.
     */
    int keyNear(int i, int count) {
        return (key(count) + 7 * i) % count;
    }

    /** Returns whether to use an 8-byte key as a {@code long}. */
    boolean asLong() {
        return (sizeBits >>> 63) != 0;
    }

    int valueLength() {
        return configuration.valueLength(sizeBits & Long.MAX_VALUE, step);
    }

    /** Returns the length of a counter. The lengths fall into several size classes. */
    int counterLength() {
        return ValueCodec.MIN_COUNTER_LENGTH + 8 * (int) ((sizeBits >>> 8) % 16);
    }

    /** Returns a time to live: mostly up to 134 ms, sometimes up to 17 s, sometimes none. */
    long ttlNs() {
        final int kind = (int) (timeBits >>> 60);
        if (kind == 0) {
            return OffHeapCache.NO_TTL;
        }
        final int bits =
                kind < 4
                        ? LONG_TTL_BITS
                        : MIN_TTL_BITS + (int) ((timeBits >>> 48 & 0xFFF) % TTL_MAGNITUDES);
        return 1 + (timeBits & (1L << bits) - 1);
    }

    /** Returns the default time to live or {@link #ttlNs}, each half of the time. */
    long ttlOrDefault() {
        return (timeBits >>> 59 & 1) == 0 ? SoakCache.DEFAULT_TTL : ttlNs();
    }
}
