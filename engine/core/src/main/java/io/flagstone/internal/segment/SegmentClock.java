// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.Region;
import org.agrona.concurrent.NanoClock;

/**
 * The time of a segment: nanoseconds since the cache was built, which never run backwards. If the
 * clock runs backwards, the time stands still instead, so that no expired entry becomes alive
 * again.
 *
 * <p>A word in the region keeps the latest time that a holder of the lock has acted on. A reader
 * without the lock does not write it. By itself, such a reader can decide that an entry is alive,
 * but not that it has expired. Unless the latest time has reached the deadline, a holder of the
 * lock might have found the entry alive a moment before and be about to extend its deadline.
 *
 * <p>Allocates nothing. The user supplies the clock, and it may throw; then nothing has changed.
 */
final class SegmentClock {
    private final NanoClock clock;
    private final long birthNs;

    SegmentClock(NanoClock clock, long birthNs) {
        this.clock = clock;
        this.birthNs = birthNs;
    }

    /** Reads the clock and records the time. Requires the lock. */
    long observe(Region region) {
        return observe(region, clock.nanoTime());
    }

    /** Records a time read from the clock. Requires the lock. */
    long observe(Region region, long clockNs) {
        final long now = latest(region, sinceBirth(clockNs));
        region.putLong(SegmentDescriptor.LATEST_TIME, now);
        return now;
    }

    /** Reads the clock. Needs no lock. */
    long now(Region region) {
        return latest(region, sinceBirth(clock.nanoTime()));
    }

    /** Converts a time read from the clock to time since birth. The clock may wrap. */
    long sinceBirth(long clockNs) {
        return clockNs - birthNs;
    }

    /**
     * Returns the latest time that a holder of the lock has acted on. Acquire order: later reads
     * stay after it.
     */
    static long latest(Region region) {
        return region.getLongAcquire(SegmentDescriptor.LATEST_TIME);
    }

    private static long latest(Region region, long sinceBirthNs) {
        return Math.max(sinceBirthNs, latest(region));
    }
}
