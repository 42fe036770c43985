package io.flagstone.segment;

import io.flagstone.memory.Region;
import org.agrona.concurrent.NanoClock;

/**
 * Time as one segment sees it: nanoseconds since the cache's birth, which never run backwards. A
 * clock that does so stands still instead, so that nothing expired comes back to life.
 *
 * <p>Two words in the region carry that: the latest time that a holder of the lock has acted on,
 * and the latest deadline that a reader without the lock has taken for passed. The second is
 * written at most once for each entry that expires, so that readers do not write as time goes by.
 *
 * <p>Allocates nothing. The clock is the caller's, and may throw; then nothing is changed.
 */
final class SegmentClock {
    private final Region region;
    private final NanoClock clock;
    private final long birthNs;

    /** Lays the words over zeroed memory at their places in the region. */
    SegmentClock(Region region, NanoClock clock, long birthNs) {
        this.region = region;
        this.clock = clock;
        this.birthNs = birthNs;
    }

    /** Reads the clock, for who holds the lock and acts on it. */
    long observe() {
        return observe(clock.nanoTime());
    }

    /** Takes note of what the clock said, for who holds the lock and acts on it. */
    long observe(long clockNs) {
        final long now = latest(sinceBirth(clockNs));
        region.putLong(SegmentDescriptor.LATEST_TIME, now);
        return now;
    }

    /** Reads the clock; needs no lock. */
    long now() {
        return latest(sinceBirth(clock.nanoTime()));
    }

    /** What the clock said, as time since birth; clocks may wrap. */
    long sinceBirth(long clockNs) {
        return clockNs - birthNs;
    }

    /** Makes later readers, whatever their clock says, see this deadline as passed, too. */
    void expired(long deadlineNs) {
        long seen = region.getLongOpaque(SegmentDescriptor.LATEST_EXPIRY);
        while (deadlineNs > seen
                && deadlineNs > region.getLongOpaque(SegmentDescriptor.LATEST_TIME)) {
            if (region.compareAndSetLong(SegmentDescriptor.LATEST_EXPIRY, seen, deadlineNs)) {
                return;
            }
            seen = region.getLongOpaque(SegmentDescriptor.LATEST_EXPIRY);
        }
    }

    private long latest(long sinceBirthNs) {
        return Math.max(
                sinceBirthNs,
                Math.max(
                        region.getLongOpaque(SegmentDescriptor.LATEST_TIME),
                        region.getLongOpaque(SegmentDescriptor.LATEST_EXPIRY)));
    }
}
