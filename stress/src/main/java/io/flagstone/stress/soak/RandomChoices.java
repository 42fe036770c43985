// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import java.util.SplittableRandom;

/**
 * The random choices of one step. Each step takes the same number of draws whatever becomes of it,
 * so a thread's steps follow from its seed alone.
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

    /** Starts over. */
    void begin(SoakConfiguration newConfiguration, long seed) {
        configuration = newConfiguration;
        random = new SplittableRandom(seed);
        step = 0;
    }

    void next() {
        step++;
        operationBits = random.nextLong();
        keyBits = random.nextLong();
        sizeBits = random.nextLong();
        timeBits = random.nextLong();
    }

    /** The steps begun. */
    long step() {
        return step;
    }

    Operation operation() {
        return Operation.of(operationBits >>> 16);
    }

    /** A number below a bound, for choices with few alternatives. */
    int numberBelow(int bound) {
        return (int) ((operationBits & 0xFFFF) % bound);
    }

    /** Another one, independent of the first. */
    int otherNumberBelow(int bound) {
        return (int) ((keyBits >>> 48) % bound);
    }

    /**
     * A number below {@code count}; half of the time one of the first few, to make threads meet.
     */
    int key(int count) {
        final int bits = (int) (keyBits >>> 1) & Integer.MAX_VALUE;
        return (keyBits & 1) == 0 ? bits % Math.min(HOT_KEYS, count) : bits % count;
    }

    /** The i-th of some numbers below {@code count}, not far from {@link #key}. */
    int keyNear(int i, int count) {
        return (key(count) + 7 * i) % count;
    }

    /** Whether a key that allows it is used as a {@code long}. */
    boolean asLong() {
        return (sizeBits >>> 63) != 0;
    }

    int valueLength() {
        return configuration.valueLength(sizeBits & Long.MAX_VALUE, step);
    }

    /** The length of a counter: sometimes another size class than before. */
    int counterLength() {
        return ValueCodec.MIN_COUNTER_LENGTH + 8 * (int) ((sizeBits >>> 8) % 16);
    }

    /** A time to live: from a quarter microsecond to 70 ms, now and then seconds or none. */
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

    /** The default for every other write that could have either. */
    long ttlOrDefault() {
        return (timeBits >>> 59 & 1) == 0 ? SoakCache.DEFAULT_TTL : ttlNs();
    }
}
