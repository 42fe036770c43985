// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalCause;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * A thread's knowledge of the keys that only it writes: the value of each, and the bounds of its
 * deadline. The cache reads the clock during a call, so the thread's readings before and after the
 * call bound that time.
 *
 * <p>A value may be missing only if the removal handler recorded its eviction, or if its deadline
 * may have passed. A missing value must not come back.
 */
final class OwnedKeyModel {
    private static final long NONE = 0;
    private static final long NEVER = Long.MAX_VALUE;

    private final NanoClock clock;
    private final KeyHistory history;
    private final SoakConfiguration configuration;
    private final int thread;
    private final int threads;
    private final long[] sequences;
    private final int[] lengths;
    private final long[] earliestEnds;
    private final long[] latestEnds;
    private final boolean[] sliding;
    private long lastSequence;

    OwnedKeyModel(SoakRound round, int thread) {
        this.clock = round.clock();
        this.history = round.history();
        this.configuration = round.configuration();
        this.thread = thread;
        this.threads = round.threads();
        final int slots = configuration.keys() / threads;
        sequences = new long[slots];
        lengths = new int[slots];
        earliestEnds = new long[slots];
        latestEnds = new long[slots];
        sliding = new boolean[slots];
    }

    int slots() {
        return sequences.length;
    }

    /** Returns the key of a slot. The keys of the threads alternate. */
    int key(int slot) {
        return slot * threads + thread;
    }

    boolean owns(long key) {
        return key % threads == thread && key / threads < slots();
    }

    long nextSequence() {
        return ++lastSequence;
    }

    /** Returns the sequence number of the key's value, or 0 if it can have none. */
    long sequence(int slot) {
        return sequences[slot];
    }

    int length(int slot) {
        return lengths[slot];
    }

    long earliestEnd(int slot) {
        return earliestEnds[slot];
    }

    /** Returns the longest time that a live value can have left at or after the given time. */
    long mostRemaining(int slot, long beforeNs) {
        if (sliding[slot]) {
            return configuration.cache().expireAfterAccessNs();
        }
        return latestEnds[slot] == NEVER ? OffHeapCache.NO_TTL : latestEnds[slot] - beforeNs;
    }

    /** Checks a hit of an operation that began at the given time: there may be a value. */
    void found(int slot, long beforeNs) {
        if (sequences[slot] == NONE || beforeNs >= latestEnds[slot]) {
            throw new Violation(
                    sequences[slot] == NONE
                            ? "a key was found that has no value"
                            : "a key was found after its deadline",
                    key(slot),
                    "a miss; " + describe(slot),
                    "a hit at " + beforeNs + " ns");
        }
    }

    /** As {@link #found(int, long)}, and checks that the value is the last one written. */
    void found(int slot, long beforeNs, DirectBuffer value, int offset, int length) {
        final long sequence = ValueCodec.check(value, offset, length, key(slot));
        if (sequence != sequences[slot]
                || length != lengths[slot]
                || beforeNs >= latestEnds[slot]) {
            throw new Violation(
                    sequence == sequences[slot]
                            ? "a value was found after its deadline"
                            : "a value was found that is not the last one written",
                    key(slot),
                    describe(slot),
                    "sequence " + sequence + ", " + length + " bytes, at " + beforeNs + " ns",
                    value,
                    offset,
                    length);
        }
    }

    /** As above, for a value that a callback has already checked. */
    void found(int slot, long beforeNs, long sequence, int length) {
        found(slot, beforeNs);
        if (sequence != sequences[slot] || length != lengths[slot]) {
            throw new Violation(
                    "a value was found that is not the last one written",
                    key(slot),
                    describe(slot),
                    "sequence " + sequence + ", " + length + " bytes");
        }
    }

    /** Records a use. It renews a sliding deadline, at most once per eighth of the idle time. */
    void used(int slot, long beforeNs) {
        if (sliding[slot]) {
            final long idleNs = configuration.cache().expireAfterAccessNs();
            final boolean exact = configuration.cache().promotionDistance() == 0;
            final long end = beforeNs + idleNs - (exact ? 0 : idleNs / 8);
            earliestEnds[slot] = Math.max(earliestEnds[slot], end);
        }
    }

    /** Checks a miss: the value must have been evicted, or may have expired. */
    void missed(int slot, SoakCache cache, SoakKey key) {
        if (!canBeGone(slot)) {
            // An eviction calls the removal handler shortly after the entry has left the index, and
            // before it releases the lock. A removal waits for that lock.
            if (cache.remove(key)) {
                throw new Violation(
                        "a live value was missed", key(slot), describe(slot), "a miss, then a hit");
            }
            if (!canBeGone(slot)) {
                throw lost(slot);
            }
        }
        gone(slot);
    }

    /**
     * Checks a write that found no old value: that value must have been evicted, or may have
     * expired. If the new value has already left, its removal has overwritten the old one's record.
     */
    void replacedNothing(int slot, long newSequence) {
        // In this order, because the new value may leave in between.
        if (!canBeGone(slot) && history.removalCause(key(slot), newSequence) == null) {
            throw lost(slot);
        }
    }

    private Violation lost(int slot) {
        return new Violation(
                "a live value was lost",
                key(slot),
                describe(slot),
                "a miss before "
                        + clock.nanoTime()
                        + " ns; the removal handler recorded: "
                        + history.removalCause(key(slot), sequences[slot]));
    }

    /** Returns whether a miss is correct: evicted on record, or the deadline may have passed. */
    private boolean canBeGone(int slot) {
        return sequences[slot] == NONE
                || history.removalCause(key(slot), sequences[slot]) == RemovalCause.EVICTED
                || clock.nanoTime() >= earliestEnds[slot];
    }

    /** Call this before each write to the key. */
    void begin(int slot) {
        history.withdrawEnd(key(slot));
    }

    /** Records a new value with a new deadline. */
    void written(int slot, long sequence, int length, long ttlNs, long beforeNs, long afterNs) {
        final boolean byDefault = ttlNs == SoakCache.DEFAULT_TTL;
        sequences[slot] = sequence;
        lengths[slot] = length;
        sliding[slot] = byDefault && configuration.sliding();
        if (sliding[slot]) {
            earliestEnds[slot] = beforeNs + configuration.cache().expireAfterAccessNs();
            latestEnds[slot] = NEVER;
        } else {
            setEnds(
                    slot,
                    byDefault ? configuration.cache().defaultTtlNs() : ttlNs,
                    beforeNs,
                    afterNs);
        }
        history.raiseFloor(key(slot), sequence);
        publish(slot);
    }

    /** Records a new value with the old deadline. */
    void rewritten(int slot, long sequence, int length) {
        sequences[slot] = sequence;
        lengths[slot] = length;
        history.raiseFloor(key(slot), sequence);
        publish(slot);
    }

    /** Records a new deadline for the old value. */
    void retimed(int slot, long ttlNs, long beforeNs, long afterNs) {
        sliding[slot] = false;
        setEnds(slot, ttlNs, beforeNs, afterNs);
        publish(slot);
    }

    /** Records that a write changed nothing. */
    void unchanged(int slot) {
        publish(slot);
    }

    /** Records that the key has no value any more. */
    void gone(int slot) {
        if (sequences[slot] != NONE) {
            history.raiseFloor(key(slot), sequences[slot] + 1);
            sequences[slot] = NONE;
        }
    }

    /** Bounds sliding deadlines: while all workers are paused, they end within one idle time. */
    void settle() {
        final long end = clock.nanoTime() + configuration.cache().expireAfterAccessNs();
        for (int slot = 0; slot < sequences.length; slot++) {
            if (sliding[slot]) {
                latestEnds[slot] = end;
            }
        }
    }

    /** Records that another thread has removed everything. */
    void cleared() {
        for (int slot = 0; slot < sequences.length; slot++) {
            gone(slot);
        }
    }

    /** Returns the number of keys that have a value, as far as this model knows. */
    int known() {
        int known = 0;
        for (final long sequence : sequences) {
            known += sequence == NONE ? 0 : 1;
        }
        return known;
    }

    private void setEnds(int slot, long ttlNs, long beforeNs, long afterNs) {
        earliestEnds[slot] = ttlNs == OffHeapCache.NO_TTL ? NEVER : beforeNs + ttlNs;
        latestEnds[slot] = ttlNs == OffHeapCache.NO_TTL ? NEVER : afterNs + ttlNs;
    }

    private void publish(int slot) {
        if (sequences[slot] != NONE && latestEnds[slot] != NEVER) {
            history.publishEnd(key(slot), sequences[slot], latestEnds[slot]);
        }
    }

    private String describe(int slot) {
        return sequences[slot] == NONE
                ? "no value"
                : "sequence "
                        + sequences[slot]
                        + ", "
                        + lengths[slot]
                        + " bytes, deadline "
                        + (earliestEnds[slot] == NEVER
                                ? "none"
                                : earliestEnds[slot]
                                        + (latestEnds[slot] == NEVER
                                                ? " ns or later, sliding"
                                                : " to " + latestEnds[slot] + " ns"));
    }
}
