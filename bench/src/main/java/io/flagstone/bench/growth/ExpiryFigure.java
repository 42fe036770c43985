// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.fork.Forecast;
import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.report.EffectiveSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The cost of timers at one number of armed timers.
 *
 * @param timers the number of armed timers.
 * @param armNs time of a put with a time to live.
 * @param rearmNs time of setting another time to live for a present key.
 * @param reclaimNs time to reclaim an expired entry.
 * @param worstCallNs the longest call of {@code doWork} while all timers expire at once.
 * @param calls the number of calls that reclaim all timers.
 * @param settings the effective settings of the cache.
 */
public record ExpiryFigure(
        int timers,
        double armNs,
        double rearmNs,
        double reclaimNs,
        long worstCallNs,
        long calls,
        EffectiveSettings settings) {
    /** Each timer is armed, armed again and reclaimed. */
    private static final int OPERATIONS = 3;

    /**
     * Returns how long {@link #measure} will take.
     *
     * @param timers the numbers of timers.
     * @return the forecast.
     */
    public static Forecast forecast(List<Integer> timers) {
        return timers.stream()
                .map(count -> Forecast.jvm(0, OPERATIONS * (long) count))
                .reduce(Forecast.NONE, Forecast::plus);
    }

    /**
     * Measures each number of timers in a fresh JVM.
     *
     * @param timers the numbers of timers, one after another.
     * @param limitSeconds seconds after which a JVM is stopped.
     * @param progress notified before each JVM.
     * @return a figure for each number.
     * @throws IOException if a JVM fails.
     * @throws InterruptedException if interrupted.
     */
    public static List<ExpiryFigure> measure(
            List<Integer> timers, int limitSeconds, StepListener progress)
            throws IOException, InterruptedException {
        final List<ExpiryFigure> figures = new ArrayList<>();
        for (final int count : timers) {
            progress.next(figures.size(), timers.size(), "expiry " + count);
            final ExpiryFork.Reply reply =
                    ExpiryFork.Reply.of(
                            new Fork(ExpiryFork.class, TimeUnit.SECONDS.toMillis(limitSeconds))
                                    .flags(List.of("-XX:MaxDirectMemorySize=16g"))
                                    .run(List.of("" + count)));
            figures.add(
                    new ExpiryFigure(
                            count,
                            reply.armNs(),
                            reply.rearmNs(),
                            reply.reclaimNs(),
                            reply.worstCallNs(),
                            reply.calls(),
                            reply.settings()));
        }
        return figures;
    }
}
