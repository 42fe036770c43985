// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.SCAN_DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;

/** A cache that a test opens for one kind of key; audited and closed after each test. */
abstract class OperationsFixture {
    static final long TTL = 1_000;
    static final int SLAB = 1 << 12;

    final TestClock clock = new TestClock(12_345);
    OffHeapCache cache;
    KeyKind.Keyed keyed;

    final KeyKind.Keyed open(KeyKind kind) {
        return open(kind, builder -> builder);
    }

    final KeyKind.Keyed open(KeyKind kind, UnaryOperator<CacheBuilder> options) {
        cache =
                options.apply(
                                OffHeapCache.builder()
                                        .memoryBytes(1 << 19)
                                        .segments(4)
                                        .slabBytes(SLAB)
                                        .hashSeed(TestSupport.seed())
                                        .clock(clock))
                        .build();
        keyed = kind.over(cache);
        return keyed;
    }

    @AfterEach
    void auditAndClose() {
        if (cache != null) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    static UnsafeBuffer dots(int length) {
        return TestSupport.bytes(".".repeat(length));
    }

    static Map<String, String> scan(OffHeapCache cache, int limit) {
        final Map<String, String> seen = new HashMap<>();
        long cursor = 0;
        while (cursor != SCAN_DONE) {
            final int before = seen.size();
            cursor =
                    cache.scan(
                            cursor,
                            limit,
                            (key, value) ->
                                    assertThat(
                                                    seen.put(
                                                            TestSupport.string(key),
                                                            TestSupport.string(value)))
                                            .as("each key is visited once")
                                            .isNull());
            assertThat(seen.size() - before).isLessThanOrEqualTo((int) Math.min(limit + 9L, 1_000));
        }
        return seen;
    }
}
