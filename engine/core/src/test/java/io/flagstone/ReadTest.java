// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.INSUFFICIENT_CAPACITY;
import static io.flagstone.OffHeapCache.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code get} and {@code read}: what they copy, show and return. */
class ReadTest extends OperationsFixture {
    @ParameterizedTest
    @EnumSource
    void getCopiesTheValueAndNothingElse(KeyKind kind) {
        open(kind).put(1, "value");
        final UnsafeBuffer destination = dots(12);
        assertThat(keyed.get(1, destination, 4)).isEqualTo(5);
        assertThat(TestSupport.string(destination)).isEqualTo("....value...");
        assertThat(keyed.get(2, destination, 0)).isEqualTo(NOT_FOUND).isEqualTo(-1);
        assertThat(TestSupport.string(destination)).isEqualTo("....value...");
    }

    @ParameterizedTest
    @EnumSource
    void aTooSmallDestinationStaysUnchanged(KeyKind kind) {
        open(kind).put(1, "value");
        final UnsafeBuffer destination = dots(8);
        assertThat(keyed.get(1, destination, 4)).isEqualTo(INSUFFICIENT_CAPACITY).isEqualTo(-2);
        assertThat(keyed.getAndRemove(1, destination, 4)).isEqualTo(INSUFFICIENT_CAPACITY);
        assertThat(keyed.get(1, destination, 8)).isEqualTo(INSUFFICIENT_CAPACITY);
        assertThat(TestSupport.string(destination)).isEqualTo("........");
        assertThat(keyed.value(1)).as("the entry stays").isEqualTo("value");
        assertThat(keyed.get(1, destination, 3)).as("the exact room").isEqualTo(5);
        assertThat(TestSupport.string(destination)).isEqualTo("...value");
    }

    @ParameterizedTest
    @EnumSource
    void readShowsTheValueOnce(KeyKind kind) {
        open(kind).put(1, "value");
        final List<String> seen = new ArrayList<>();
        assertThat(keyed.read(1, view -> seen.add(TestSupport.string(view)))).isTrue();
        assertThat(keyed.read(2, view -> seen.add("absent"))).isFalse();
        assertThat(seen).containsExactly("value");
    }
}
