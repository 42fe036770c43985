// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.NanoClock;

/** A clock that stands still until a thread advances it. */
final class ManualClock implements NanoClock {
    private final AtomicLong now = new AtomicLong();

    @Override
    public long nanoTime() {
        return now.get();
    }

    void advance(long ns) {
        now.getAndAdd(ns);
    }
}
