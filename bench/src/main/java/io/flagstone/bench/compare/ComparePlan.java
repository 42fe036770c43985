// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import java.util.List;

/**
 * What is compared.
 *
 * @param types the contenders, in the order in which they take turns.
 * @param measurements of each.
 * @param scales at which.
 * @param rounds how many JVMs each gets, at the most.
 * @param pace how long each measurement takes.
 * @param budgetMs after which no further JVM is started, or {@link #UNLIMITED}.
 */
public record ComparePlan(
        List<ContenderType> types,
        List<Measurement> measurements,
        List<Scale> scales,
        int rounds,
        CompareFork.Pace pace,
        long budgetMs) {
    /** All rounds are run. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** In about five minutes on two cores; slow contenders get fewer rounds. */
    public static final CompareFork.Pace QUICK = new CompareFork.Pace(2, 3, 300);

    /** With time for compilers and machine to settle. */
    public static final CompareFork.Pace FULL = new CompareFork.Pace(3, 5, 1000);
}
