// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * The times of two clocks at the same moment.
 *
 * <p>A thread may lose its processor between the readings of two clocks. Deadlines would be off by
 * that time, and by more with each restart. So the wall clock is read between two readings of the
 * other, and the closest of a few readings counts.
 *
 * @param clockNs the time of the cache's clock.
 * @param wallNs the time of the wall clock, in nanoseconds since 1970.
 */
record ClockPair(long clockNs, long wallNs) {
    private static final int READINGS = 5;

    /** Reads both clocks. The result is off by at most half of the shortest reading. */
    static ClockPair read(NanoClock clock, EpochNanoClock epochClock) {
        final long aheadNs = aheadNs(clock, epochClock);
        final long clockNs = clock.nanoTime();
        return new ClockPair(clockNs, clockNs + aheadNs);
    }

    /** Reads both clocks as {@link #read} does, and returns how far the wall clock is ahead. */
    static long aheadNs(NanoClock clock, EpochNanoClock epochClock) {
        long aheadNs = 0;
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < READINGS; i++) {
            final long before = clock.nanoTime();
            final long wall = epochClock.nanoTime();
            final long took = clock.nanoTime() - before;
            if (took < shortest) {
                shortest = took;
                aheadNs = wall - (before + took / 2);
            }
        }
        return aheadNs;
    }

    /**
     * Returns the wall-clock time of a moment of the cache's clock.
     *
     * @param momentNs a time of the cache's clock.
     */
    long wallNs(long momentNs) {
        return wallNs - (clockNs - momentNs);
    }
}
