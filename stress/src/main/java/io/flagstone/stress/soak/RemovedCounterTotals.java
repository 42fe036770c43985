// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.concurrent.atomic.AtomicLongArray;

/** What the counters that left the cache had counted, which is what makes totals add up. */
final class RemovedCounterTotals {
    /** How many counters the threads share. */
    static final int COUNTERS = 24;

    private final AtomicLongArray totals = new AtomicLongArray(COUNTERS);

    /** By the removal listener. */
    void add(int counter, long count) {
        totals.getAndAdd(counter, count);
    }

    /** The sum over all that left. */
    long total(int counter) {
        return totals.get(counter);
    }
}
