// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.keys;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws keys from a Zipf distribution with exponent 0.99, as in YCSB: the probability of the k-th
 * most popular key is proportional to k^-0.99. Popular keys are spread over all keys.
 */
public final class ZipfDraws {
    private static final double EXPONENT = 0.99;

    /** Coprime to every number of entries that is measured. */
    private static final long SPREAD = 7_919_999L;

    private final double[] cumulated;
    private final SplittableRandom random;

    /**
     * Prepares the distribution over the keys from 0.
     *
     * @param keys the number of keys.
     * @param seed the seed of the draws.
     */
    public ZipfDraws(int keys, long seed) {
        cumulated = new double[keys];
        double sum = 0;
        for (int rank = 0; rank < keys; rank++) {
            sum += Math.pow(rank + 1, -EXPONENT);
            cumulated[rank] = sum;
        }
        random = new SplittableRandom(seed);
    }

    /**
     * Draws a key.
     *
     * @return the key.
     */
    public int next() {
        final int keys = cumulated.length;
        final int found = Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[keys - 1]);
        final int rank = Math.min(keys - 1, found < 0 ? ~found : found);
        return (int) (rank * SPREAD % keys);
    }

    /**
     * Draws many keys independently.
     *
     * @param count the number of keys.
     * @return the keys.
     */
    public int[] draw(int count) {
        final int[] drawn = new int[count];
        Arrays.setAll(drawn, i -> next());
        return drawn;
    }

    /**
     * Draws batches of different keys.
     *
     * @param count the number of keys in all batches, a multiple of {@code batch}.
     * @param batch the number of keys in a batch, all different.
     * @return the batches, one after another.
     */
    public int[] drawDistinct(int count, int batch) {
        final int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            do {
                drawn[i] = next();
            } while (isIn(drawn, i - i % batch, i, drawn[i]));
        }
        return drawn;
    }

    private static boolean isIn(int[] drawn, int from, int to, int key) {
        for (int i = from; i < to; i++) {
            if (drawn[i] == key) {
                return true;
            }
        }
        return false;
    }
}
