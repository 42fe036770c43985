// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.feed.ChangeHandler;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A million steady-state operations of each kind, on a full and expiring cache, allocate nothing.
 */
class ZeroAllocationTest {
    private static final int OPERATIONS = TestSupport.repetitions(1_000_000);

    /**
     * How often an operation may try. The JVM itself allocates some 100 bytes when it links a
     * branch that is taken for the first time, or leaves compiled code.
     */
    private static final int ROUNDS = 4;

    private static final int KEYS = 20_000;
    private static final int BATCH = 6;
    private static final long TTL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final Kind[] MIX = {
        Kind.PUT,
        Kind.GET,
        Kind.PUT_WITH_TTL,
        Kind.UPDATE,
        Kind.PUT_OF_ANOTHER_SIZE,
        Kind.READ,
        Kind.PUT_IF_ABSENT,
        Kind.REMOVE,
        Kind.SET_TTL,
        Kind.COMPARE_AND_SET,
        Kind.ADD_TO_LONG,
        Kind.PUT_BY_WRITER,
        Kind.COMPARE_AND_SET_LONG
    };

    private final TestClock clock = new TestClock();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[24]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[512]);
    private final UnsafeBuffer expected = new UnsafeBuffer(value, 0, 64);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[512]);
    private final MultiGet multiGet = new MultiGet(BATCH);
    private final MultiPut multiPut = new MultiPut(BATCH);
    private boolean followed;
    private long removals;
    private OffHeapCache cache;
    private long sum;
    private long cursor;

    private final ChangeHandler handler = change -> sum += change.deadlineNs();
    private final ValueReader reader = view -> sum += view.getLong(0);
    private final ValueUpdater updater = view -> view.putLong(0, view.getLong(0) + 1);
    private final EntryVisitor visitor = (keyView, valueView) -> sum += valueView.getLong(0);

    /** The kinds of operation. */
    enum Kind {
        GET,
        READ,
        CONTAINS,
        PUT,
        PUT_WITH_TTL,
        PUT_OF_ANOTHER_SIZE,
        PUT_IF_ABSENT,
        REPLACE,
        COMPARE_AND_SET,
        UPDATE,
        ADD_TO_LONG,
        GET_AND_ADD_LONG,
        PUT_LONG,
        COMPARE_AND_SET_LONG,
        PUT_BY_WRITER,
        GET_WITH_LIMIT,
        REMOVE,
        REMOVE_IF_EQUAL,
        GET_AND_REMOVE,
        GET_LONG,
        REMAINING_TTL,
        SET_TTL,
        PERSIST,
        SCAN,
        SIZE,
        DO_WORK,
        MULTI_GET,
        MULTI_PUT,
        MIXED
    }

    @AfterEach
    void auditAndClose() {
        assertThat(removals).isPositive();
        TestSupport.assertClean(cache);
        cache.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void operationsAllocateNothing(Kind kind) {
        assertAllocatesNothing(kind, builder -> builder);
    }

    @ParameterizedTest
    @EnumSource(names = {"MULTI_GET", "MULTI_PUT", "MIXED"})
    void stagedBatchesAllocateNothing(Kind kind) {
        assertAllocatesNothing(kind, builder -> builder.memoryBytes(24 << 20).maxEntries(KEYS));
    }

    @Test
    void theFeedAllocatesNothing() {
        followed = true;
        assertAllocatesNothing(Kind.MIXED, builder -> builder.changeFeedBytes(1 << 18));
        assertThat(cache.changeFeed().number()).isPositive();
    }

    private void assertAllocatesNothing(Kind kind, UnaryOperator<CacheBuilder> options) {
        cache =
                options.apply(
                                OffHeapCache.builder()
                                        .memoryBytes(2 << 20)
                                        .segments(2)
                                        .slabBytes(1 << 14)
                                        .clock(clock)
                                        .removalHandler((cause, keyView, valueView) -> removals++))
                        .build();
        for (int i = 0; i < 2 * KEYS; i++) {
            operate(Kind.MIXED, i);
            operate(kind, i);
        }
        long allocated = -1;
        for (int round = 0; round < ROUNDS && allocated != 0; round++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls(kind); i++) {
                operate(kind, i);
            }
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    private int calls(Kind kind) {
        final boolean batch = kind == Kind.MULTI_GET || kind == Kind.MULTI_PUT;
        return batch ? OPERATIONS / BATCH : OPERATIONS;
    }

    private void multiGet(long number) {
        multiGet.clear();
        for (int i = 0; i < multiGet.capacity(); i += 2) {
            multiGet.add(number + i);
            multiGet.add(key, 0, 8 + i);
        }
        sum += cache.get(multiGet, destination, 0);
    }

    private void multiPut(long number) {
        multiPut.clear();
        for (int i = 0; i < multiPut.capacity(); i += 2) {
            multiPut.add(number + i, 0, 64);
            multiPut.add(key, 0, 8 + i, 8, 64);
        }
        sum += cache.put(multiPut, value);
    }

    private void operate(Kind kind, int i) {
        if ((i & 15) == 0) {
            clock.advance(TimeUnit.MILLISECONDS.toNanos(1));
        }
        if (followed) {
            follow(i);
        }
        final long number = (i * 7919L) % KEYS;
        if ((i & 1) == 0) {
            onLong(kind, number, i);
        } else {
            key.putLong(0, number);
            onBuffer(kind, 8 + (i & 15), number, i);
        }
    }

    private void follow(int i) {
        if ((i & 15) == 0) {
            cache.changeFeed().poll(handler, 64);
        }
        if ((i & 0xFFFF) == 0) {
            cache.changeFeed().synchronise();
        }
    }

    private void onLong(Kind kind, long number, int i) {
        switch (kind) {
            case GET -> cache.get(number, destination, 0);
            case READ -> cache.read(number, reader);
            case CONTAINS -> cache.contains(number);
            case PUT -> cache.put(number, value, 0, 64);
            case PUT_WITH_TTL -> cache.put(number, value, 0, 64, TTL_NS);
            case PUT_OF_ANOTHER_SIZE -> cache.put(number, value, 0, 8 + (i & 255));
            case PUT_IF_ABSENT -> cache.putIfAbsent(number, value, 0, 64);
            case REPLACE -> cache.replace(number, value, 0, 64);
            case COMPARE_AND_SET -> cache.compareAndSet(number, expected, value, 8, 64);
            case UPDATE -> cache.update(number, updater);
            case ADD_TO_LONG -> cache.addAndGetLong(number, 0, 1, -1);
            case GET_AND_ADD_LONG -> cache.getAndAddLong(number, 0, 1, -1);
            case PUT_LONG -> cache.putLong(number, 0, i);
            case COMPARE_AND_SET_LONG -> cache.compareAndSetLong(number, 0, 0, i);
            case PUT_BY_WRITER -> cache.put(number, 64, TTL_NS, updater);
            case GET_WITH_LIMIT -> cache.get(number, destination, 0, 100);
            case REMOVE -> cache.remove(number);
            case REMOVE_IF_EQUAL -> cache.removeIfEqual(number, value, 0, 64);
            case GET_AND_REMOVE -> cache.getAndRemove(number, destination, 0);
            case GET_LONG -> cache.getLong(number, 0, -1);
            case MULTI_GET -> multiGet(number);
            case MULTI_PUT -> multiPut(number);
            case REMAINING_TTL -> cache.remainingTtlNs(number);
            case SET_TTL -> cache.setTtl(number, TTL_NS);
            case PERSIST -> cache.persist(number);
            case SCAN -> scan();
            case SIZE -> cache.size();
            case DO_WORK -> cache.doWork();
            default -> onLong(MIX[i % MIX.length], number, i);
        }
    }

    private void onBuffer(Kind kind, int length, long number, int i) {
        switch (kind) {
            case GET -> cache.get(key, 0, length, destination, 0);
            case READ -> cache.read(key, 0, length, reader);
            case CONTAINS -> cache.contains(key, 0, length);
            case PUT -> cache.put(key, 0, length, value, 0, 64);
            case PUT_WITH_TTL -> cache.put(key, 0, length, value, 0, 64, TTL_NS);
            case PUT_OF_ANOTHER_SIZE -> cache.put(key, 0, length, value, 0, 8 + (i & 255));
            case PUT_IF_ABSENT -> cache.putIfAbsent(key, 0, length, value, 0, 64);
            case REPLACE -> cache.replace(key, 0, length, value, 0, 64);
            case COMPARE_AND_SET -> cache.compareAndSet(key, 0, length, expected, value, 8, 64);
            case UPDATE -> cache.update(key, 0, length, updater);
            case ADD_TO_LONG -> cache.addAndGetLong(key, 0, length, 0, 1, -1);
            case GET_AND_ADD_LONG -> cache.getAndAddLong(key, 0, length, 0, 1, -1);
            case PUT_LONG -> cache.putLong(key, 0, length, 0, i);
            case COMPARE_AND_SET_LONG -> cache.compareAndSetLong(key, 0, length, 0, 0, i);
            case PUT_BY_WRITER -> cache.put(key, 0, length, 64, TTL_NS, updater);
            case GET_WITH_LIMIT -> cache.get(key, 0, length, destination, 0, 100);
            case REMOVE -> cache.remove(key, 0, length);
            case REMOVE_IF_EQUAL -> cache.removeIfEqual(key, 0, length, value, 0, 64);
            case GET_AND_REMOVE -> cache.getAndRemove(key, 0, length, destination, 0);
            case GET_LONG -> cache.getLong(key, 0, length, 0, -1);
            case MULTI_GET -> multiGet(number);
            case MULTI_PUT -> multiPut(number);
            case REMAINING_TTL -> cache.remainingTtlNs(key, 0, length);
            case SET_TTL -> cache.setTtl(key, 0, length, TTL_NS);
            case PERSIST -> cache.persist(key, 0, length);
            case SCAN -> scan();
            case SIZE -> cache.size();
            case DO_WORK -> cache.doWork();
            default -> onBuffer(MIX[i % MIX.length], length, number, i);
        }
    }

    private void scan() {
        cursor = cache.scan(cursor, 4, visitor);
        if (cursor == OffHeapCache.SCAN_DONE) {
            cursor = 0;
        }
    }
}
