// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.util.List;
import java.util.Locale;

/**
 * A figure of a system.
 *
 * @param key the name for machines, such as {@code putP50Ns}.
 * @param title the name for people.
 * @param unit the unit for people; times are in nanoseconds whatever it is.
 * @param rounds the value of each round; at least one.
 */
public record AgreementFigure(String key, String title, Unit unit, List<Double> rounds) {
    /** How a value is shown. */
    public enum Unit {
        /** A short time. */
        MICROSECONDS(1_000, " \u00b5s"),

        /** A long time. */
        MILLISECONDS(1_000_000, " ms"),

        /** A rate. */
        PER_SECOND(1, "/s");

        private final double divisor;
        private final String suffix;

        Unit(double divisor, String suffix) {
            this.divisor = divisor;
            this.suffix = suffix;
        }

        /** Returns a value for people. */
        String format(double value) {
            return String.format(Locale.ROOT, "%,.0f%s", value / divisor, suffix);
        }
    }

    /** Copies the list. */
    public AgreementFigure {
        rounds = List.copyOf(rounds);
    }

    /**
     * Returns the median of the rounds, the upper one of two.
     *
     * @return nanoseconds, or a rate.
     */
    public double median() {
        return sorted().get(rounds.size() / 2);
    }

    /**
     * Returns the lowest round.
     *
     * @return nanoseconds, or a rate.
     */
    public double lowest() {
        return sorted().get(0);
    }

    /**
     * Returns the highest round.
     *
     * @return nanoseconds, or a rate.
     */
    public double highest() {
        return sorted().get(rounds.size() - 1);
    }

    private List<Double> sorted() {
        return rounds.stream().sorted().toList();
    }
}
