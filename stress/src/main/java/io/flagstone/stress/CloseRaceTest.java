// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * An operation runs at the same time as {@code close}. It returns the result of an open cache, or
 * throws. The test fails if it works on a half-closed cache. A closed cache keeps its statistics,
 * and these include every completed operation. The states cycle through the operations; the first
 * number of a result is the operation's index.
 */
@JCStressTest
@Outcome(id = "\\d+, 1", expect = Expect.ACCEPTABLE, desc = "completed")
@Outcome(id = "\\d+, 0", expect = Expect.ACCEPTABLE, desc = "threw: the cache is closed")
@Outcome(expect = Expect.FORBIDDEN, desc = "another result, or another exception")
@State
public class CloseRaceTest {
    private static final int LENGTH = SmallCache.LENGTH;
    private static final long KEY = SmallCache.KEY;
    private static final UnsafeBuffer ONE = SharedCache.value(1, LENGTH);

    /** The operations. Each returns whether its result is right for a cache with one entry. */
    private static final List<Predicate<OffHeapCache>> OPERATIONS =
            List.of(
                    cache -> SharedCache.read(cache, KEY) == 11,
                    cache -> cache.read(KEY, view -> {}),
                    cache -> cache.contains(KEY),
                    cache -> cache.remainingTtlNs(KEY) == OffHeapCache.NO_TTL,
                    cache -> !cache.put(KEY, ONE, 0, LENGTH),
                    cache -> cache.put(KEY + 1, ONE, 0, LENGTH, 1_000),
                    cache -> cache.compareAndSet(KEY, ONE, ONE, 0, LENGTH),
                    cache -> cache.update(KEY, view -> view.putLong(0, 2)),
                    cache -> cache.addAndGetLong(KEY, 0, 1, -1) == 2,
                    cache -> cache.setTtl(KEY, 1_000),
                    cache -> cache.remove(KEY),
                    CloseRaceTest::scansOne,
                    CloseRaceTest::clears,
                    cache -> cache.size() == 1,
                    cache -> cache.doWork() == 0,
                    cache -> cache.statistics().insertions() == 1,
                    cache -> cache.memoryReport().entries() == 1,
                    cache -> cache.audit().clean());

    /** The index of the operation that inserts an entry. */
    private static final int INSERTION = 5;

    /** The index of the operation that removes the entry. */
    private static final int REMOVAL = 10;

    private static final AtomicInteger TURN = new AtomicInteger();

    private final int operation = Math.floorMod(TURN.getAndIncrement(), OPERATIONS.size());
    private final OffHeapCache cache = SmallCache.create();

    private static boolean scansOne(OffHeapCache cache) {
        final int[] seen = {0};
        return cache.scan(0, 2, (key, value) -> seen[0]++) == OffHeapCache.SCAN_DONE
                && seen[0] == 1;
    }

    private static boolean clears(OffHeapCache cache) {
        cache.clear();
        return true;
    }

    @Actor
    public void closer() {
        cache.close();
    }

    @Actor
    public void operator(II_Result result) {
        result.r1 = operation;
        try {
            result.r2 = OPERATIONS.get(operation).test(cache) ? 1 : -1;
        } catch (final IllegalStateException refused) {
            result.r2 = refused.getMessage().contains("closed") ? 0 : -2;
        }
    }

    @Arbiter
    public void arbiter(II_Result result) {
        final CacheStatistics statistics = cache.statistics();
        final boolean completed = result.r2 == 1;
        if (completed && operation == INSERTION && statistics.insertions() != 2
                || completed && operation == REMOVAL && statistics.removals() != 1) {
            result.r2 = -3;
        }
    }
}
