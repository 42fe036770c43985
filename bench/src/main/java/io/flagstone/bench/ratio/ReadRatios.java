// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.ratio;

import io.flagstone.MultiGet;
import io.flagstone.MultiPut;
import io.flagstone.OffHeapCache;
import io.flagstone.bench.keys.ZipfDraws;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures the ratios of reads in docs/benchmarks.md, with keys of 8 bytes, values of 64 bytes and
 * a full cache. Fails if a read misses.
 */
public final class ReadRatios {
    private static final int VALUE_BYTES = 64;
    private static final int BATCH = 32;
    private static final int SMALL = 10_000;
    private static final int LARGE = 2_000_000;

    /** Numbers of entries below and above the size at which batches start to work in stages. */
    private static final int[] AROUND_STAGES = {7_000, 9_000, 100_000};

    private static final int ZIPF_DRAWS = 1 << 20;
    private static final int FLOOR_STRIDE = 112;
    private static final double DEFAULT_DISTANCE = 0.0625;

    private ReadRatios() {}

    /**
     * Measures and prints all ratios.
     *
     * @param args ignored.
     */
    public static void main(String[] args) {
        PairedRun.printMachine();
        System.out.printf("%-58s %11s %11s   ratio, median (range)%n", "A / B", "A", "B");
        for (final int entries : new int[] {SMALL, LARGE}) {
            for (final double distance : new double[] {DEFAULT_DISTANCE, 1}) {
                try (OffHeapCache cache = full(entries, distance, true)) {
                    compareReads(cache, entries, distance);
                }
            }
        }
        for (final int entries : AROUND_STAGES) {
            for (final double distance : new double[] {DEFAULT_DISTANCE, 1}) {
                try (OffHeapCache cache = full(entries, distance, true)) {
                    compareBatches(cache, entries, distance);
                }
            }
        }
        try (OffHeapCache counting = full(SMALL, 1, true);
                OffHeapCache silent = full(SMALL, 1, false)) {
            PairedRun.print(
                    "counting / not counting, " + SMALL + ", nothing to promote",
                    1 << 21,
                    gets(counting, SMALL, null),
                    1,
                    gets(silent, SMALL, null),
                    1);
        }
    }

    private static void compareReads(OffHeapCache cache, int entries, double distance) {
        final String suffix = suffix(entries, distance);
        final int operations = operations(entries);
        final Side gets = gets(cache, entries, null);
        PairedRun.print(
                "get / floor, chained" + suffix,
                operations,
                chained(cache, entries),
                1,
                floor(entries),
                1);
        compareBatches(cache, entries, distance);
        PairedRun.print("get, 2 threads / 1, uniform" + suffix, operations, gets, 2, gets, 1);
        final Side zipf = gets(cache, entries, new ZipfDraws(entries, 1).draw(ZIPF_DRAWS));
        PairedRun.print("get, 2 threads / 1, Zipf 0.99" + suffix, operations, zipf, 2, zipf, 1);
        final Side hottest = hottest(cache);
        PairedRun.print(
                "get of one key, 2 threads / 1" + suffix, 4 * operations, hottest, 2, hottest, 1);
        PairedRun.print(
                "get with a writer / alone, uniform" + suffix,
                operations,
                withWriter(cache, entries, gets),
                1,
                gets,
                1);
    }

    private static void compareBatches(OffHeapCache cache, int entries, double distance) {
        final String suffix = suffix(entries, distance);
        final int operations = operations(entries);
        final Side gets = gets(cache, entries, null);
        PairedRun.print(
                "32-key MultiGet / 32 gets" + suffix,
                operations,
                batches(cache, entries),
                1,
                gets,
                1);
        PairedRun.print(
                "32-key MultiPut / 32 puts" + suffix,
                operations,
                putBatches(cache, entries),
                1,
                puts(cache, entries),
                1);
    }

    private static String suffix(int entries, double distance) {
        return ", " + entries + ", distance " + distance;
    }

    private static int operations(int entries) {
        return entries < LARGE ? 1 << 21 : 1 << 19;
    }

    private static OffHeapCache full(int entries, double distance, boolean counting) {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(Math.max(1L << 19, entries * 132L))
                        .maxEntries(entries * 2L)
                        .promotionDistance(distance)
                        .countReads(counting)
                        .build();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        for (int key = 0; key < entries; key++) {
            cache.put(key, value, 0, VALUE_BYTES);
        }
        check(cache.size() == entries);
        return cache;
    }

    private static void check(boolean hit) {
        if (!hit) {
            throw new IllegalStateException("a miss");
        }
    }

    private static UnsafeBuffer buffer(int bytes) {
        return new UnsafeBuffer(new byte[bytes]);
    }

    private static long step(long random) {
        return random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
    }

    private static int key(long random, int entries) {
        return (int) ((random >>> 32) * entries >>> 32);
    }

    private static Side gets(OffHeapCache cache, int entries, int[] drawn) {
        return (operations, seed) -> {
            final UnsafeBuffer destination = buffer(VALUE_BYTES);
            long random = seed;
            for (int i = 0; i < operations; i++) {
                random = step(random);
                final int key =
                        drawn == null
                                ? key(random, entries)
                                : drawn[i + 7919 * (int) seed & ZIPF_DRAWS - 1];
                check(cache.get(key, destination, 0) == VALUE_BYTES);
            }
        };
    }

    private static Side hottest(OffHeapCache cache) {
        return (operations, seed) -> {
            final UnsafeBuffer destination = buffer(VALUE_BYTES);
            for (int i = 0; i < operations; i++) {
                check(cache.get(7, destination, 0) == VALUE_BYTES);
            }
        };
    }

    /** Makes each key depend on the value of the read before it. */
    private static Side chained(OffHeapCache cache, int entries) {
        return (operations, seed) -> {
            final UnsafeBuffer destination = buffer(VALUE_BYTES);
            long random = seed;
            for (int i = 0; i < operations; i++) {
                random = step(random) + destination.getLong(0);
                check(cache.get(key(random, entries), destination, 0) == VALUE_BYTES);
            }
        };
    }

    /** Does two dependent loads and a copy, chained, on as much memory as the cache uses. */
    private static Side floor(int entries) {
        final UnsafeBuffer index = new UnsafeBuffer(ByteBuffer.allocateDirect(entries * 8));
        final UnsafeBuffer values =
                new UnsafeBuffer(ByteBuffer.allocateDirect(entries * FLOOR_STRIDE));
        for (int i = 0; i < entries; i++) {
            index.putInt(i * 8, (int) (i * 7_919_999L % entries));
        }
        return (operations, seed) -> {
            final UnsafeBuffer destination = buffer(VALUE_BYTES);
            long random = seed;
            for (int i = 0; i < operations; i++) {
                random = step(random) + destination.getLong(0);
                final int slot = index.getInt(key(random, entries) * 8);
                values.getBytes(slot * FLOOR_STRIDE, destination, 0, VALUE_BYTES);
            }
        };
    }

    private static Side batches(OffHeapCache cache, int entries) {
        return (operations, seed) -> {
            final UnsafeBuffer destination = buffer(BATCH * VALUE_BYTES);
            final MultiGet batch = new MultiGet(BATCH);
            long random = seed;
            for (int i = 0; i < operations; i += BATCH) {
                batch.clear();
                for (int j = 0; j < BATCH; j++) {
                    random = step(random);
                    batch.add((long) key(random, entries));
                }
                check(cache.get(batch, destination, 0) == BATCH);
            }
        };
    }

    private static Side puts(OffHeapCache cache, int entries) {
        return (operations, seed) -> {
            final UnsafeBuffer value = buffer(VALUE_BYTES);
            long random = seed;
            for (int i = 0; i < operations; i++) {
                random = step(random);
                check(!cache.put(key(random, entries), value, 0, VALUE_BYTES));
            }
        };
    }

    private static Side putBatches(OffHeapCache cache, int entries) {
        return (operations, seed) -> {
            final UnsafeBuffer value = buffer(VALUE_BYTES);
            final MultiPut batch = new MultiPut(BATCH);
            long random = seed;
            for (int i = 0; i < operations; i += BATCH) {
                batch.clear();
                for (int j = 0; j < BATCH; j++) {
                    random = step(random);
                    batch.add(key(random, entries), 0, VALUE_BYTES);
                }
                check(cache.put(batch, value) == 0);
            }
        };
    }

    private static Side withWriter(OffHeapCache cache, int entries, Side gets) {
        final Side puts = puts(cache, entries);
        return (operations, seed) -> {
            final boolean[] done = new boolean[1];
            final Thread writer =
                    new Thread(
                            () -> {
                                for (long turn = 1; !isDone(done); turn++) {
                                    puts.run(1_000, turn * 104_729);
                                }
                            });
            writer.start();
            gets.run(operations, seed);
            synchronized (done) {
                done[0] = true;
            }
        };
    }

    private static boolean isDone(boolean[] done) {
        synchronized (done) {
            return done[0];
        }
    }
}
