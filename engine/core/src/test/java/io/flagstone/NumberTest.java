// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers in values: written, exchanged and added to, under both kinds of key. */
class NumberTest {
    private static final long TTL = 1_000;

    private final TestClock clock = new TestClock(1);
    private final OffHeapCache cache =
            OffHeapCache.builder().memoryBytes(1 << 18).segments(1).clock(clock).build();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[20]);
    private boolean buffer;

    private void open(boolean inBuffer) {
        buffer = inBuffer;
        key.putLong(0, 1);
        cache.put(1, value, 0, 20, TTL);
    }

    private long getLong(int index) {
        return buffer ? cache.getLong(key, 0, 8, index, -99) : cache.getLong(1, index, -99);
    }

    private boolean putLong(int index, long number) {
        return buffer ? cache.putLong(key, 0, 8, index, number) : cache.putLong(1, index, number);
    }

    private boolean compareAndSet(int index, long expected, long number) {
        return buffer
                ? cache.compareAndSetLong(key, 0, 8, index, expected, number)
                : cache.compareAndSetLong(1, index, expected, number);
    }

    private long getAndAdd(int index, long delta, long missing) {
        return buffer
                ? cache.getAndAddLong(key, 0, 8, index, delta, missing)
                : cache.getAndAddLong(1, index, delta, missing);
    }

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNumberIsWrittenWhereItLies(boolean inBuffer) {
        open(inBuffer);
        clock.advance(1);
        assertThat(putLong(12, Long.MIN_VALUE)).isTrue();
        assertThat(getLong(12)).isEqualTo(Long.MIN_VALUE);
        assertThat(getLong(4)).as("its neighbour").isZero();
        assertThat(cache.remainingTtlNs(1)).as("the deadline stays").isEqualTo(TTL - 1);
        cache.remove(1);
        assertThat(putLong(0, 5)).isFalse();
        assertThat(cache.contains(1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNumberIsExchangedIfItIsTheExpectedOne(boolean inBuffer) {
        open(inBuffer);
        assertThat(compareAndSet(3, 1, 2)).isFalse();
        assertThat(getLong(3)).isZero();
        assertThat(compareAndSet(3, 0, 2)).isTrue();
        assertThat(compareAndSet(3, 0, 7)).isFalse();
        assertThat(getLong(3)).isEqualTo(2);
        clock.advance(TTL);
        assertThat(compareAndSet(3, 2, 9)).as("expired").isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theNumberBeforeAnAdditionIsReturned(boolean inBuffer) {
        open(inBuffer);
        assertThat(getAndAdd(5, 7, -99)).isZero();
        assertThat(getAndAdd(5, Long.MAX_VALUE, -99)).isEqualTo(7);
        assertThat(getAndAdd(5, 0, -99)).as("the sum wraps").isEqualTo(Long.MAX_VALUE + 7);
        assertThat(cache.addAndGetLong(1, 5, 1, -99)).isEqualTo(Long.MAX_VALUE + 8);
        cache.remove(1);
        for (final long missing : new long[] {-99, 0, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(getAndAdd(5, Long.MAX_VALUE, missing)).isEqualTo(missing);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIndexBeyondTheValueIsRefused(boolean inBuffer) {
        open(inBuffer);
        for (final int index : new int[] {-1, 13, 20, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (final ThrowingCallable call :
                    new ThrowingCallable[] {
                        () -> putLong(index, 1),
                        () -> compareAndSet(index, 0, 1),
                        () -> getAndAdd(index, 1, 0),
                        () -> getLong(index)
                    }) {
                assertThatThrownBy(call)
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("valueIndex=" + index);
            }
        }
        assertThat(getLong(12)).as("unchanged").isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWrittenNumberIsAUse(boolean inBuffer) {
        buffer = inBuffer;
        key.putLong(0, 1);
        try (OffHeapCache two =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .segments(1)
                        .maxEntries(2)
                        .promotionDistance(0)
                        .build()) {
            for (int kind = 0; kind < 3; kind++) {
                two.put(1, value, 0, 8);
                two.put(2, value, 0, 8);
                switch (kind) {
                    case 0 -> two.putLong(1, 0, 0);
                    case 1 -> two.compareAndSetLong(1, 0, 0, 0);
                    default -> two.getAndAddLong(1, 0, 0, 0);
                }
                two.put(3, value, 0, 8);
                assertThat(two.contains(1)).as("kind %d", kind).isTrue();
                assertThat(two.contains(2)).as("kind %d", kind).isFalse();
            }
        }
    }
}
