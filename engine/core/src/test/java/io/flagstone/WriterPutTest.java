// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.ValueUpdater;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Puts whose value a writer writes where it will lie. */
class WriterPutTest {
    private static final long NO_TTL = OffHeapCache.NO_TTL;

    private final TestClock clock = new TestClock(1);
    private final List<String> removed = new ArrayList<>();
    private final OffHeapCache cache =
            OffHeapCache.builder()
                    .memoryBytes(1 << 18)
                    .segments(1)
                    .slabBytes(1 << 12)
                    .clock(clock)
                    .removalHandler(
                            (cause, key, value) ->
                                    removed.add(cause + "=" + TestSupport.string(value)))
                    .build();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[24]);
    private final UnsafeBuffer found = new UnsafeBuffer(new byte[1 << 12]);

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    private boolean put(boolean inBuffer, int length, long ttlNs, ValueUpdater writer) {
        key.putLong(8, 1);
        return inBuffer
                ? cache.put(key, 8, 8, length, ttlNs, writer)
                : cache.put(1, length, ttlNs, writer);
    }

    private String text() {
        final int length = cache.get(1, found, 0);
        return length < 0 ? null : found.getStringWithoutLengthUtf8(0, length);
    }

    private static ValueUpdater writing(String text) {
        return view -> {
            assertThat(view.capacity()).isEqualTo(text.length());
            for (int i = 0; i < view.capacity(); i++) {
                assertThat(view.getByte(i)).as("byte %d", i).isZero();
            }
            view.putStringWithoutLengthUtf8(0, text);
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aValueIsWrittenWhetherOrNotTheKeyIsPresent(boolean inBuffer) {
        assertThat(put(inBuffer, 5, 100, writing("first"))).isTrue();
        assertThat(text()).isEqualTo("first");
        assertThat(cache.remainingTtlNs(1)).isEqualTo(100);
        clock.advance(1);
        assertThat(put(inBuffer, 6, OffHeapCache.KEEP_TTL, writing("second"))).isFalse();
        assertThat(text()).isEqualTo("second");
        assertThat(cache.remainingTtlNs(1)).isEqualTo(99);
        final String large = "x".repeat(1_000);
        assertThat(put(inBuffer, 1_000, NO_TTL, writing(large))).isFalse();
        assertThat(text()).isEqualTo(large);
        assertThat(put(inBuffer, 0, NO_TTL, writing(""))).isFalse();
        assertThat(text()).isEmpty();
        assertThat(removed)
                .containsExactly("REPLACED=first", "REPLACED=second", "REPLACED=" + large);
        assertThat(cache.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWriterThatThrowsLeavesNothingBehind(boolean inBuffer) {
        final ValueUpdater failing =
                view -> {
                    view.setMemory(0, view.capacity(), (byte) 'x');
                    throw new UnsupportedOperationException("by the writer");
                };
        assertThatThrownBy(() -> put(inBuffer, 8, NO_TTL, failing))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(cache.size()).isZero();
        put(inBuffer, 3, 100, writing("old"));
        assertThatThrownBy(() -> put(inBuffer, 3, NO_TTL, failing))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(text()).isEqualTo("old");
        assertThat(cache.remainingTtlNs(1)).isEqualTo(100);
        assertThat(removed).isEmpty();
        assertThat(put(inBuffer, 3, NO_TTL, writing("new"))).as("the chunk is zeroed").isFalse();
        assertThat(text()).isEqualTo("new");
    }

    @Test
    void lengthsOutsideTheLimitsAreRefusedBeforeTheWriterIsCalled() {
        final ValueUpdater writer =
                view -> {
                    throw new AssertionError("called");
                };
        assertThatThrownBy(() -> cache.put(1, -1, NO_TTL, writer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("valueLength=-1");
        assertThatThrownBy(() -> cache.put(1, 1 << 12, NO_TTL, writer))
                .isInstanceOf(EntryTooLargeException.class);
        assertThatThrownBy(() -> cache.put(1, Integer.MAX_VALUE, NO_TTL, writer))
                .isInstanceOf(EntryTooLargeException.class);
        assertThatThrownBy(() -> cache.put(1, 8, 0, writer))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.put(1, 8, NO_TTL, null))
                .isInstanceOf(NullPointerException.class);
        assertThat(cache.size()).isZero();
    }

    @Test
    void theWriterMayNotCallTheCacheOrKeepItsView() {
        final MutableDirectBuffer[] kept = new MutableDirectBuffer[1];
        cache.put(
                1,
                8,
                NO_TTL,
                view -> {
                    kept[0] = view;
                    assertThatThrownBy(() -> cache.remove(2))
                            .isInstanceOf(IllegalStateException.class);
                });
        assertThat(kept[0].capacity()).isZero();
    }

    /** The writer's chunk is not in the index yet, so readers go on with the old value. */
    @Test
    void readersSeeTheOldValueUntilTheWriterReturns() throws Exception {
        cache.put(1, 3, NO_TTL, writing("old"));
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch mayReturn = new CountDownLatch(1);
        final Thread writer =
                new Thread(
                        () ->
                                cache.put(
                                        1,
                                        3,
                                        NO_TTL,
                                        view -> {
                                            view.putStringWithoutLengthUtf8(0, "new");
                                            inside.countDown();
                                            TestSupport.await(mayReturn);
                                        }));
        writer.start();
        inside.await();
        assertThat(text()).isEqualTo("old");
        mayReturn.countDown();
        writer.join();
        assertThat(text()).isEqualTo("new");
    }

    /** Keys of a full cache get values of other sizes, so that room is made at each put. */
    @Test
    void anEntryMayBeEvictedForItsOwnNewValue() {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        final int[] lengths = {20, 300, 900, 2_000};
        for (int i = 0; i < 20_000; i++) {
            final long number = random.nextInt(300);
            final int length = lengths[random.nextInt(lengths.length)];
            final byte letter = (byte) ('a' + random.nextInt(26));
            cache.put(number, length, NO_TTL, view -> view.setMemory(0, length, letter));
            assertThat(cache.get(number, found, 0)).isEqualTo(length);
            assertThat(found.getByte(0)).isEqualTo(letter);
            assertThat(found.getByte(length - 1)).isEqualTo(letter);
        }
        assertThat(removed).anyMatch(text -> text.startsWith(RemovalCause.EVICTED.name()));
        assertThat(removed).anyMatch(text -> text.startsWith(RemovalCause.REPLACED.name()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReadStopsAtItsLimit(boolean inBuffer) {
        put(inBuffer, 5, NO_TTL, writing("12345"));
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[10]);
        for (int limit = 0; limit <= 8; limit++) {
            destination.setMemory(0, 10, (byte) '-');
            final int length =
                    inBuffer
                            ? cache.get(key, 8, 8, destination, 2, limit)
                            : cache.get(1, destination, 2, limit);
            assertThat(length).isEqualTo(limit < 5 ? OffHeapCache.INSUFFICIENT_CAPACITY : 5);
            assertThat(destination.getStringWithoutLengthUtf8(2 + limit, 8 - limit))
                    .as("beyond limit %d", limit)
                    .isEqualTo("-".repeat(8 - limit));
        }
        for (final int limit : new int[] {9, -1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> cache.get(1, destination, 2, limit))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> cache.get(key, 8, 8, destination, 2, limit))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
