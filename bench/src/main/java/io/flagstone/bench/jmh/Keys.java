package io.flagstone.bench.jmh;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The keys that one thread asks for. Those by Zipf's law are drawn beforehand, so that drawing
 * costs nothing; so many uniform ones would not reach all of a large cache, and cost nothing to
 * draw.
 */
@State(Scope.Thread)
public class Keys {
    private static final int COUNT = 1 << 20;
    private static final AtomicLong SEEDS = new AtomicLong();

    /** How keys are drawn: all alike, or by Zipf's law with this exponent. */
    @Param({"uniform", "0.99"})
    public String keys;

    private final int[] drawn = new int[COUNT];
    private boolean uniform;
    private long random;
    private int entries;
    private int position;

    /** Draws the keys. */
    @Setup
    public void draw(FullCache full) {
        final SplittableRandom random = new SplittableRandom(SEEDS.incrementAndGet());
        this.random = random.nextLong();
        entries = full.entries;
        uniform = "uniform".equals(keys);
        if (uniform) {
            return;
        }
        final double exponent = Double.parseDouble(keys);
        final double[] cumulated = new double[full.entries];
        double sum = 0;
        for (int rank = 0; rank < full.entries; rank++) {
            sum += 1 / Math.pow(rank + 1, exponent);
            cumulated[rank] = sum;
        }
        for (int i = 0; i < COUNT; i++) {
            final int found = Arrays.binarySearch(cumulated, random.nextDouble() * sum);
            final int rank = Math.min(full.entries - 1, found < 0 ? ~found : found);
            // Ranks next to each other were put one after the other; spread them over the cache.
            drawn[i] = (int) (rank * 7_919_999L % full.entries);
        }
    }

    int next() {
        if (uniform) {
            random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            return (int) ((random >>> 32) * entries >>> 32);
        }
        position = position + 1 & COUNT - 1;
        return drawn[position];
    }
}
