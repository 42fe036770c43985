// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code update} and {@code addAndGetLong}, which change a value in place. */
class InPlaceUpdateTest extends OperationsFixture {
    @ParameterizedTest
    @EnumSource
    void updateChangesTheValueInPlace(KeyKind kind) {
        open(kind).put(1, "value", TTL);
        clock.advance(1);
        assertThat(
                        keyed.update(
                                1,
                                view -> {
                                    assertThat(view.capacity()).isEqualTo(5);
                                    view.putByte(0, (byte) 'V');
                                }))
                .isTrue();
        assertThat(keyed.value(1)).isEqualTo("Value");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL - 1);
        final List<String> called = new ArrayList<>();
        assertThat(keyed.update(2, view -> called.add("absent"))).isFalse();
        assertThat(called).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void addAndGetLongAddsAtAnyIndex(KeyKind kind) {
        open(kind).put(1, "\0".repeat(20), TTL);
        clock.advance(1);
        for (int index = 0; index <= 12; index++) {
            keyed.update(1, view -> view.setMemory(0, view.capacity(), (byte) 0));
            assertThat(keyed.addAndGetLong(1, index, 5, -99)).isEqualTo(5);
            assertThat(keyed.addAndGetLong(1, index, -7, -99)).isEqualTo(-2);
            assertThat(keyed.addAndGetLong(1, index, Long.MIN_VALUE, -99))
                    .as("the sum wraps")
                    .isEqualTo(Long.MAX_VALUE - 1);
            final int at = index;
            keyed.read(1, view -> assertThat(view.getLong(at)).isEqualTo(Long.MAX_VALUE - 1));
        }
        assertThat(keyed.addAndGetLong(2, 0, 5, -99)).as("an absent key").isEqualTo(-99);
        assertThat(keyed.contains(2)).isFalse();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL - 1);
    }

    @ParameterizedTest
    @EnumSource
    void addAndGetLongRefusesAnIndexBeyondTheValue(KeyKind kind) {
        open(kind).put(1, "0123456789");
        keyed.put(2, "0123");
        assertThat(keyed.addAndGetLong(1, 2, 0, -99)).isNotEqualTo(-99);
        for (final int index : new int[] {3, 10, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> keyed.addAndGetLong(1, index, 1, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("valueIndex=" + index)
                    .hasMessageContaining("valueLength=10");
        }
        assertThatThrownBy(() -> keyed.addAndGetLong(2, 0, 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(keyed.value(1)).isEqualTo("0123456789");
        assertThat(keyed.value(2)).isEqualTo("0123");
    }
}
