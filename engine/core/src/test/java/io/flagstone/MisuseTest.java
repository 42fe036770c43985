// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheStatistics;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every misuse throws an exception that names the value and its limit, and changes nothing. */
class MisuseTest {
    private static final int CAPACITY = 16;
    private static final long TTL = 1_000;

    private final TestClock clock = new TestClock();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[CAPACITY]);
    private final List<String> notRefused = new ArrayList<>();
    private Runnable onRemoval = () -> {};

    private final OffHeapCache cache =
            OffHeapCache.builder()
                    .memoryBytes(1 << 18)
                    .segments(2)
                    .slabBytes(1 << 12)
                    .clock(clock)
                    .removalHandler((cause, key, value) -> onRemoval.run())
                    .build();

    @AfterEach
    void auditAndClose() {
        if (!cache.isClosed()) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    /** A call with a key, its offset and its length. */
    private interface KeyCall {
        void with(OffHeapCache cache, DirectBuffer key, int offset, int length);
    }

    private static Arguments keyCall(String name, KeyCall call) {
        return Arguments.of(name, call);
    }

    static Stream<Arguments> keyCalls() {
        final UnsafeBuffer v = new UnsafeBuffer(new byte[8]);
        return Stream.of(
                keyCall("get", (c, k, o, l) -> c.get(k, o, l, v, 0)),
                keyCall("read", (c, k, o, l) -> c.read(k, o, l, view -> {})),
                keyCall("contains", OffHeapCache::contains),
                keyCall("put", (c, k, o, l) -> c.put(k, o, l, v, 0, 8)),
                keyCall("put with TTL", (c, k, o, l) -> c.put(k, o, l, v, 0, 8, TTL)),
                keyCall("putIfAbsent", (c, k, o, l) -> c.putIfAbsent(k, o, l, v, 0, 8)),
                keyCall(
                        "putIfAbsent with TTL",
                        (c, k, o, l) -> c.putIfAbsent(k, o, l, v, 0, 8, TTL)),
                keyCall("replace", (c, k, o, l) -> c.replace(k, o, l, v, 0, 8)),
                keyCall("replace with TTL", (c, k, o, l) -> c.replace(k, o, l, v, 0, 8, TTL)),
                keyCall("compareAndSet", (c, k, o, l) -> c.compareAndSet(k, o, l, v, v, 0, 8)),
                keyCall("update", (c, k, o, l) -> c.update(k, o, l, view -> {})),
                keyCall("addAndGetLong", (c, k, o, l) -> c.addAndGetLong(k, o, l, 0, 1, 0)),
                keyCall("remove", OffHeapCache::remove),
                keyCall("removeIfEqual", (c, k, o, l) -> c.removeIfEqual(k, o, l, v, 0, 8)),
                keyCall("getAndRemove", (c, k, o, l) -> c.getAndRemove(k, o, l, v, 0)),
                keyCall("remainingTtlNs", OffHeapCache::remainingTtlNs),
                keyCall("setTtl", (c, k, o, l) -> c.setTtl(k, o, l, TTL)),
                keyCall("persist", OffHeapCache::persist),
                keyCall("segmentIndex", OffHeapCache::segmentIndex));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keyCalls")
    void keysOutsideTheirLimitsAreRefused(String name, KeyCall call) {
        final UnsafeBuffer large = new UnsafeBuffer(new byte[70_000]);
        for (final int length : new int[] {0, -1, Integer.MIN_VALUE, 65_536, 70_000}) {
            assertThatThrownBy(() -> call.with(cache, large, 0, length))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("keyLength=" + length)
                    .hasMessageContaining("65535");
        }
        for (final int offset : new int[] {-1, CAPACITY - 7, CAPACITY, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> call.with(cache, buffer, offset, 8))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("key of 8 bytes at offset " + offset)
                    .hasMessageContaining("16 bytes");
        }
        assertThatThrownBy(() -> call.with(cache, null, 0, 8))
                .isInstanceOf(NullPointerException.class);
        assertThat(cache.size()).isZero();
        call.with(cache, buffer, CAPACITY - 8, 8);
    }

    /** A call with a value, new or expected, its offset and its length. */
    private interface ValueCall {
        void with(OffHeapCache cache, DirectBuffer value, int offset, int length);
    }

    private static Arguments valueCall(String name, ValueCall call) {
        return Arguments.of(name, call);
    }

    static Stream<Arguments> valueCalls() {
        final UnsafeBuffer k = new UnsafeBuffer(new byte[8]);
        return Stream.of(
                valueCall("put", (c, v, o, l) -> c.put(k, 0, 8, v, o, l)),
                valueCall("put with TTL", (c, v, o, l) -> c.put(k, 0, 8, v, o, l, TTL)),
                valueCall("putIfAbsent", (c, v, o, l) -> c.putIfAbsent(k, 0, 8, v, o, l)),
                valueCall(
                        "putIfAbsent with TTL",
                        (c, v, o, l) -> c.putIfAbsent(k, 0, 8, v, o, l, TTL)),
                valueCall("replace", (c, v, o, l) -> c.replace(k, 0, 8, v, o, l)),
                valueCall("replace with TTL", (c, v, o, l) -> c.replace(k, 0, 8, v, o, l, TTL)),
                valueCall("the new", (c, v, o, l) -> c.compareAndSet(k, 0, 8, k, v, o, l)),
                valueCall("removeIfEqual", (c, v, o, l) -> c.removeIfEqual(k, 0, 8, v, o, l)),
                valueCall("put, long", (c, v, o, l) -> c.put(7, v, o, l)),
                valueCall("put with TTL, long", (c, v, o, l) -> c.put(7, v, o, l, TTL)),
                valueCall("putIfAbsent, long", (c, v, o, l) -> c.putIfAbsent(7, v, o, l)),
                valueCall(
                        "putIfAbsent with TTL, long",
                        (c, v, o, l) -> c.putIfAbsent(7, v, o, l, TTL)),
                valueCall("replace, long", (c, v, o, l) -> c.replace(7, v, o, l)),
                valueCall("replace with TTL, long", (c, v, o, l) -> c.replace(7, v, o, l, TTL)),
                valueCall("the new, long", (c, v, o, l) -> c.compareAndSet(7, k, v, o, l)),
                valueCall("removeIfEqual, long", (c, v, o, l) -> c.removeIfEqual(7, v, o, l)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("valueCalls")
    void valuesOutsideTheirBuffersAreRefused(String name, ValueCall call) {
        assertRefused(call, 0, -1);
        assertRefused(call, 0, Integer.MIN_VALUE);
        assertRefused(call, -1, 4);
        assertRefused(call, 0, CAPACITY + 1);
        assertRefused(call, CAPACITY, 1);
        assertRefused(call, CAPACITY + 1, 0);
        assertRefused(call, Integer.MAX_VALUE, Integer.MAX_VALUE);
        assertThatThrownBy(() -> call.with(cache, null, 0, 8))
                .isInstanceOf(NullPointerException.class);
        assertThat(cache.size()).isZero();
        call.with(cache, buffer, CAPACITY, 0);
    }

    private void assertRefused(ValueCall call, int offset, int length) {
        assertThatThrownBy(() -> call.with(cache, buffer, offset, length))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("value of " + length + " bytes at offset " + offset)
                .hasMessageContaining("16 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, CAPACITY + 1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void destinationsOutsideTheirBuffersAreRefused(int offset) {
        cache.put(1, buffer, 0, 1);
        final List<ThrowingCallable> calls =
                List.of(
                        () -> cache.get(1, buffer, offset),
                        () -> cache.getAndRemove(1, buffer, offset),
                        () -> cache.get(buffer, 0, 8, buffer, offset),
                        () -> cache.getAndRemove(buffer, 0, 8, buffer, offset));
        for (final ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("destination")
                    .hasMessageContaining("offset " + offset)
                    .hasMessageContaining("16 bytes");
        }
        assertThat(cache.contains(1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, OffHeapCache.KEEP_TTL + 1})
    void timesToLiveThatAreNotPositiveAreRefused(long ttl) {
        cache.put(1, buffer, 0, 1);
        final List<ThrowingCallable> calls =
                List.of(
                        () -> cache.put(1, buffer, 0, 8, ttl),
                        () -> cache.putIfAbsent(2, buffer, 0, 8, ttl),
                        () -> cache.replace(1, buffer, 0, 8, ttl),
                        () -> cache.setTtl(1, ttl),
                        () -> cache.put(buffer, 0, 8, buffer, 0, 8, ttl),
                        () -> cache.putIfAbsent(buffer, 0, 8, buffer, 0, 8, ttl),
                        () -> cache.replace(buffer, 0, 8, buffer, 0, 8, ttl),
                        () -> cache.compareAndSet(1, buffer, buffer, 0, 8, ttl),
                        () -> cache.compareAndSet(buffer, 0, 8, buffer, buffer, 0, 8, ttl),
                        () -> cache.setTtl(buffer, 0, 8, ttl));
        for (final ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("ttlNs must be positive: ttlNs=" + ttl);
        }
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.remainingTtlNs(1)).isEqualTo(OffHeapCache.NO_TTL);
    }

    @Test
    void negativeValueIndexesAreRefused() {
        cache.put(1, buffer, 0, 16);
        for (final ThrowingCallable call :
                List.<ThrowingCallable>of(
                        () -> cache.addAndGetLong(1, -3, 1, 0),
                        () -> cache.addAndGetLong(buffer, 0, 8, -3, 1, 0))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("valueIndex=-3");
        }
    }

    @Test
    void cursorsThatNoScanReturnedAreRefused() {
        final List<Long> cursors =
                List.of(-1L, -2L, 2L << 32, 1L << 31, 1L << 62, Long.MIN_VALUE, 100_000L);
        for (final long cursor : cursors) {
            assertThatThrownBy(() -> cache.scan(cursor, 10, (key, value) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cursor=" + cursor);
        }
        for (final int max : new int[] {0, -1}) {
            assertThatThrownBy(() -> cache.scan(0, max, (key, value) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxEntries=" + max);
        }
    }

    @Test
    void nullHandlersAreRefused() {
        cache.put(1, buffer, 0, 8);
        final List<ThrowingCallable> calls =
                List.of(
                        () -> cache.read(1, null),
                        () -> cache.update(1, null),
                        () -> {
                            for (long cursor = 0; cursor >= 0; ) {
                                cursor = cache.scan(cursor, 10, null);
                            }
                        });
        for (final ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
        }
        assertThat(cache.contains(1)).isTrue();
    }

    @Test
    void operationsAfterCloseAreRefused() {
        cache.put(1, buffer, 0, 16);
        cache.get(1, buffer, 0);
        final CacheStatistics last = cache.statistics();
        assertThat(PublicOperation.all()).hasSizeGreaterThan(45);
        cache.close();
        for (final PublicOperation operation : PublicOperation.all()) {
            if (operation.isRefusedAfterClose()) {
                assertThatThrownBy(() -> operation.call(cache, operation.arguments(Inputs.of(1))))
                        .as(operation.toString())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the cache is closed");
            }
        }
        cache.close();
        assertThat(cache.isClosed()).isTrue();
        assertThat(cache.statistics()).isEqualTo(last);
        assertThat(cache.segmentCount()).isEqualTo(2);
    }

    /** A place where user code runs under a lock. */
    private enum Site {
        HANDLER_OF_REPLACED {
            @Override
            void run(MisuseTest test, Runnable callback) {
                test.onRemoval = callback;
                test.cache.put(KEY, test.buffer, 0, 16);
                test.onRemoval = () -> {};
            }
        },
        HANDLER_OF_RELOCATED {
            @Override
            void run(MisuseTest test, Runnable callback) {
                test.onRemoval = callback;
                test.cache.put(KEY, new UnsafeBuffer(new byte[999]), 0, 999);
                test.onRemoval = () -> {};
            }
        },
        HANDLER_OF_REMOVED {
            @Override
            void run(MisuseTest test, Runnable callback) {
                test.onRemoval = callback;
                test.cache.remove(KEY);
                test.onRemoval = () -> {};
            }
        },
        READER {
            @Override
            void run(MisuseTest test, Runnable callback) {
                test.cache.read(KEY, view -> callback.run());
            }
        },
        UPDATER {
            @Override
            void run(MisuseTest test, Runnable callback) {
                test.cache.update(KEY, view -> callback.run());
            }
        },
        VISITOR {
            @Override
            void run(MisuseTest test, Runnable callback) {
                final long cursor = (long) test.cache.segmentIndex(KEY) << 32;
                test.cache.scan(cursor, Integer.MAX_VALUE, (key, value) -> callback.run());
            }
        };

        static final long KEY = 1;

        abstract void run(MisuseTest test, Runnable callback);
    }

    @ParameterizedTest
    @EnumSource
    void operationsFromACallbackAreRefused(Site site) {
        cache.put(Site.KEY, buffer, 0, 16);
        long elsewhere = Site.KEY;
        while (cache.segmentIndex(elsewhere) == cache.segmentIndex(Site.KEY)) {
            elsewhere++;
        }
        final long other = elsewhere;
        final int[] calls = new int[1];
        site.run(
                this,
                () -> {
                    for (final PublicOperation operation : PublicOperation.all()) {
                        if (operation.needsLock()) {
                            calls[0]++;
                            expectReentry(operation, Site.KEY);
                            expectReentry(operation, other);
                        }
                    }
                });
        assertThat(calls[0]).isGreaterThan(40);
        assertThat(notRefused).isEmpty();
        assertThat(cache.isClosed()).isFalse();
        assertThat(cache.put(other, buffer, 0, 8)).as("no operation was done").isTrue();
    }

    private void expectReentry(PublicOperation operation, long key) {
        try {
            operation.call(cache, operation.arguments(Inputs.of(key)));
            notRefused.add(operation + " of key " + key);
        } catch (final IllegalStateException e) {
            if (!e.getMessage().contains("re-entry")) {
                notRefused.add(operation + ": " + e.getMessage());
            }
        }
    }
}
