// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.time.Duration;
import java.util.Locale;

/**
 * The expected duration of a run in many JVMs, one after another. Starts and fills are estimates
 * that suit a machine of two cores.
 *
 * @param jvms the number of JVMs.
 * @param ms their duration in milliseconds.
 */
public record Forecast(int jvms, long ms) {
    /** No JVM. */
    public static final Forecast NONE = new Forecast(0, 0);

    private static final long START_MS = 1_000;
    private static final double MS_A_PUT = 0.001;

    /**
     * Returns the forecast of one JVM.
     *
     * @param measuredMs milliseconds of warm-up and measurement.
     * @param puts the number of puts that fill the contender.
     * @return the forecast.
     */
    public static Forecast jvm(long measuredMs, long puts) {
        return new Forecast(1, START_MS + measuredMs + Math.round(MS_A_PUT * puts));
    }

    /**
     * Returns this and another forecast together.
     *
     * @param other the other forecast.
     * @return the sum.
     */
    public Forecast plus(Forecast other) {
        return new Forecast(jvms + other.jvms, ms + other.ms);
    }

    /**
     * Returns this forecast repeated.
     *
     * @param count how often.
     * @return the product.
     */
    public Forecast times(int count) {
        return new Forecast(count * jvms, count * ms);
    }

    /**
     * Returns this forecast for a run that starts no JVM after a limit.
     *
     * @param limitMs the limit in milliseconds.
     * @return this, or a forecast of that duration.
     */
    public Forecast within(long limitMs) {
        return new Forecast(jvms, Math.min(ms, limitMs));
    }

    /**
     * Describes the forecast.
     *
     * @return a line for people.
     */
    public String describe() {
        final Duration duration = Duration.ofMillis(ms);
        return String.format(
                Locale.ROOT,
                "expected time: %d:%02d:%02d hours, for up to %,d JVMs",
                duration.toHours(),
                duration.toMinutesPart(),
                duration.toSecondsPart(),
                jvms);
    }
}
