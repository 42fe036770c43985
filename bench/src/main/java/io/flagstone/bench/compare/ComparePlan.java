// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Forecast;
import java.util.List;

/**
 * The plan of the command {@code compare}.
 *
 * @param types the contenders, in the order in which they alternate.
 * @param measurements the measurements of each contender.
 * @param scales the scales of each measurement.
 * @param rounds the maximum number of JVMs for each contender and scale.
 * @param pace the duration of each measurement.
 * @param budgetMs the time limit in milliseconds after which no JVM is started, or {@link
 *     #UNLIMITED}.
 */
public record ComparePlan(
        List<ContenderType> types,
        List<Measurement> measurements,
        List<Scale> scales,
        int rounds,
        CompareFork.Pace pace,
        long budgetMs) {
    /** No time limit: all rounds run. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** The pace for about five minutes on two cores; slow contenders get fewer rounds. */
    public static final CompareFork.Pace QUICK = new CompareFork.Pace(2, 3, 300);

    /** The pace with enough warm-up for compilers and machine to settle. */
    public static final CompareFork.Pace FULL = new CompareFork.Pace(3, 5, 1000);

    /** The time of JMH before and after the iterations of a measurement. */
    private static final long AROUND_MS = 300;

    /** How often as many keys are put as the contender has, until it evicts. */
    private static final long FILLS_TO_THE_BRIM = 2;

    /**
     * Returns how long the measurement will take.
     *
     * @return the forecast.
     */
    public Forecast forecast() {
        Forecast round = Forecast.NONE;
        for (final Scale scale : scales) {
            for (final ContenderType type : types) {
                final List<Measurement> possible = measurements(type);
                if (!possible.isEmpty()) {
                    round = round.plus(jvm(scale, possible));
                }
            }
        }
        return round.times(rounds).within(budgetMs);
    }

    /**
     * Returns how long the profiles of all measurements will take, one JVM for each.
     *
     * @return the forecast.
     */
    public Forecast profileForecast() {
        Forecast all = Forecast.NONE;
        for (final Scale scale : scales) {
            for (final ContenderType type : types) {
                for (final Measurement one : measurements(type)) {
                    all = all.plus(jvm(scale, List.of(one)));
                }
            }
        }
        return all;
    }

    /** Returns the forecast of a JVM that makes some measurements. */
    private Forecast jvm(Scale scale, List<Measurement> of) {
        long fills = 0;
        Measurement before = null;
        for (final Measurement one : of) {
            fills += before == null || before.isTimed() != one.isTimed() ? 1 : 0;
            fills += one == Measurement.PUT_EVICT ? FILLS_TO_THE_BRIM : 0;
            before = one;
        }
        return Forecast.jvm(of.size() * (pace.totalMs() + AROUND_MS), fills * scale.entries());
    }

    /** Returns the measurements that a contender can take part in. */
    List<Measurement> measurements(ContenderType type) {
        return measurements.stream().filter(one -> one.refusal(type).isEmpty()).toList();
    }
}
