// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import java.lang.reflect.InvocationTargetException;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.HBClock;
import org.jetbrains.kotlinx.lincheck.execution.ResultWithClock;
import org.jetbrains.kotlinx.lincheck.util.LincheckResult;
import org.jetbrains.kotlinx.lincheck.util.ValueResult;
import org.jetbrains.lincheck.datastructures.verifier.CachedVerifier;

/**
 * Searches for an order of the operations that explains their results, where any entry may be
 * evicted at any time. Lincheck's own verifier needs a deterministic sequential class.
 *
 * <p>An eviction shows only when the key is used again. So it is enough to try each operation
 * twice: with and without an eviction of its key just before.
 */
public final class EvictionVerifier extends CachedVerifier {
    /** Called by Lincheck, which passes the sequential class to every verifier. */
    public EvictionVerifier(Class<?> sequentialClass) {
        if (sequentialClass != SequentialCache.class) {
            throw new IllegalArgumentException(sequentialClass.getName());
        }
    }

    @Override
    public boolean verifyResultsImpl(ExecutionScenario scenario, ExecutionResult results) {
        return explains(scenario, results, new int[scenario.getNThreads()], new SequentialCache());
    }

    /** Returns whether the results after the first operations of each thread can be explained. */
    private static boolean explains(
            ExecutionScenario scenario,
            ExecutionResult results,
            int[] done,
            SequentialCache cache) {
        boolean finished = true;
        for (int thread = 0; thread < done.length; thread++) {
            if (done[thread] == scenario.getThreads().get(thread).size()) {
                continue;
            }
            finished = false;
            final ResultWithClock seen =
                    results.getThreadsResultsWithClock().get(thread).get(done[thread]);
            if (mayBeNext(seen.getClockOnStart(), done)) {
                final Actor actor = scenario.getThreads().get(thread).get(done[thread]);
                final int[] next = done.clone();
                next[thread]++;
                final SequentialCache same = cache.copy();
                if (call(same, actor).equals(seen.getResult())
                        && explains(scenario, results, next, same)) {
                    return true;
                }
                final SequentialCache evicted = cache.copy();
                if (evicted.remove((int) actor.getArguments().get(0))
                        && call(evicted, actor).equals(seen.getResult())
                        && explains(scenario, results, next, evicted)) {
                    return true;
                }
            }
        }
        return finished;
    }

    /** Returns whether every operation that ended before this one began is already done. */
    private static boolean mayBeNext(HBClock begun, int[] done) {
        for (int thread = 0; thread < done.length; thread++) {
            if (done[thread] < begun.get(thread)) {
                return false;
            }
        }
        return true;
    }

    private static LincheckResult call(SequentialCache cache, Actor actor) {
        try {
            return new ValueResult(
                    SequentialCache.class
                            .getMethod(
                                    actor.getMethod().getName(),
                                    actor.getMethod().getParameterTypes())
                            .invoke(cache, actor.getArguments().toArray()));
        } catch (final NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException(actor.toString(), e);
        }
    }
}
