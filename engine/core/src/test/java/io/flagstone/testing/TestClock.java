// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import org.agrona.concurrent.NanoClock;

/** A clock that a test sets, and that counts its reads. */
public final class TestClock implements NanoClock {
    private volatile long now;
    private volatile int reads;

    /** Creates a clock at 0. */
    public TestClock() {
        this(0);
    }

    /** Creates a clock at {@code start}. */
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

    /** Advances the time. Several threads may do so at once. */
    public synchronized void advance(long ns) {
        now += ns;
    }

    /** Returns how often the clock was read. */
    public int reads() {
        return reads;
    }
}
