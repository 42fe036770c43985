// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.util.List;
import java.util.Locale;

/**
 * How many rounds a comparison needs. If two contenders were equal, each would be ahead in half of
 * the rounds, so n rounds agree by chance in 2 / 2ⁿ of all comparisons.
 */
public final class Rounds {
    /** The number of rounds that agree by chance in about one of sixteen comparisons. */
    public static final int ENOUGH = 5;

    private Rounds() {}

    /**
     * Returns a remark if figures are of so few rounds that they decide little.
     *
     * @param fewest the smallest number of rounds that a figure has; 0 if there is no figure.
     * @return a remark for people, or an empty list.
     */
    public static List<String> remarks(int fewest) {
        if (fewest == 0 || fewest >= ENOUGH) {
            return List.of();
        }
        if (fewest == 1) {
            return List.of(
                    "One round has no range, so a difference may be chance. Use --rounds "
                            + ENOUGH
                            + " or more.");
        }
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%d rounds agree by chance in %.0f %% of comparisons of equal contenders."
                                + " Use --rounds %d or more.",
                        fewest,
                        100 * Math.pow(0.5, fewest - 1),
                        ENOUGH));
    }
}
