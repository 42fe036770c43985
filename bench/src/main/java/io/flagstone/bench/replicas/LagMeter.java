// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.aeron.Aeron;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.status.CountersReader;

/**
 * Measures how far a replica is behind; see {@link Lag}. Each marker replaces the one before it, so
 * it learns of every trade that the replica applies.
 *
 * <p>The number of trades that the primary has made is a counter of the media driver, which all
 * processes see.
 */
final class LagMeter {
    /** The type of the counter of trades. */
    static final int COUNTER_TYPE = 6186;

    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long HIGHEST_NS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;
    private static final long NONE = -1;

    private final Histogram delays = new Histogram(HIGHEST_NS, DIGITS);
    private final Histogram distances = new Histogram(DIGITS);
    private CountersReader counters;
    private int counter = CountersReader.NULL_COUNTER_ID;
    private String label = "";
    private long currentSinceNs = NONE;
    private long current = NONE;
    private long lookedNs;

    /** Begins to measure the distance to another primary. */
    void follow(Aeron aeron, int id) {
        counters = aeron.countersReader();
        counter = CountersReader.NULL_COUNTER_ID;
        label = label(id);
        currentSinceNs = NONE;
        current = NONE;
        delays.reset();
        distances.reset();
    }

    /** Returns the label of the counter of a primary's trades. */
    static String label(int id) {
        return "trades of node " + id;
    }

    /**
     * Takes note that a marker was replaced by the next one.
     *
     * @param marker the marker that was replaced.
     */
    void replaced(Marker marker) {
        final long nowNs = System.nanoTime();
        // The marker that goes was the current one since this was called last.
        if (currentSinceNs != NONE && marker.trade() == current) {
            delays.recordValue(
                    Math.min(Math.max(0, currentSinceNs - marker.stampNs()), HIGHEST_NS));
        }
        current = marker.trade() + 1;
        currentSinceNs = nowNs;
    }

    /** Looks at the distance, if a millisecond has passed. */
    void look() {
        final long nowNs = System.nanoTime();
        if (current == NONE || nowNs - lookedNs < LOOK_NS) {
            return;
        }
        lookedNs = nowNs;
        if (counter == CountersReader.NULL_COUNTER_ID) {
            counters.forEach(
                    (id, type, keyBuffer, text) -> {
                        if (type == COUNTER_TYPE && text.equals(label)) {
                            counter = id;
                        }
                    });
        }
        if (counter != CountersReader.NULL_COUNTER_ID) {
            distances.recordValue(Math.max(0, counters.getCounterValue(counter) - current - 1));
        }
    }

    /** Returns the lag since {@link #follow}. */
    Lag lag() {
        return Lag.of(delays, distances);
    }
}
