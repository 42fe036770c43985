// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.NOT_FOUND;
import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.testing.TestSupport;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code remove}, {@code removeIfEqual}, {@code getAndRemove} and {@code clear}. */
class RemovalTest extends OperationsFixture {
    @ParameterizedTest
    @EnumSource
    void removeRemovesOneKey(KeyKind kind) {
        open(kind).put(1, "one");
        keyed.put(2, "two");
        assertThat(keyed.remove(1)).isTrue();
        assertThat(keyed.remove(1)).isFalse();
        assertThat(keyed.value(1)).isNull();
        assertThat(keyed.value(2)).isEqualTo("two");
        assertThat(cache.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void removeIfEqualRemovesOnlyTheExpectedValue(KeyKind kind) {
        open(kind).put(1, "value");
        for (final String wrong : List.of("", "valu", "valuf", "values")) {
            assertThat(keyed.removeIfEqual(1, wrong)).as(wrong).isFalse();
        }
        assertThat(keyed.removeIfEqual(1, "value")).isTrue();
        assertThat(keyed.removeIfEqual(1, "value")).isFalse();
        assertThat(cache.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void getAndRemoveCopiesAndRemoves(KeyKind kind) {
        open(kind).put(1, "value");
        final UnsafeBuffer destination = dots(7);
        assertThat(keyed.getAndRemove(1, destination, 1)).isEqualTo(5);
        assertThat(TestSupport.string(destination)).isEqualTo(".value.");
        assertThat(keyed.getAndRemove(1, destination, 1)).isEqualTo(NOT_FOUND);
        assertThat(cache.size()).isZero();
    }

    @Test
    void clearRemovesEverything() {
        open(KeyKind.LONG);
        for (int i = 0; i < 1_000; i++) {
            keyed.put(i, "value " + i, i % 2 == 0 ? TTL : NO_TTL);
        }
        final MemoryReport before = cache.memoryReport();
        assertThat(before.entries()).isEqualTo(1_000);
        assertThat(cache.size()).isEqualTo(1_000);
        cache.clear();
        assertThat(cache.size()).isZero();
        assertThat(cache.statistics().removals()).isEqualTo(1_000);
        assertThat(keyed.value(5)).isNull();
        final MemoryReport after = cache.memoryReport();
        assertThat(after.keyBytes() + after.valueBytes() + after.freeChunkBytes()).isZero();
        assertThat(after.freeSlabBytes()).isGreaterThan(before.freeSlabBytes());
        keyed.put(5, "again");
        assertThat(keyed.value(5)).isEqualTo("again");
    }
}
