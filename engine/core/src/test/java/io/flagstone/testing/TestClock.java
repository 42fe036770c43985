// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import org.agrona.concurrent.NanoClock;

/** A clock that stands still until it is told otherwise, and counts who asks. */
public final class TestClock implements NanoClock {
    private volatile long now;
    private volatile int reads;

    /** At 0. */
    public TestClock() {
        this(0);
    }

    /** At {@code start}. */
    public TestClock(long start) {
        now = start;
    }

    @Override
    public long nanoTime() {
        reads++;
        return now;
    }

    /** Sets the time, forwards or backwards. */
    public void set(long ns) {
        now = ns;
    }

    /** Moves the time. */
    public void advance(long ns) {
        now += ns;
    }

    /** How often the clock was read. */
    public int reads() {
        return reads;
    }
}
