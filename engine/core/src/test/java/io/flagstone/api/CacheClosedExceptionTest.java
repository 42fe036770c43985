// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestSupport;
import java.util.concurrent.CountDownLatch;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations on closed and closing caches throw a {@link CacheClosedException}. */
@Timeout(60)
class CacheClosedExceptionTest {
    @Test
    void everyOperationOnAClosedCacheThrowsIt() {
        final OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 18).build();
        TestSupport.assertClean(cache);
        cache.close();
        for (final PublicOperation operation : PublicOperation.all()) {
            if (operation.isRefusedAfterClose()) {
                assertThatThrownBy(() -> operation.call(cache, operation.arguments(Inputs.of(1))))
                        .as(operation.toString())
                        .isInstanceOf(CacheClosedException.class)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the cache is closed");
            }
        }
    }

    /** A reader holds the lock of the last segment, so close stops there. */
    @Test
    void aClosingCacheThrowsItBeforeIsClosedReturnsTrue() throws Exception {
        final OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 18).segments(2).build();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        final long first = keyOf(cache, 0);
        final long last = keyOf(cache, 1);
        cache.put(last, value, 0, 8);
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final Thread reader =
                new Thread(
                        () ->
                                cache.read(
                                        last,
                                        view -> {
                                            inside.countDown();
                                            TestSupport.await(release);
                                        }));
        reader.start();
        inside.await();
        final Thread closer = new Thread(cache::close);
        closer.start();
        try {
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    cache.put(first, value, 0, 8);
                                }
                            })
                    .isInstanceOf(CacheClosedException.class);
            assertThat(cache.isClosed()).isFalse();
            assertThatThrownBy(cache::memoryReport).isInstanceOf(CacheClosedException.class);
        } finally {
            release.countDown();
            closer.join();
            reader.join();
        }
        assertThat(cache.isClosed()).isTrue();
    }

    private static long keyOf(OffHeapCache cache, int segment) {
        long key = 0;
        while (cache.segmentIndex(key) != segment) {
            key++;
        }
        return key;
    }
}
