// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Formats numbers in the same way for every locale. */
public final class Units {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** Thousands, millions and so on. */
    private static final String UNITS = "kMGTP";

    private Units() {}

    /**
     * Formats a count.
     *
     * @param value any value.
     * @return the count with separators of thousands.
     */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /**
     * Formats a ratio in percent.
     *
     * @param ratio 0 to 1.
     * @return the percentage with two decimals and the percent sign.
     */
    public static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * ratio);
    }

    /**
     * Formats a rate.
     *
     * @param perSecond the rate per second.
     * @return the rate, in millions if it is at least a million.
     */
    public static String rate(double perSecond) {
        if (perSecond >= 1e6) {
            return String.format(Locale.ROOT, "%.2f million/s", perSecond / 1e6);
        }
        return String.format(Locale.ROOT, "%,.0f/s", perSecond);
    }

    /**
     * Formats a count or a rate in at most six characters.
     *
     * @param value 0 or more, below 1e18.
     * @return the value, from 10 000 on with three digits and k, M, G, T or P.
     */
    public static String compact(double value) {
        if (value < 9_999.5) {
            final boolean exact = value >= 9.95 || value == Math.rint(value);
            return String.format(Locale.ROOT, exact ? "%,.0f" : "%.1f", value);
        }
        double scaled = value / 1000;
        int unit = 0;
        while (scaled >= 999.5 && unit < UNITS.length() - 1) {
            scaled /= 1000;
            unit++;
        }
        final int decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", scaled) + UNITS.charAt(unit);
    }

    /**
     * Formats an age with its two largest units.
     *
     * @param ms milliseconds; less than 0 counts as 0.
     * @return the age, for example 0.4 s, 3m12s or 2d05h.
     */
    public static String age(long ms) {
        final long seconds = Math.max(0, ms) / 1000;
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, ms) / 100 / 10.0);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        final long minutes = seconds / 60;
        if (minutes < 60) {
            return String.format(Locale.ROOT, "%dm%02ds", minutes, seconds % 60);
        }
        final long hours = minutes / 60;
        return hours < 24
                ? String.format(Locale.ROOT, "%dh%02dm", hours, minutes % 60)
                : String.format(Locale.ROOT, "%dd%02dh", hours / 24, hours % 24);
    }

    /**
     * Formats a number of bytes.
     *
     * @param bytes any number.
     * @return the number in B, KiB, MiB or GiB.
     */
    public static String bytes(long bytes) {
        if (bytes < 10 * KIB) {
            return count(bytes) + " B";
        }
        if (bytes < 10 * MIB) {
            return scaled(bytes, KIB, "KiB");
        }
        return bytes < 10 * GIB ? scaled(bytes, MIB, "MiB") : scaled(bytes, GIB, "GiB");
    }

    /**
     * Formats a duration.
     *
     * @param ns nanoseconds.
     * @return the duration in ns, µs, ms or s.
     */
    public static String nanos(long ns) {
        if (ns < TimeUnit.MICROSECONDS.toNanos(10)) {
            return count(ns) + " ns";
        }
        if (ns < TimeUnit.MILLISECONDS.toNanos(10)) {
            return scaled(ns, TimeUnit.MICROSECONDS.toNanos(1), "\u00b5s");
        }
        return ns < TimeUnit.SECONDS.toNanos(10)
                ? scaled(ns, TimeUnit.MILLISECONDS.toNanos(1), "ms")
                : scaled(ns, TimeUnit.SECONDS.toNanos(1), "s");
    }

    /**
     * Formats a power of ten as short as possible.
     *
     * @param ns nanoseconds.
     * @return a whole number of ns, µs, ms or s.
     */
    public static String decade(long ns) {
        if (ns < TimeUnit.MICROSECONDS.toNanos(1)) {
            return ns + " ns";
        }
        if (ns < TimeUnit.MILLISECONDS.toNanos(1)) {
            return TimeUnit.NANOSECONDS.toMicros(ns) + " \u00b5s";
        }
        return ns < TimeUnit.SECONDS.toNanos(1)
                ? TimeUnit.NANOSECONDS.toMillis(ns) + " ms"
                : TimeUnit.NANOSECONDS.toSeconds(ns) + " s";
    }

    private static String scaled(long value, long unit, String name) {
        final String format = value % unit == 0 ? "%,.0f %s" : "%,.1f %s";
        return String.format(Locale.ROOT, format, (double) value / unit, name);
    }
}
