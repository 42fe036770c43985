// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import org.junit.jupiter.api.Test;

/** The ideal cache is exact LRU by bytes. */
class IdealCacheTest {
    private static final long FOREVER = OffHeapCache.NO_TTL;
    private static final int ENTRY = 8 + 52 + IdealCache.BOOKKEEPING_BYTES;

    private final IdealCache cache = new IdealCache(3 * ENTRY);

    private void request(long... keys) {
        for (final long key : keys) {
            cache.request(key, 8, 52, FOREVER, 0);
        }
    }

    @Test
    void evictsTheLeastRecentlyUsedEntry() {
        request(1, 2, 3, 1, 2, 3);
        assertThat(cache.hits()).isEqualTo(3);
        assertThat(cache.hitBytes()).isEqualTo(3 * 52);
        request(1, 4, 1, 3);
        assertThat(cache.hits()).as("2 is evicted").isEqualTo(6);
        request(2);
        assertThat(cache.hits()).isEqualTo(6);
    }

    @Test
    void aLargeEntryTakesThePlaceOfSeveral() {
        request(1, 2, 3);
        cache.request(9L, 8, 52 + ENTRY, FOREVER, 0);
        request(3, 9);
        assertThat(cache.hits()).isEqualTo(2);
        request(2);
        assertThat(cache.hits()).isEqualTo(2);
    }

    @Test
    void anEntryLargerThanTheBudgetIsNotHeldAndEvictsNothing() {
        request(1, 2, 3);
        cache.request(9L, 8, 4 * ENTRY, FOREVER, 0);
        request(1, 2, 3);
        assertThat(cache.hits()).isEqualTo(3);
    }

    @Test
    void anEntryExpiresAtItsDeadline() {
        cache.request(1L, 8, 52, 10, 5);
        cache.request(1L, 8, 52, 10, 14);
        assertThat(cache.hits()).isEqualTo(1);
        cache.request(1L, 8, 20, 10, 15);
        assertThat(cache.hits()).isEqualTo(1);
        cache.request(1L, 8, 20, 10, 16);
        assertThat(cache.hits()).isEqualTo(2);
        assertThat(cache.hitBytes()).isEqualTo(52 + 20);
    }
}
