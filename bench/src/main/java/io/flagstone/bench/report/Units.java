package io.flagstone.bench.report;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Writes numbers the same way on every machine, whatever its language. */
final class Units {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private Units() {}

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * ratio);
    }

    static String rate(double perSecond) {
        if (perSecond >= 1e6) {
            return String.format(Locale.ROOT, "%.2f million/s", perSecond / 1e6);
        }
        return String.format(Locale.ROOT, "%,.0f/s", perSecond);
    }

    static String bytes(long bytes) {
        if (bytes < 10 * KIB) {
            return count(bytes) + " B";
        }
        if (bytes < 10 * MIB) {
            return scaled(bytes, KIB, "KiB");
        }
        return bytes < 10 * GIB ? scaled(bytes, MIB, "MiB") : scaled(bytes, GIB, "GiB");
    }

    static String nanos(long ns) {
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

    /** A power of ten, as short as it gets. */
    static String decade(long ns) {
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
