package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import java.time.Duration;

/** Times to live as nanoseconds. */
final class Durations {
    private Durations() {}

    /**
     * The nanoseconds of a duration.
     *
     * @param name of the parameter, for the message.
     * @return a positive number; {@link OffHeapCache#NO_TTL} for more than 292 years.
     * @throws IllegalArgumentException if the duration is not positive.
     */
    static long toNs(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    name + " must be positive: " + name + "=" + duration);
        }
        try {
            return duration.toNanos();
        } catch (final ArithmeticException e) {
            return OffHeapCache.NO_TTL;
        }
    }

    /** The nanoseconds of a time to live that was computed; 0 or less means expired at once. */
    static long toTtlNs(Duration ttl) {
        return ttl.isNegative() || ttl.isZero() ? 0 : toNs("ttl", ttl);
    }
}
