// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.report.SampleSettings;
import java.util.ArrayList;
import java.util.List;

/** Invented figures of growth and of memory, with every contender. */
public final class SampleFigures {
    private SampleFigures() {}

    /** Returns three rounds of every contender at each size; the last contender is refused. */
    public static List<GrowthFigure> of(List<Integer> sizes) {
        final List<GrowthFigure> figures = new ArrayList<>();
        for (final ContenderType type : ContenderType.values()) {
            for (final int entries : sizes) {
                final GrowthFigure figure = new GrowthFigure(type, entries, 64);
                if (type == ContenderType.FLOOR_THROUGHPUT) {
                    figure.refuse("the JVM ended with status 1: no memory for " + entries);
                } else {
                    for (int round = 0; round < 3; round++) {
                        figure.add(reply(type, entries, round));
                    }
                }
                figures.add(figure);
            }
        }
        return figures;
    }

    private static GrowthFork.Reply reply(ContenderType type, int entries, int round) {
        final double ns = (20 + 30 * type.ordinal()) * Math.log10(entries) + 10 * round;
        final Footprint full =
                new Footprint(
                        70L * entries, (80L + 20 * type.ordinal()) * entries, 0, 400L * entries);
        return new GrowthFork.Reply(
                entries,
                full,
                entries + entries / 8,
                full,
                123_456_789,
                (long) (ns * entries),
                new double[] {ns, ns + 2, ns + 4},
                new double[] {1.5 * ns, 2 * ns},
                SampleSettings.of(type, entries));
    }

    /** Returns the cost of timers at each number of timers. */
    public static List<ExpiryFigure> expiry(List<Integer> timers) {
        return timers.stream()
                .map(
                        count ->
                                new ExpiryFigure(
                                        count,
                                        80,
                                        40.5,
                                        120,
                                        90_000_000 / count,
                                        count / 64,
                                        SampleSettings.of(ContenderType.FLAGSTONE, count)))
                .toList();
    }
}
