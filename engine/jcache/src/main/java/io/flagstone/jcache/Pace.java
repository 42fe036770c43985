// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.NanoClock;

/**
 * Decides when to look for expired entries: at most once per tick of the engine's timing wheel,
 * because the wheel finds nothing new within a tick. Thread-safe.
 */
final class Pace {
    private final NanoClock clock;
    private final long everyNs;
    private final AtomicLong nextNs;

    /**
     * Creates a pace.
     *
     * @param clock the engine's clock, or {@code null} if it is unknown; then every call is due.
     * @param everyNs the shortest time between two looks, in nanoseconds.
     */
    Pace(NanoClock clock, long everyNs) {
        this.clock = clock;
        this.everyNs = everyNs;
        this.nextNs = new AtomicLong(clock == null ? 0 : clock.nanoTime());
    }

    /** Returns whether the caller must look now. In a tick this is true for one caller. */
    boolean isDue() {
        if (clock == null) {
            return true;
        }
        final long nowNs = clock.nanoTime();
        final long dueNs = nextNs.get();
        return nowNs - dueNs >= 0 && nextNs.compareAndSet(dueNs, nowNs + everyNs);
    }

    /** Makes the next call due, because this look stopped early. */
    void again() {
        if (clock != null) {
            nextNs.set(clock.nanoTime());
        }
    }
}
