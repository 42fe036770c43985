// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.OffHeapCache;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations: 500ms, 10s, 30m, 2h, or {@code none} for no time to live. */
final class DurationConverter implements ITypeConverter<Long> {
    private static final Pattern DURATION = Pattern.compile("([0-9]+)(ns|us|ms|s|m|h|d)");

    @Override
    public Long convert(String text) {
        if ("none".equals(text)) {
            return OffHeapCache.NO_TTL;
        }
        final Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not a duration such as 500ms, 10s, 30m or 2h, nor 'none'");
        }
        try {
            final long ns =
                    Math.multiplyExact(
                            Long.parseLong(matcher.group(1)), unit(matcher.group(2)).toNanos(1));
            if (ns == 0) {
                throw new TypeConversionException("a duration must be more than zero");
            }
            return ns;
        } catch (final NumberFormatException | ArithmeticException overflow) {
            throw new TypeConversionException("'" + text + "' is too long a duration");
        }
    }

    private static TimeUnit unit(String name) {
        return switch (name) {
            case "ns" -> TimeUnit.NANOSECONDS;
            case "us" -> TimeUnit.MICROSECONDS;
            case "ms" -> TimeUnit.MILLISECONDS;
            case "s" -> TimeUnit.SECONDS;
            case "m" -> TimeUnit.MINUTES;
            case "h" -> TimeUnit.HOURS;
            default -> TimeUnit.DAYS;
        };
    }

    /**
     * Formats a duration in the form that {@link #convert} reads.
     *
     * @param ns the duration in nanoseconds.
     * @return the duration in the largest unit that needs no fraction.
     */
    static String show(long ns) {
        if (ns == OffHeapCache.NO_TTL) {
            return "none";
        }
        for (final String name : new String[] {"d", "h", "m", "s", "ms", "us"}) {
            final long unitNs = unit(name).toNanos(1);
            if (ns % unitNs == 0) {
                return ns / unitNs + name;
            }
        }
        return ns + "ns";
    }
}
