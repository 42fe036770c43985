// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.Region;
import org.agrona.concurrent.NanoClock;

/**
 * Time as a segment sees it: nanoseconds since the cache's birth, which never run backwards. A
 * clock that does so stands still instead, so that nothing expired comes back to life.
 *
 * <p>A word in the region keeps the latest time that a holder of the lock has acted on. A reader
 * without the lock does not write it, so by itself it may say that an entry lives, but not that one
 * has expired: unless the latest time is past the deadline, a holder of the lock might have found
 * the entry alive a moment before, and be about to give it another deadline.
 *
 * <p>Allocates nothing. The clock is the caller's, and may throw; then nothing is changed.
 */
final class SegmentClock {
    private final NanoClock clock;
    private final long birthNs;

    SegmentClock(NanoClock clock, long birthNs) {
        this.clock = clock;
        this.birthNs = birthNs;
    }

    /** Reads the clock, for who holds the lock and acts on it. */
    long observe(Region region) {
        return observe(region, clock.nanoTime());
    }

    /** Takes note of what the clock said, for who holds the lock and acts on it. */
    long observe(Region region, long clockNs) {
        final long now = latest(region, sinceBirth(clockNs));
        region.putLong(SegmentDescriptor.LATEST_TIME, now);
        return now;
    }

    /** Reads the clock; needs no lock. */
    long now(Region region) {
        return latest(region, sinceBirth(clock.nanoTime()));
    }

    /** What the clock said, as time since birth; clocks may wrap. */
    long sinceBirth(long clockNs) {
        return clockNs - birthNs;
    }

    /** The latest time that a holder of the lock has acted on; what follows is read after it. */
    static long latest(Region region) {
        return region.getLongAcquire(SegmentDescriptor.LATEST_TIME);
    }

    private static long latest(Region region, long sinceBirthNs) {
        return Math.max(sinceBirthNs, latest(region));
    }
}
