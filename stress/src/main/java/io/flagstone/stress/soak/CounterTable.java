// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.concurrent.atomic.AtomicLongArray;

/** What the counters that left the cache had counted, which is what makes totals add up. */
final class CounterTable {
    /** How many counters the threads share. */
    static final int COUNTERS = 24;

    private final AtomicLongArray departed = new AtomicLongArray(COUNTERS);

    /** By the removal listener. */
    void departed(int counter, long count) {
        departed.getAndAdd(counter, count);
    }

    /** The sum over all that left. */
    long departed(int counter) {
        return departed.get(counter);
    }
}
