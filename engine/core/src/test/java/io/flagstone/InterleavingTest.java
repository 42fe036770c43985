// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.testing.TestSupport.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of two operations in which the second runs as a whole, or up to where it has
 * to wait, between two accesses to memory of the first. Also, for pairs of an operation that takes
 * an entry away and one that writes to it, those in which the second starts within the first and
 * ends after it. Afterwards the results of both are those of one order, or of the other.
 */
@Tag("any-jdk")
class InterleavingTest {
    private static final long KEY = 1;
    private static final long OTHER = 2;
    private static final int LENGTH = 64;
    private static final int LONGER = 200;
    private static final int ENTRIES = 24;
    private static final int MANY = 1_500;
    private static final long TTL = 10_000;
    private static final long TICK = 1_000;

    /** There are too many pairs of accesses to cross at each of them. */
    private static final long STRIDE = 3;

    /** An operation, before which some time passes. */
    private record Step(String name, long ns, Function<InterleavingTest, Object> call) {
        Step(String name, Function<InterleavingTest, Object> call) {
            this(name, 0, call);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private volatile long nowNs;
    private OffHeapCache cache;

    /** The result of the first step. */
    private Object result;

    private Object put(long key, char letter, int length) {
        return cache.put(key, value(letter, length), 0, length);
    }

    private Object put(long key, char letter, long ttlNs) {
        return cache.put(key, value(letter, LENGTH), 0, LENGTH, ttlNs);
    }

    /** Returns the letter and the length of a value, "absent", or "torn". */
    private String get(long key) {
        final UnsafeBuffer found = new UnsafeBuffer(new byte[LONGER]);
        final int length = cache.get(key, found, 0);
        if (length < 0) {
            return "absent";
        }
        for (int i = 0; i < length; i++) {
            if (found.getByte(i) != found.getByte(0)) {
                return "torn";
            }
        }
        return (char) found.getByte(0) + " " + length;
    }

    /** Removes the key and fills its chunk, and any other free one of the class, with others. */
    private Object removeAndReuse() {
        final boolean removed = cache.remove(KEY);
        for (long key = 100; key < 103; key++) {
            put(key, 'r', LENGTH);
        }
        return removed;
    }

    /** Puts entries of another length, so that slabs change their class and entries move. */
    private void putOther(int step) {
        put(100_000 + step, 'm', LONGER);
        // Not an insertion: after one, a put takes the lock.
        put(100_000 + step, 'm', LONGER - 1);
    }

    private Object putAll() {
        // The newest first: at the first key that has been evicted this waits for the lock.
        for (long key = MANY - 1; key >= 0; key--) {
            cache.replace(key, value('p', LENGTH), 0, LENGTH);
        }
        return null;
    }

    private static final List<Step> FIRST =
            List.of(
                    new Step("put", t -> t.put(KEY, 'p', LENGTH)),
                    new Step("put with a deadline", t -> t.put(KEY, 'd', 3 * TTL)),
                    new Step("add", t -> t.cache.addAndGetLong(KEY, 8, 0x0101010101010101L, -1)),
                    new Step("compare and set", InterleavingTest::compareAndSet),
                    new Step("get", t -> t.get(KEY)),
                    new Step("put longer", t -> t.put(KEY, 'l', LONGER)),
                    new Step("evict", t -> t.put(100, 'r', LENGTH)));

    private static final List<Step> SECOND =
            List.of(
                    new Step("put", t -> t.put(KEY, 'q', LENGTH)),
                    new Step("put longer", t -> t.put(KEY, 'l', LONGER)),
                    new Step("remove and reuse", InterleavingTest::removeAndReuse),
                    new Step("duty cycle", TTL, t -> t.cache.doWork() >= 0),
                    new Step("late get", TTL, t -> t.get(KEY)),
                    new Step("late put", TTL, t -> t.put(KEY, 'q', LENGTH)),
                    new Step("get", t -> t.get(KEY)),
                    new Step("evict", t -> t.put(100, 'r', LENGTH)),
                    new Step("evict for another size", t -> t.put(100, 'r', LONGER)),
                    new Step("clear and reuse", InterleavingTest::clearAndReuse),
                    new Step("update", InterleavingTest::update));

    /** Operations that take the key's entry away. */
    private static final List<Step> REMOVALS =
            List.of(
                    new Step("evict", t -> t.put(100, 'r', LENGTH)),
                    new Step("evict for another size", t -> t.put(100, 'r', LONGER)),
                    new Step("remove", t -> t.cache.remove(KEY)),
                    new Step("put longer", t -> t.put(KEY, 'l', LONGER)));

    /** Operations that write to the key's entry. */
    private static final List<Step> WRITES =
            List.of(
                    new Step("put", t -> t.put(KEY, 'p', LENGTH)),
                    new Step("add", t -> t.cache.addAndGetLong(KEY, 8, 0x0101010101010101L, -1)));

    private Object compareAndSet() {
        return cache.compareAndSet(KEY, value('a', LENGTH), value('c', LENGTH), 0, LENGTH);
    }

    private Object clearAndReuse() {
        cache.clear();
        return put(100, 'r', LENGTH);
    }

    private Object update() {
        return cache.update(KEY, view -> view.setMemory(0, view.capacity(), (byte) 'u'));
    }

    /**
     * Fills a cache up to its bound. The key is the next to be evicted, and yet not so far behind
     * that a use would promote it.
     */
    private void open(boolean timed) {
        open(ENTRIES);
        if (timed) {
            put(KEY, 'a', TTL);
        } else {
            put(KEY, 'a', LENGTH);
        }
        put(OTHER, 'o', LENGTH);
        for (long key = 10; cache.size() < ENTRIES; key++) {
            put(key, 'x', LENGTH);
        }
        // Not an insertion: after one, a put takes the lock.
        put(31, 'x', LENGTH - 1);
        nowNs += TICK;
        // Now nothing is due before the next tick, for which a write would take the lock.
        cache.doWork();
    }

    private void open(int maxEntries) {
        nowNs = 1;
        cache =
                OffHeapCache.builder()
                        .memoryBytes(96 << 10)
                        .maxEntries(maxEntries)
                        .segments(1)
                        .slabBytes(1 << 10)
                        .tickNs(TICK)
                        .promotionDistance(1.0)
                        .hashSeed(7)
                        .clock(() -> nowNs)
                        .build();
    }

    /** Returns what both returned and what is there afterwards. */
    private String state(Object first, Object second) {
        TestSupport.assertClean(cache);
        final StringBuilder state = new StringBuilder();
        state.append(first).append(", ").append(second);
        for (final long key : new long[] {KEY, OTHER, 10, 31, 100, 101, 102}) {
            state.append(", ").append(get(key));
        }
        state.append(", ").append(cache.remainingTtlNs(KEY));
        return state.append(", ").append(cache.statistics().replacements()).toString();
    }

    /**
     * Returns the outcomes of both orders. The first operation may read the clock before or after
     * the time passes, whenever it takes effect.
     */
    private List<String> inOrder(boolean timed, Step first, Step second) {
        final List<String> outcomes = new ArrayList<>();
        for (final boolean early : new boolean[] {true, false}) {
            for (final boolean isFirst : new boolean[] {true, false}) {
                open(timed);
                Object one = null;
                if (isFirst) {
                    nowNs += early ? 0 : second.ns;
                    one = first.call().apply(this);
                    nowNs += early ? second.ns : 0;
                } else {
                    nowNs += second.ns;
                }
                final Object two = second.call().apply(this);
                if (!isFirst) {
                    nowNs -= early ? second.ns : 0;
                    one = first.call().apply(this);
                    nowNs += early ? second.ns : 0;
                }
                outcomes.add(state(one, two));
                cache.close();
            }
        }
        return outcomes;
    }

    /** Runs the second step on another thread before an access of the first. */
    private long interleave(Step first, long access, FutureTask<Object> second) {
        return Interleaving.run(() -> result = first.call().apply(this), access, second);
    }

    private void everyInterleaving(boolean timed, Step first, Step second) throws Exception {
        final List<String> orders = inOrder(timed, first, second);
        final long accesses = accesses(timed, first);
        for (long access = 1; access <= accesses; access++) {
            open(timed);
            final FutureTask<Object> task =
                    new FutureTask<>(
                            () -> {
                                nowNs += second.ns;
                                return second.call().apply(this);
                            });
            interleave(first, access, task);
            final String state = state(result, task.get());
            assertThat(state)
                    .as("%s, %s at access %d of %d", first, second, access, accesses)
                    .isIn(orders);
            cache.close();
        }
    }

    @Test
    void anyTwoOperationsAreInOneOrder() throws Exception {
        for (final Step first : FIRST) {
            for (final Step second : SECOND) {
                everyInterleaving(false, first, second);
                everyInterleaving(true, first, second);
            }
        }
    }

    /**
     * Starts the second step before an access of the first, stops it before one of its own, lets
     * the first continue to its end, or to where it waits for the second, and then the second.
     *
     * @return whether the second step has so many accesses.
     */
    private boolean cross(Step first, long access, FutureTask<Object> second, long stop)
            throws InterruptedException {
        final Thread firstThread = Thread.currentThread();
        final AtomicBoolean stopped = new AtomicBoolean();
        final AtomicBoolean resumed = new AtomicBoolean();
        final AtomicBoolean ended = new AtomicBoolean();
        final Runnable letFirstRun =
                () -> {
                    stopped.set(true);
                    Interleaving.await(
                            () ->
                                    ended.get()
                                            || resumed.get()
                                                    && Interleaving.isWaiting(firstThread));
                };
        final Thread other =
                new Thread(
                        () -> {
                            AccessFaults.interrupt(stop, letFirstRun);
                            second.run();
                            AccessFaults.disarm();
                        },
                        "second");
        final Runnable letSecondRun =
                () -> {
                    other.start();
                    Interleaving.await(
                            () ->
                                    stopped.get()
                                            || !other.isAlive()
                                            || Interleaving.isWaiting(other));
                    resumed.set(true);
                };
        AccessFaults.interrupt(access, letSecondRun);
        try {
            result = first.call().apply(this);
        } finally {
            ended.set(true);
        }
        other.join();
        AccessFaults.disarm();
        return stopped.get();
    }

    private void everyCrossing(Step first, Step second) throws Exception {
        final List<String> orders = inOrder(false, first, second);
        final long accesses = accesses(false, first);
        for (long access = 1; access <= accesses; access += STRIDE) {
            boolean stopped = true;
            for (long stop = 1; stopped; stop += STRIDE) {
                open(false);
                final FutureTask<Object> task = new FutureTask<>(() -> second.call().apply(this));
                stopped = cross(first, access, task, stop);
                assertThat(state(result, task.get()))
                        .as("%s from %d of %d, %s to %d", first, access, accesses, second, stop)
                        .isIn(orders);
                cache.close();
            }
        }
    }

    private long accesses(boolean timed, Step step) {
        open(timed);
        final long accesses = Interleaving.accesses(() -> step.call().apply(this));
        cache.close();
        return accesses;
    }

    /**
     * A write in place that has found an entry does not write to it after the entry has left, at
     * whatever point of the removal it began.
     */
    @Test
    void anyTwoOperationsThatCrossAreInOneOrder() throws Exception {
        for (final Step first : REMOVALS) {
            for (final Step second : WRITES) {
                everyCrossing(first, second);
            }
        }
    }

    private void fill() {
        open(2 * MANY);
        for (long key = 0; key < MANY; key++) {
            put(key, 'x', LENGTH);
        }
    }

    /** Returns the number of puts after which a duty cycle first moves an entry. */
    private int putsBeforeMove() {
        fill();
        long moves;
        int puts = 0;
        do {
            putOther(puts++);
            moves = cache.statistics().moves();
            cache.doWork();
        } while (cache.statistics().moves() == moves);
        cache.close();
        return puts;
    }

    /** A write into an entry that is moving is not lost: all entries are written meanwhile. */
    @Test
    void noWriteIsLostWhereEntriesMove() throws Exception {
        final int puts = putsBeforeMove();
        final Step move = new Step("move", t -> t.cache.doWork());
        long accesses = Long.MAX_VALUE;
        for (long access = 1; access <= accesses; access++) {
            fill();
            for (int put = 0; put < puts; put++) {
                if (put > 0) {
                    cache.doWork();
                }
                putOther(put);
            }
            final FutureTask<Object> all = new FutureTask<>(this::putAll);
            accesses = interleave(move, access, all);
            all.run();
            all.get();
            for (long key = 0; key < MANY; key++) {
                assertThat(get(key)).as("key %d, access %d", key, access).isIn("p 64", "absent");
            }
            TestSupport.assertClean(cache);
            cache.close();
        }
    }
}
