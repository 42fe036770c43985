// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.RemovalCause;

/**
 * What one thread did to one cache, in the terms of the cache's statistics. Written by the thread,
 * read by others only while it stands still.
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

    /** An update in place, of which the listener is not told. */
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

    /** So many entries were removed by a clear. */
    void cleared(long entries) {
        removals += entries;
    }

    /** The listener was told, on this thread. */
    void recordHandlerCall(RemovalCause cause) {
        handlerCalls[cause.ordinal()]++;
    }

    /** From now on, what this counter had counted when it left on this thread is of interest. */
    void watch(int counter) {
        watchedCounter = counter;
        watchedCount = 0;
    }

    /** A counter left, on this thread. */
    void recordCounterRemoval(int counter, long count) {
        if (counter == watchedCounter) {
            watchedCount += count;
        }
    }

    /** What the watched counter took away with it. */
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
