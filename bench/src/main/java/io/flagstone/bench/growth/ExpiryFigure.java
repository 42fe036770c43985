// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What timers cost, by how many are armed.
 *
 * @param timers armed at a time.
 * @param armNs of a put with a time to live.
 * @param rearmNs of another time to live for a present key.
 * @param reclaimNs of an expired entry.
 * @param worstCallNs the longest call of {@code doWork} while all of them expire at once.
 * @param calls that this takes.
 */
public record ExpiryFigure(
        int timers, double armNs, double rearmNs, double reclaimNs, long worstCallNs, long calls) {
    /**
     * Measures, each number in a fresh JVM.
     *
     * @param timers how many, by turns.
     * @param limitSeconds after which a JVM is stopped.
     * @param progress told of each JVM.
     * @return a figure for each.
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
                            reply.calls()));
        }
        return figures;
    }
}
