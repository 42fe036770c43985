// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.keys;

/**
 * The keys that one thread asks for, one by one or in batches. Allocates only in its constructor.
 * Not thread-safe.
 */
public abstract class KeySequence {
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final long INCREMENT = 1_442_695_040_888_963_407L;
    private static final int DRAWS = 1 << 20;

    /** The number of keys, which are 0, 1, 2 and so on. */
    final int keys;

    private long random;

    KeySequence(int keys, long seed) {
        this.keys = keys;
        this.random = seed * MULTIPLIER + INCREMENT;
    }

    /**
     * Makes a sequence with a distribution.
     *
     * @param distribution {@code uniform} or {@code zipf}.
     * @param keys the number of keys.
     * @param batch the number of keys in a batch, all different.
     * @param seed the seed of the sequence.
     * @return the sequence.
     */
    public static KeySequence of(String distribution, int keys, int batch, long seed) {
        return switch (distribution) {
            case "uniform" -> new Uniform(keys, seed);
            case "zipf" -> new Zipf(keys, batch, seed);
            default ->
                    throw new IllegalArgumentException(
                            "keys must be uniform or zipf: keys=" + distribution);
        };
    }

    /**
     * Returns the next key.
     *
     * @param carried 0, computed from a value that was read. Neither compiler nor processor can
     *     predict it, so the key has to wait for the value.
     * @return the key.
     */
    public abstract long next(long carried);

    /**
     * Fills a batch with the next keys, all different.
     *
     * @param batch the array to fill.
     */
    public abstract void next(long[] batch);

    /**
     * Draws a random number from the sequence's generator.
     *
     * @param bound the exclusive upper bound.
     * @return a number from 0 to the bound.
     */
    public final int draw(int bound) {
        return (int) ((step(0) >>> 32) * bound >>> 32);
    }

    final long step(long carried) {
        random = random * MULTIPLIER + INCREMENT + carried;
        return random;
    }

    private static final class Uniform extends KeySequence {
        Uniform(int keys, long seed) {
            super(keys, seed);
        }

        @Override
        public long next(long carried) {
            return (step(carried) >>> 32) * keys >>> 32;
        }

        /** Draws each key from a different part of the keys, so that all differ. */
        @Override
        public void next(long[] batch) {
            final int parts = batch.length;
            for (int i = 0; i < parts; i++) {
                batch[i] = (long) draw(keys / parts) * parts + i;
            }
        }
    }

    private static final class Zipf extends KeySequence {
        private final int[] drawn;
        private final int[] batches;
        private int position;

        Zipf(int keys, int batch, long seed) {
            super(keys, seed);
            final ZipfDraws draws = new ZipfDraws(keys, seed);
            drawn = draws.draw(DRAWS);
            batches = draws.drawDistinct(DRAWS / batch * batch, batch);
        }

        @Override
        public long next(long carried) {
            position = position + 1 + (int) carried & DRAWS - 1;
            return drawn[position];
        }

        @Override
        public void next(long[] batch) {
            if (position + batch.length > batches.length) {
                position = 0;
            }
            for (int i = 0; i < batch.length; i++) {
                batch[i] = batches[position++];
            }
        }
    }
}
