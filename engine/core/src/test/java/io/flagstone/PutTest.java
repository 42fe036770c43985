// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code put}: results, and values of every length up to the largest. */
class PutTest extends OperationsFixture {
    @ParameterizedTest
    @EnumSource
    void putAlwaysWrites(KeyKind kind) {
        open(kind);
        assertThat(keyed.contains(1)).isFalse();
        assertThat(keyed.put(1, "one")).as("the key was absent").isTrue();
        assertThat(keyed.contains(1)).isTrue();
        assertThat(keyed.put(1, "two")).as("the key was present").isFalse();
        assertThat(keyed.put(1, "three", TTL)).as("the key was present").isFalse();
        assertThat(keyed.put(2, "four", TTL)).as("the key was absent").isTrue();
        assertThat(keyed.value(1)).isEqualTo("three");
        assertThat(keyed.value(2)).isEqualTo("four");
        assertThat(cache.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void aValueMayBeEmpty(KeyKind kind) {
        open(kind);
        assertThat(keyed.put(1, "")).isTrue();
        assertThat(keyed.contains(1)).isTrue();
        final UnsafeBuffer destination = dots(2);
        assertThat(keyed.get(1, destination, 2)).isZero();
        assertThat(keyed.value(1)).isEmpty();
        assertThat(keyed.update(1, view -> assertThat(view.capacity()).isZero())).isTrue();
        assertThat(keyed.compareAndSet(1, "", "full")).isTrue();
        assertThat(keyed.compareAndSet(1, "full", "")).isTrue();
        assertThat(keyed.removeIfEqual(1, "x")).isFalse();
        assertThat(keyed.removeIfEqual(1, "")).isTrue();
        keyed.put(1, "");
        assertThat(keyed.getAndRemove(1, destination, 0)).isZero();
        assertThat(TestSupport.string(destination)).isEqualTo("..");
    }

    @ParameterizedTest
    @EnumSource
    void valuesGrowAndShrinkThroughAllClasses(KeyKind kind) {
        open(kind);
        keyed.put(2, "neighbour");
        final List<Integer> lengths = new ArrayList<>();
        for (int length = 0; length <= 4_000; length += 1 + length / 7) {
            lengths.add(length);
            lengths.add(0, length);
        }
        String last = null;
        for (final int length : lengths) {
            final String value = Integer.toString(length % 10).repeat(length);
            assertThat(keyed.put(1, value, TTL)).isEqualTo(last == null);
            assertThat(keyed.value(1)).isEqualTo(value);
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
            last = value;
            TestSupport.assertClean(cache);
        }
        assertThat(keyed.value(2)).isEqualTo("neighbour");
        assertThat(cache.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void theLargestEntryFitsAndOneByteMoreIsRefused(KeyKind kind) {
        open(kind).put(1, "old");
        keyed.put(2, "x");
        final int keyBytes = kind == KeyKind.TEXT ? 16 : 8;
        final int most = SLAB - EntryDescriptor.HEADER_LENGTH - keyBytes;
        final String largest = "y".repeat(most);
        final String tooLarge = "z".repeat(most + 1);
        final CacheStatistics before = cache.statistics();
        final List<Runnable> writes =
                List.of(
                        () -> keyed.put(1, tooLarge),
                        () -> keyed.put(3, tooLarge, TTL),
                        () -> keyed.putIfAbsent(3, tooLarge),
                        () -> keyed.replace(1, tooLarge, TTL),
                        () -> keyed.compareAndSet(1, "old", tooLarge));
        for (final Runnable write : writes) {
            assertThatThrownBy(write::run)
                    .isInstanceOfSatisfying(
                            EntryTooLargeException.class,
                            e -> {
                                assertThat(e.entryBytes()).isEqualTo(SLAB + 1);
                                assertThat(e.maxEntryBytes()).isEqualTo(SLAB);
                            })
                    .hasMessageContaining(Integer.toString(SLAB + 1))
                    .hasMessageContaining(Integer.toString(SLAB));
        }
        assertThat(cache.statistics()).isEqualTo(before);
        assertThat(keyed.value(1)).isEqualTo("old");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        assertThat(keyed.contains(3)).isFalse();
        assertThat(keyed.put(1, largest)).isFalse();
        assertThat(keyed.put(3, largest, TTL)).isTrue();
        assertThat(keyed.value(1)).isEqualTo(largest);
        assertThat(keyed.value(3)).isEqualTo(largest);
    }
}
