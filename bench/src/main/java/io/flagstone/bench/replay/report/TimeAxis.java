// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.Sample;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The time axis of the charts of a replay, in a unit that suits its length. */
final class TimeAxis {
    private final String title;
    private final double unitNs;

    private TimeAxis(String title, double unitNs) {
        this.title = title;
        this.unitNs = unitNs;
    }

    static TimeAxis of(Setup setup, List<Sample> samples) {
        if (!setup.timed()) {
            return requests(samples);
        }
        final long endNs = samples.get(samples.size() - 1).timeNs();
        for (final TimeUnit unit : List.of(TimeUnit.DAYS, TimeUnit.HOURS, TimeUnit.MINUTES)) {
            if (unit.convert(endNs, TimeUnit.NANOSECONDS) >= 3) {
                return timed(unit);
            }
        }
        return timed(TimeUnit.SECONDS);
    }

    private static TimeAxis timed(TimeUnit unit) {
        final String name = unit.name().toLowerCase(Locale.ROOT);
        return new TimeAxis("time of the tape, " + name, unit.toNanos(1));
    }

    private static TimeAxis requests(List<Sample> samples) {
        final long requests = samples.get(samples.size() - 1).requests();
        if (requests >= 3_000_000) {
            return new TimeAxis("requests, millions", 1e6 * TimeUnit.MICROSECONDS.toNanos(1));
        }
        return requests >= 3000
                ? new TimeAxis("requests, thousands", 1e3 * TimeUnit.MICROSECONDS.toNanos(1))
                : new TimeAxis("requests", TimeUnit.MICROSECONDS.toNanos(1));
    }

    String title() {
        return title;
    }

    double[] positions(List<Sample> samples) {
        return samples.stream().mapToDouble(s -> s.timeNs() / unitNs).toArray();
    }
}
