// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.CacheStatistics.Counter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code scan}, {@code size}, {@code doWork} and the statistics. */
class WholeCacheTest extends OperationsFixture {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, Integer.MAX_VALUE})
    void aScanSeesEveryLiveEntryOnce(int limit) {
        open(KeyKind.TEXT);
        assertThat(scan(cache, limit)).isEmpty();
        final Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            keyed.put(i, "value " + i, i % 3 == 0 ? TTL : NO_TTL);
            if (i % 3 != 0) {
                expected.put("key number " + i, "value " + i);
            }
        }
        assertThat(scan(cache, limit)).hasSize(1_000).containsAllEntriesOf(expected);
        clock.advance(TTL);
        assertThat(scan(cache, limit)).isEqualTo(expected);
        assertThat(cache.statistics().hits()).as("a scan counts no hits").isZero();
    }

    @Test
    void sizeCountsExpiredEntriesUntilTheyAreReclaimed() {
        open(KeyKind.LONG, builder -> builder.segments(1).tickNs(1_000));
        keyed.put(1, "value", 5_000);
        keyed.put(2, "value");
        clock.advance(5_000);
        assertThat(keyed.value(1)).isNull();
        assertThat(cache.size()).isEqualTo(2);
        final int reads = clock.reads();
        assertThat(cache.doWork()).isPositive();
        assertThat(clock.reads()).isEqualTo(reads + 1);
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.doWork()).isZero();
        assertThat(cache.roleName()).isNotBlank();
    }

    @ParameterizedTest
    @EnumSource
    void statisticsCountEveryOperation(KeyKind kind) {
        open(kind, builder -> builder.segments(1).maxEntries(4).promotionDistance(0));
        keyed.put(1, "12345678");
        keyed.put(2, "12345678", TTL);
        keyed.putIfAbsent(1, "x");
        assertStatistics(0, 0, 2, 0, 0, 0, 0, 1);
        keyed.put(1, "87654321");
        keyed.compareAndSet(1, "87654321", "12345678");
        keyed.update(1, view -> {});
        keyed.addAndGetLong(1, 0, 1, 0);
        keyed.replace(1, "12345678");
        keyed.put(1, "x".repeat(300));
        assertStatistics(0, 0, 2, 6, 0, 0, 0, 1);
        keyed.get(1, dots(300), 0);
        keyed.get(1, dots(1), 0);
        keyed.read(1, view -> {});
        keyed.getAndRemove(1, dots(1), 0);
        keyed.get(9, dots(1), 0);
        keyed.read(9, view -> {});
        keyed.getAndRemove(9, dots(1), 0);
        keyed.contains(1);
        keyed.remainingTtlNs(9);
        assertStatistics(4, 3, 2, 6, 0, 0, 0, 1);
        keyed.get(2, dots(9), 0);
        assertStatistics(5, 3, 2, 6, 0, 0, 0, 2);
        keyed.getAndRemove(1, dots(300), 0);
        assertStatistics(6, 3, 2, 6, 0, 0, 1, 2);
        clock.advance(TTL);
        keyed.put(2, "again");
        assertStatistics(6, 3, 3, 6, 0, 1, 1, 2);
        for (int i = 10; i < 14; i++) {
            keyed.put(i, "value");
        }
        assertThat(keyed.contains(2)).isFalse();
        assertStatistics(6, 3, 7, 6, 1, 1, 1, 2);
        keyed.remove(10);
        keyed.removeIfEqual(11, "value");
        keyed.remove(99);
        assertStatistics(6, 3, 7, 6, 1, 1, 3, 2);
    }

    private void assertStatistics(
            long hits,
            long misses,
            long insertions,
            long replacements,
            long evictions,
            long expirations,
            long removals,
            long promotions) {
        assertThat(cache.statistics())
                .isEqualTo(
                        CacheStatistics.builder()
                                .set(Counter.HITS, hits)
                                .set(Counter.MISSES, misses)
                                .set(Counter.INSERTIONS, insertions)
                                .set(Counter.REPLACEMENTS, replacements)
                                .set(Counter.BOUND_EVICTIONS, evictions)
                                .set(Counter.EXPIRATIONS, expirations)
                                .set(Counter.REMOVALS, removals)
                                .set(Counter.PROMOTIONS, promotions)
                                .build());
    }
}
