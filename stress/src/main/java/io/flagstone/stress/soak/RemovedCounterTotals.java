// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.concurrent.atomic.AtomicLongArray;

/** Sums the counts of the counters that left the cache. With these, the totals add up. */
final class RemovedCounterTotals {
    /** The number of counters that the threads share. */
    static final int COUNTERS = 24;

    private final AtomicLongArray totals = new AtomicLongArray(COUNTERS);

    /** Called by the removal handler. */
    void add(int counter, long count) {
        totals.getAndAdd(counter, count);
    }

    /** Returns the sum of this counter's counts at all its removals. */
    long total(int counter) {
        return totals.get(counter);
    }
}
