// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.RemovalCause;

/**
 * Counts what one thread did to one cache, for comparison with the cache's statistics. Other
 * threads read the counts only while this thread is paused.
 */
final class ExpectedStatistics {
    private final long[] handlerCalls = new long[RemovalCause.values().length];
    private long hits;
    private long misses;
    private long updates;
    private long removals;
    private int watchedCounter = -1;
    private long watchedCount;

    void read(boolean hit) {
        if (hit) {
            hits++;
        } else {
            misses++;
        }
    }

    /** Counts an update in place, which the cache does not report to the removal handler. */
    void inPlace(boolean done) {
        if (done) {
            updates++;
        }
    }

    void removed(boolean done) {
        if (done) {
            removals++;
        }
    }

    /** Counts the entries that a clear removed. */
    void cleared(long entries) {
        removals += entries;
    }

    /** Counts a call of the removal handler on this thread. */
    void recordHandlerCall(RemovalCause cause) {
        handlerCalls[cause.ordinal()]++;
    }

    /** Starts to sum the counts of this counter when it is removed on this thread. */
    void watch(int counter) {
        watchedCounter = counter;
        watchedCount = 0;
    }

    /** Records the count of a counter that was removed on this thread. */
    void recordCounterRemoval(int counter, long count) {
        if (counter == watchedCounter) {
            watchedCount += count;
        }
    }

    /** Returns the sum of the watched counter's counts at its removals. */
    long watchedCount() {
        return watchedCount;
    }

    void add(ExpectedStatistics other) {
        for (int i = 0; i < handlerCalls.length; i++) {
            handlerCalls[i] += other.handlerCalls[i];
        }
        hits += other.hits;
        misses += other.misses;
        updates += other.updates;
        removals += other.removals;
    }

    long hits() {
        return hits;
    }

    long misses() {
        return misses;
    }

    long updates() {
        return updates;
    }

    long removals() {
        return removals;
    }

    long handlerCalls(RemovalCause cause) {
        return handlerCalls[cause.ordinal()];
    }
}
