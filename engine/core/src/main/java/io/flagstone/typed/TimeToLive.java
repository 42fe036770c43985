// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.time.Duration;

/** Converts times to live that are given as durations. */
final class TimeToLive {
    private TimeToLive() {}

    /**
     * Returns the nanoseconds of a duration.
     *
     * @param name the name of the parameter, for the message.
     * @param duration the duration.
     * @return a positive number; {@code Long.MAX_VALUE}, which means for ever, for more than 292
     *     years.
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
            return Long.MAX_VALUE;
        }
    }
}
