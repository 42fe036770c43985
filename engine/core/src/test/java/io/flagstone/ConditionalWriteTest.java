// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code putIfAbsent}, {@code replace} and {@code compareAndSet}. */
class ConditionalWriteTest extends OperationsFixture {
    @ParameterizedTest
    @EnumSource
    void putIfAbsentWritesOnlyAbsentKeys(KeyKind kind) {
        open(kind);
        assertThat(keyed.putIfAbsent(1, "one")).isTrue();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        assertThat(keyed.putIfAbsent(1, "two")).isFalse();
        assertThat(keyed.putIfAbsent(1, "two", TTL)).isFalse();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        assertThat(keyed.value(1)).isEqualTo("one");
        assertThat(keyed.putIfAbsent(2, "two", TTL)).isTrue();
        assertThat(keyed.remainingTtlNs(2)).isEqualTo(TTL);
        clock.advance(TTL);
        assertThat(keyed.putIfAbsent(2, "three")).as("an expired key is absent").isTrue();
        assertThat(keyed.value(2)).isEqualTo("three");
    }

    @ParameterizedTest
    @EnumSource
    void replaceWritesOnlyPresentKeys(KeyKind kind) {
        open(kind);
        assertThat(keyed.replace(1, "one")).isFalse();
        assertThat(keyed.replace(1, "one", TTL)).isFalse();
        assertThat(cache.size()).isZero();
        keyed.put(1, "one");
        assertThat(keyed.replace(1, "two", TTL)).isTrue();
        assertThat(keyed.value(1)).isEqualTo("two");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
        assertThat(keyed.replace(1, "three")).isTrue();
        assertThat(keyed.value(1)).isEqualTo("three");
        assertThat(keyed.remainingTtlNs(1)).as("a put removes the deadline").isEqualTo(NO_TTL);
    }

    @ParameterizedTest
    @EnumSource
    void compareAndSetWritesOnlyOverTheExpectedValue(KeyKind kind) {
        open(kind);
        assertThat(keyed.compareAndSet(1, "", "x")).as("an absent key").isFalse();
        keyed.put(1, "value", TTL);
        clock.advance(100);
        for (final String wrong : List.of("", "valu", "valuf", "values", "Value")) {
            assertThat(keyed.compareAndSet(1, wrong, "x")).as(wrong).isFalse();
        }
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.compareAndSet(1, "value", "other")).isTrue();
        assertThat(keyed.value(1)).isEqualTo("other");
        assertThat(keyed.remainingTtlNs(1)).as("the deadline stays").isEqualTo(TTL - 100);
        assertThat(keyed.compareAndSet(1, "other", "x".repeat(900))).isTrue();
        assertThat(keyed.value(1)).isEqualTo("x".repeat(900));
        assertThat(keyed.remainingTtlNs(1))
                .as("the deadline stays in another size class")
                .isEqualTo(TTL - 100);
        clock.advance(TTL - 100);
        assertThat(keyed.compareAndSet(1, "x".repeat(900), "y")).as("an expired key").isFalse();
    }
}
