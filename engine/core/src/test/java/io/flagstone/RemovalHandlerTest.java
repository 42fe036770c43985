// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.RemovalHandler;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The removal handler is told of each removal once, and throwables of user code do no harm. */
class RemovalHandlerTest {
    private static final long TTL = 10_000;

    private final TestClock clock = new TestClock();
    private final List<String> told = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final RemovalHandler recorder =
            (cause, key, value) ->
                    told.add(cause + " " + key.getLong(0) + "=" + TestSupport.string(value));
    private OffHeapCache cache;

    private void open(RemovalHandler removalHandler, ErrorHandler handler) {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .segments(1)
                        .slabBytes(1 << 12)
                        .maxEntries(3)
                        .promotionDistance(0)
                        .tickNs(1_000)
                        .clock(clock)
                        .removalHandler(removalHandler)
                        .errorHandler(handler)
                        .build();
    }

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    private boolean put(long key, String value) {
        return cache.put(key, TestSupport.bytes(value), 0, value.length());
    }

    private boolean put(long key, String value, long ttlNs) {
        return cache.put(key, TestSupport.bytes(value), 0, value.length(), ttlNs);
    }

    private String value(long key) {
        final String[] found = new String[1];
        cache.read(key, view -> found[0] = TestSupport.string(view));
        return found[0];
    }

    @Test
    void theHandlerIsToldOfEvictionsInLruOrder() {
        open(recorder, errors::add);
        put(1, "one");
        put(2, "two");
        put(3, "three");
        value(1);
        assertThat(told).isEmpty();
        put(4, "four");
        put(5, "five");
        put(6, "six");
        assertThat(told).containsExactly("EVICTED 2=two", "EVICTED 3=three", "EVICTED 1=one");
    }

    @Test
    void theHandlerIsToldOfReplacedValues() {
        open(recorder, errors::add);
        put(1, "one");
        put(1, "two");
        put(1, "x".repeat(700));
        cache.replace(1, TestSupport.bytes("three"), 0, 5);
        cache.compareAndSet(1, TestSupport.bytes("three"), TestSupport.bytes("four"), 0, 4);
        cache.compareAndSet(1, TestSupport.bytes("wrong"), TestSupport.bytes("five"), 0, 4);
        cache.putIfAbsent(1, TestSupport.bytes("six"), 0, 3);
        cache.update(1, view -> view.putByte(0, (byte) 'F'));
        assertThat(told)
                .containsExactly(
                        "REPLACED 1=one",
                        "REPLACED 1=two",
                        "REPLACED 1=" + "x".repeat(700),
                        "REPLACED 1=three");
        assertThat(value(1)).isEqualTo("Four");
    }

    @Test
    void theHandlerIsToldOfRemovedEntries() {
        open(recorder, errors::add);
        put(1, "one");
        cache.remove(1);
        cache.remove(1);
        put(2, "two");
        cache.removeIfEqual(2, TestSupport.bytes("xyz"), 0, 3);
        cache.removeIfEqual(2, TestSupport.bytes("two"), 0, 3);
        put(3, "three");
        cache.getAndRemove(3, new UnsafeBuffer(new byte[4]), 0);
        cache.getAndRemove(3, new UnsafeBuffer(new byte[5]), 0);
        put(4, "four");
        cache.clear();
        assertThat(told)
                .containsExactly(
                        "REMOVED 1=one", "REMOVED 2=two", "REMOVED 3=three", "REMOVED 4=four");
    }

    @Test
    void theHandlerIsToldOfExpiredEntriesWhenTheyAreReclaimed() {
        open(recorder, errors::add);
        put(1, "one", TTL);
        put(2, "two", TTL);
        clock.advance(TTL);
        assertThat(value(1)).isNull();
        assertThat(told).as("reads reclaim nothing").isEmpty();
        cache.doWork();
        assertThat(told).containsExactlyInAnyOrder("EXPIRED 1=one", "EXPIRED 2=two");
        told.clear();
        put(3, "three", TTL);
        clock.advance(TTL);
        assertThat(put(3, "again")).as("the key was absent").isTrue();
        assertThat(told).containsExactly("EXPIRED 3=three");
    }

    @Test
    void anExpiredEntryIsNeverReportedAsEvictedOrReplaced() {
        open(recorder, errors::add);
        // The wheel finds these only at the end of their tick.
        put(1, "one", TTL + 1);
        put(2, "two", TTL + 1);
        put(3, "three");
        clock.advance(TTL + 1);
        assertThat(cache.doWork()).as("the wheel does not know yet").isZero();
        assertThat(put(1, "new")).isTrue();
        assertThat(told).containsExactly("EXPIRED 1=one");
        put(4, "four");
        assertThat(told).containsExactly("EXPIRED 1=one", "EXPIRED 2=two");
        assertThat(cache.statistics().evictions()).isZero();
    }

    @Test
    void theHandlerIsNotToldOfAClose() {
        open(recorder, errors::add);
        put(1, "one");
        cache.close();
        assertThat(told).isEmpty();
        open(recorder, errors::add);
    }

    static Stream<Throwable> thrown() {
        return Stream.of(
                new IllegalStateException("of the removal handler"),
                new OutOfMemoryError("of the removal handler"),
                new AssertionError("of the removal handler"),
                new Exception("checked, of the removal handler"));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void throwablesOfTheRemovalHandlerGoToTheErrorHandler(Throwable thrown) {
        open(
                (cause, key, value) -> {
                    recorder.onRemoval(cause, key, value);
                    throw TestSupport.sneak(thrown);
                },
                errors::add);
        assertEveryRemovalStands();
        assertThat(errors).hasSize(6).containsOnly(thrown);
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void anErrorHandlerThatThrowsDoesNoHarm(Throwable thrown) {
        open(
                (cause, key, value) -> {
                    recorder.onRemoval(cause, key, value);
                    throw new IllegalArgumentException("first");
                },
                error -> {
                    errors.add(error);
                    throw TestSupport.sneak(thrown);
                });
        assertEveryRemovalStands();
        assertThat(errors).hasSize(6).allSatisfy(e -> assertThat(e).hasMessage("first"));
    }

    private void assertEveryRemovalStands() {
        put(1, "one");
        assertThat(put(1, "two")).isFalse();
        TestSupport.assertClean(cache);
        assertThat(put(1, "x".repeat(900))).isFalse();
        TestSupport.assertClean(cache);
        assertThat(cache.remove(1)).isTrue();
        TestSupport.assertClean(cache);
        put(2, "two", TTL);
        clock.advance(TTL);
        assertThat(cache.doWork()).isPositive();
        TestSupport.assertClean(cache);
        for (int key = 10; key < 14; key++) {
            assertThat(put(key, "value")).isTrue();
            TestSupport.assertClean(cache);
        }
        assertThat(cache.remove(11)).isTrue();
        assertThat(told)
                .containsExactly(
                        "REPLACED 1=one",
                        "REPLACED 1=two",
                        "REMOVED 1=" + "x".repeat(900),
                        "EXPIRED 2=two",
                        "EVICTED 10=value",
                        "REMOVED 11=value");
        assertThat(cache.size()).isEqualTo(2);
        assertThat(value(12)).isEqualTo("value");
    }

    @Test
    void theDefaultErrorHandlerLogsAndContinues() {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .removalHandler(
                                (cause, key, value) -> {
                                    throw new IllegalStateException("expected in this test's log");
                                })
                        .build();
        put(1, "one");
        assertThat(cache.remove(1)).isTrue();
    }

    @Test
    void throwablesOfAReaderReachTheCallerAndTheEntryStays() {
        open(recorder, errors::add);
        put(1, "one");
        final Error thrown = new StackOverflowError();
        assertThatThrownBy(
                        () ->
                                cache.read(
                                        1,
                                        view -> {
                                            throw thrown;
                                        }))
                .isSameAs(thrown);
        TestSupport.assertClean(cache);
        assertThat(value(1)).isEqualTo("one");
    }

    @Test
    void throwablesOfAVisitorReachTheCallerAndEndTheScan() {
        open(recorder, errors::add);
        put(1, "one");
        put(2, "two");
        final RuntimeException thrown = new RuntimeException("of the visitor");
        final int[] visits = new int[1];
        assertThatThrownBy(
                        () -> {
                            for (long cursor = 0; cursor != OffHeapCache.SCAN_DONE; ) {
                                cursor =
                                        cache.scan(
                                                cursor,
                                                10,
                                                (key, value) -> {
                                                    visits[0]++;
                                                    throw thrown;
                                                });
                            }
                        })
                .isSameAs(thrown);
        assertThat(visits[0]).isEqualTo(1);
        TestSupport.assertClean(cache);
        assertThat(cache.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 255, 256, 257, 300, 511, 513, 3_000})
    void anUpdaterThatThrowsLeavesTheValueAsItWas(int length) {
        open(recorder, errors::add);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + i % 26));
        }
        put(1, text.toString());
        final RuntimeException thrown = new RuntimeException("of the updater");
        assertThatThrownBy(
                        () ->
                                cache.update(
                                        1,
                                        view -> {
                                            view.setMemory(0, view.capacity(), (byte) '!');
                                            throw thrown;
                                        }))
                .isSameAs(thrown);
        assertThat(value(1)).isEqualTo(text.toString());
        TestSupport.assertClean(cache);
        assertThat(cache.statistics().replacements()).isZero();
        cache.update(1, view -> view.setMemory(0, view.capacity(), (byte) '?'));
        assertThat(value(1)).isEqualTo("?".repeat(length));
    }

    @Test
    void keptFlyweightsAreEmptyAfterTheCallback() {
        final List<DirectBuffer> kept = new ArrayList<>();
        open(
                (cause, key, value) -> {
                    kept.add(key);
                    kept.add(value);
                },
                errors::add);
        put(1, "one");
        cache.read(1, kept::add);
        cache.update(1, kept::add);
        cache.scan(
                0,
                10,
                (key, value) -> {
                    kept.add(key);
                    kept.add(value);
                });
        assertThatThrownBy(
                        () ->
                                cache.read(
                                        1,
                                        view -> {
                                            kept.add(view);
                                            throw new IllegalArgumentException();
                                        }))
                .isInstanceOf(IllegalArgumentException.class);
        cache.remove(1);
        assertThat(kept).hasSizeGreaterThanOrEqualTo(7);
        for (final DirectBuffer flyweight : kept) {
            assertThat(flyweight.capacity()).isZero();
            assertThat(flyweight.byteBuffer()).isNull();
        }
    }
}
