// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** An axis: its title, which names the unit, its range, and where its numbers are. */
public final class Axis {
    private static final int STEPS = 6;

    /** Up to so many decades, an axis has numbers between the powers of ten too. */
    private static final double FEW_DECADES = 3;

    private static final int MOST_LABELS = 9;
    private static final double ROUNDING = 1e-9;

    private final String title;
    private final boolean logarithmic;
    private final double min;
    private final double max;
    private final List<Tick> ticks = new ArrayList<>();

    private Axis(String title, boolean logarithmic, double min, double max) {
        this.title = title;
        this.logarithmic = logarithmic;
        this.min = min;
        this.max = max;
    }

    /**
     * Creates a linear axis from 0 to the first round number that is not below a value.
     *
     * @param title the quantity and its unit.
     * @param max the largest value.
     * @return the axis.
     */
    public static Axis fromZero(String title, double max) {
        final double step = step(max);
        return linear(title, step * Math.max(1, Math.ceil(max / step - ROUNDING)), step);
    }

    /**
     * Creates a linear axis from 0 to exactly a value.
     *
     * @param title the quantity and its unit.
     * @param max the largest value.
     * @return the axis.
     */
    public static Axis upTo(String title, double max) {
        return linear(title, max > 0 ? max : 1, step(max));
    }

    private static Axis linear(String title, double max, double step) {
        final Axis axis = new Axis(title, false, 0, max);
        final int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + ROUNDING));
        final String format = "%,." + decimals + "f";
        for (int i = 0; i * step <= max * (1 + ROUNDING); i++) {
            axis.ticks.add(new Tick(i * step, String.format(Locale.ROOT, format, i * step), 0));
        }
        return axis;
    }

    /** Returns a step of 1, 2 or 5 times a power of ten that divides the range into a few parts. */
    private static double step(double max) {
        if (!(max > 0)) {
            return 1;
        }
        final double least = max / STEPS;
        final double decade = Math.pow(10, Math.floor(Math.log10(least)));
        for (final int factor : new int[] {1, 2, 5}) {
            if (factor * decade >= least * (1 - ROUNDING)) {
                return factor * decade;
            }
        }
        return 10 * decade;
    }

    /**
     * Creates a logarithmic axis between numbers that are 1, 2 or 5 times a power of ten.
     *
     * @param title the quantity and its unit.
     * @param min the smallest value, more than 0.
     * @param max the largest value.
     * @param label formats a number on the axis.
     * @return the axis.
     */
    public static Axis logarithmic(
            String title, double min, double max, DoubleFunction<String> label) {
        final double from = roundDown(min);
        double to = 1 / roundDown(1 / max);
        if (to <= from * (1 + ROUNDING)) {
            to = 10 * from;
        }
        final Axis axis = new Axis(title, true, from, to);
        final double decades = Math.log10(to / from);
        final int every = (int) Math.ceil(decades / MOST_LABELS);
        final int first = (int) Math.floor(Math.log10(from) + ROUNDING);
        for (int decade = first; Math.pow(10, decade) <= to * (1 + ROUNDING); decade++) {
            for (int factor = 1; factor < 10; factor++) {
                final double value = factor * Math.pow(10, decade);
                if (value >= from * (1 - ROUNDING) && value <= to * (1 + ROUNDING)) {
                    final boolean power = factor == 1 && (decade - first) % every == 0;
                    final boolean between = decades <= FEW_DECADES && (factor == 2 || factor == 5);
                    final String text = power || between ? label.apply(value) : "";
                    // Many fine lines would hide the curves.
                    if (power || decades <= FEW_DECADES) {
                        axis.ticks.add(new Tick(value, text, power ? 0 : 1));
                    }
                }
            }
        }
        return axis;
    }

    /** Returns the largest of 1, 2 and 5 times a power of ten that is not above a value. */
    private static double roundDown(double value) {
        final double decade = Math.pow(10, Math.floor(Math.log10(value) + ROUNDING));
        for (final int factor : new int[] {5, 2}) {
            if (factor * decade <= value * (1 + ROUNDING)) {
                return factor * decade;
            }
        }
        return decade;
    }

    /**
     * Creates a logarithmic axis between powers of two.
     *
     * @param title the quantity and its unit.
     * @param min the smallest value, more than 0.
     * @param max the largest value.
     * @param label formats a number on the axis.
     * @return the axis.
     */
    public static Axis binary(String title, double min, double max, DoubleFunction<String> label) {
        final int from = (int) Math.floor(Math.log(min) / Math.log(2) + ROUNDING);
        final int to = (int) Math.ceil(Math.log(max) / Math.log(2) - ROUNDING);
        final int last = Math.max(to, from + 1);
        final Axis axis = new Axis(title, true, Math.pow(2, from), Math.pow(2, last));
        final int every = (last - from + MOST_LABELS - 1) / MOST_LABELS;
        for (int power = from; power <= last; power++) {
            final boolean labelled = (power - from) % every == 0;
            final double value = Math.pow(2, power);
            axis.ticks.add(new Tick(value, labelled ? label.apply(value) : "", labelled ? 0 : 1));
        }
        return axis;
    }

    String title() {
        return title;
    }

    /** Returns the ticks in ascending order. */
    List<Tick> ticks() {
        return ticks;
    }

    /** Returns where a value is: 0 at the beginning of the axis, 1 at its end. */
    double fraction(double value) {
        final double inside = Math.min(max, Math.max(min, value));
        return logarithmic
                ? Math.log(inside / min) / Math.log(max / min)
                : (inside - min) / (max - min);
    }

    /** A number on the axis. Ticks of rank 0 are more important; a text may be empty. */
    record Tick(double value, String text, int rank) {}
}
