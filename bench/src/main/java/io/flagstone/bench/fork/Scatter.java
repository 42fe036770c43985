// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.util.List;
import java.util.Locale;

/** The scatter of a floor between rounds. A floor only changes if the machine changes. */
public final class Scatter {
    /** The ratio of the slowest round to the fastest that is still steady. */
    private static final double STEADY = 1.15;

    private Scatter() {}

    /**
     * Returns a warning if the rounds of a floor differ.
     *
     * @param floor the floor's title.
     * @param rounds the median of each round; one round shows no scatter.
     * @return a warning for people, or an empty list.
     */
    public static List<String> warnings(String floor, List<Double> rounds) {
        final double slowest = rounds.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        final double fastest = rounds.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        if (slowest <= STEADY * fastest) {
            return List.of();
        }
        return List.of(
                String.format(
                        Locale.ROOT,
                        "Warning: the machine was not steady: %s took %,.1f to %,.1f ns in"
                                + " different rounds.",
                        floor,
                        fastest,
                        slowest));
    }
}
