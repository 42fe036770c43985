// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.NanoClock;

/**
 * Says when to look for expired entries again: at most once in a tick of the engine's timing wheel,
 * since the wheel finds nothing new within a tick. Thread-safe.
 */
final class Pace {
    private final NanoClock clock;
    private final long everyNs;
    private final AtomicLong nextNs;

    /**
     * A pace by a clock.
     *
     * @param clock the engine's, or {@code null} if it is unknown, and then every moment is due.
     * @param everyNs the shortest time between two looks, in nanoseconds.
     */
    Pace(NanoClock clock, long everyNs) {
        this.clock = clock;
        this.everyNs = everyNs;
        this.nextNs = new AtomicLong(clock == null ? 0 : clock.nanoTime());
    }

    /** Returns whether the caller is to look now; in a tick this is true for one caller. */
    boolean isDue() {
        if (clock == null) {
            return true;
        }
        final long nowNs = clock.nanoTime();
        final long dueNs = nextNs.get();
        return nowNs - dueNs >= 0 && nextNs.compareAndSet(dueNs, nowNs + everyNs);
    }

    /** Makes the next operation look, since this look has not come to its end. */
    void again() {
        if (clock != null) {
            nextNs.set(clock.nanoTime());
        }
    }
}
