// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.testing.TestSupport;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;

/** Uses a cache with one segment of the largest size, up to its last bytes. */
final class LargestSegment {
    private static final long MEMORY_BYTES = 2_147_479_552L;
    private static final int SLAB = 1 << 20;
    private static final int HEADER = 48;
    private static final int LARGEST = SLAB - HEADER;
    private static final int WRITES = 3_000;
    private static final int[] INDEXES = {
        LARGEST - 7, 16_000_000, Integer.MAX_VALUE - 48, Integer.MAX_VALUE - 7, Integer.MAX_VALUE
    };

    private static final long FILLER = 0xFFFF_FFFF_FFFF_FFFFL;

    private final OffHeapCache cache;
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[LARGEST]);
    private final int keys;

    private LargestSegment(OffHeapCache cache) {
        this.cache = cache;
        int count = 0;
        // All slabs are in use at the first eviction, so one entry ends at the end of the last
        // slab.
        while (cache.statistics().evictions() == 0) {
            put(count++, LARGEST);
        }
        this.keys = count;
    }

    public static void main(String[] args) throws InterruptedException {
        // Each further bucket of 64 bytes is for 8.4 entries.
        final long maxEntries = 8_400 + leftOver(8_400) / 640 * 84;
        assertThat(leftOver(maxEntries)).as("bytes behind the last slab").isLessThan(640);
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(MEMORY_BYTES)
                        .segments(1)
                        .slabBytes(SLAB)
                        .maxEntries(maxEntries)
                        .build()) {
            assertThat(cache.memoryReport().unusedBytes()).isLessThan(640 + 64);
            final LargestSegment segment = new LargestSegment(cache);
            segment.useEveryEntry();
            segment.readWhileAnotherThreadWrites();
            TestSupport.assertClean(cache);
        }
        System.out.println("clean at the end of the region");
    }

    private static long leftOver(long maxEntries) {
        final int regionBytes = Region.capacityFor(Region.MAX_BYTES);
        final SegmentLayout layout =
                SegmentLayout.divide(
                        regionBytes, new SizeClasses(SLAB), 64, maxEntries, false, false);
        return regionBytes - layout.slabsOffset() - (long) layout.slabs() * SLAB;
    }

    private void put(long key, int length) {
        value.setMemory(0, length, (byte) 0xFF);
        value.putLong(0, key);
        value.putLong(length - Long.BYTES, key);
        cache.put(key, value, 0, length);
    }

    private void useEveryEntry() {
        final int last = LARGEST - Long.BYTES;
        final UnsafeBuffer room = new UnsafeBuffer(new byte[8]);
        long found = 0;
        for (long key = 0; key < keys; key++) {
            if (cache.get(key, value, 0) < 0) {
                continue;
            }
            found++;
            final long expected = key;
            assertThat(value.getLong(0)).isEqualTo(key);
            assertThat(value.getLong(last)).isEqualTo(key);
            assertThat(cache.getLong(key, last, -1)).isEqualTo(key);
            assertThat(cache.addAndGetLong(key, last, 5, -1)).isEqualTo(key + 5);
            cache.update(key, view -> view.putLong(last, view.getLong(last) + 2));
            cache.read(
                    key,
                    view -> {
                        assertThat(view.capacity()).isEqualTo(LARGEST);
                        assertThat(view.getLong(last)).isEqualTo(expected + 7);
                    });
            for (final int index : INDEXES) {
                assertThatThrownBy(() -> cache.getLong(expected, index, -1))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> cache.addAndGetLong(expected, index, 1, -1))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(cache.get(key, room, 0)).isEqualTo(OffHeapCache.INSUFFICIENT_CAPACITY);
            put(key, LARGEST);
        }
        assertThat(found).as("entries found, one in each slab").isGreaterThan(2_000);
    }

    /**
     * Reads while another thread writes values full of ones. So a reader that takes part of a value
     * for a length gets the largest possible length.
     */
    private void readWhileAnotherThreadWrites() throws InterruptedException {
        final CountDownLatch begun = new CountDownLatch(1);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread writer = new Thread(() -> write(begun));
        writer.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        writer.start();
        TestSupport.await(begun);
        final Random random = new Random(TestSupport.seed());
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[LARGEST]);
        while (writer.isAlive()) {
            final long key = random.nextInt(keys);
            for (final int index : INDEXES) {
                try {
                    assertThat(cache.getLong(key, index, -1)).isEqualTo(-1);
                } catch (final IndexOutOfBoundsException e) {
                    assertThat(e).hasMessageContaining(Integer.toString(index));
                }
            }
            final int length = cache.get(key, destination, 0);
            if (length >= 0) {
                assertThat(destination.getLong(0)).isEqualTo(key);
                assertThat(destination.getLong(length - Long.BYTES)).isEqualTo(key);
                if (length >= 3 * Long.BYTES) {
                    assertThat(destination.getLong(8)).isEqualTo(FILLER);
                }
            }
        }
        writer.join();
        assertThat(failure.get()).isNull();
    }

    private void write(CountDownLatch begun) {
        final Random random = new Random(TestSupport.seed() + 1);
        final UnsafeBuffer written = new UnsafeBuffer(new byte[LARGEST]);
        written.setMemory(0, LARGEST, (byte) 0xFF);
        for (int i = 0; i < WRITES; i++) {
            final long key = random.nextInt(keys);
            final int length = random.nextInt(4) == 0 ? 16 + random.nextInt(1_000) : LARGEST;
            written.putLong(0, key);
            written.putLong(length - Long.BYTES, key);
            cache.put(key, written, 0, length);
            written.putLong(length - Long.BYTES, FILLER);
            begun.countDown();
        }
    }
}
