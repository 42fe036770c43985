// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.util.concurrent.Semaphore;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Stops a {@code getLong} near the end of the largest segment between its reads of an entry's
 * deadline and length. Meanwhile the entry's chunk becomes the middle of a value full of ones. The
 * reader then reads a length of 16 MiB, and the sum of offset and index exceeds an {@code int}.
 */
final class StalledReader {
    private static final int SLAB = 1 << 20;
    private static final int SMALL = 100_000;
    private static final int LARGE = 900_000;
    private static final long TTL = Long.MAX_VALUE / 4;
    private static final int INDEX = 16_000_000;

    private static volatile Thread stalled;
    private static final Semaphore INSIDE = new Semaphore(0);
    private static final Semaphore RESUME = new Semaphore(0);

    private StalledReader() {}

    private static long nanoTime() {
        if (Thread.currentThread() == stalled) {
            stalled = null;
            INSIDE.release();
            RESUME.acquireUninterruptibly();
        }
        return 1;
    }

    public static void main(String[] args) throws InterruptedException {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(2_147_479_552L)
                        .segments(1)
                        .slabBytes(SLAB)
                        .expectedEntryBytes(SMALL)
                        .clock(StalledReader::nanoTime)
                        .build();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[LARGE]);
        long keys = 0;
        while (cache.statistics().evictions() == 0) {
            cache.put(keys++, value, 0, SMALL, TTL);
        }
        // The last entries are in the last slabs.
        final long key = keys - 30;
        final long[] result = {0};
        final Thread reader = new Thread(() -> result[0] = getLong(cache, key));
        reader.start();
        INSIDE.acquire();
        value.setMemory(0, LARGE, (byte) 0xFF);
        for (int i = 0; i < 6_000; i++) {
            cache.put(1_000_000_000L + i, value, 0, LARGE, TTL);
        }
        RESUME.release();
        reader.join();
        assertThat(result[0]).isEqualTo(-1);
        TestSupport.assertClean(cache);
        System.out.println("the reader found nothing");
    }

    private static long getLong(OffHeapCache cache, long key) {
        stalled = Thread.currentThread();
        return cache.getLong(key, INDEX, -1);
    }
}
