// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.keys;

/**
 * The keys that one thread asks for, one after the other or in batches. Allocates nothing once
 * made. Not thread-safe.
 */
public abstract class KeySequence {
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final long INCREMENT = 1_442_695_040_888_963_407L;
    private static final int DRAWS = 1 << 20;

    /** How many keys there are, from 0 on. */
    final int keys;

    private long random;

    KeySequence(int keys, long seed) {
        this.keys = keys;
        this.random = seed * MULTIPLIER + INCREMENT;
    }

    /**
     * A sequence by the name it has on the command line.
     *
     * @param distribution {@code uniform} or {@code zipf}.
     * @param keys how many.
     * @param batch how many keys of a batch differ from one another.
     * @param seed of the sequence.
     * @return a sequence.
     */
    public static KeySequence of(String distribution, int keys, int batch, long seed) {
        return switch (distribution) {
            case "uniform" -> new Uniform(keys, seed);
            case "zipf" -> new Zipf(keys, batch, seed);
            default ->
                    throw new IllegalArgumentException(
                            "keys are uniform or zipf, not " + distribution);
        };
    }

    /**
     * The next key.
     *
     * @param carried 0, from a value that has been read: neither compiler nor processor knows what
     *     it will be, so the key has to wait for it.
     * @return a key.
     */
    public abstract long next(long carried);

    /**
     * The next keys, all different.
     *
     * @param batch takes them.
     */
    public abstract void next(long[] batch);

    /**
     * A random number of its own.
     *
     * @param bound exclusive.
     * @return from 0 on.
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

        /** Each from a part of its own, so that they differ. */
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
