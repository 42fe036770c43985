// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalCause;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * What a thread knows of the keys that it alone writes: which value is there, and within which
 * bounds its deadline lies. The cache's own reading of the clock lies between the thread's readings
 * before and after the call.
 *
 * <p>A value may be missing only if the listener was told that it left, or if its deadline may have
 * passed. Once it was missing it must not come back.
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

    /** The key of a slot: the threads' keys alternate. */
    int key(int slot) {
        return slot * threads + thread;
    }

    boolean owns(long key) {
        return key % threads == thread && key / threads < slots();
    }

    long nextSequence() {
        return ++lastSequence;
    }

    /** 0 where nothing can be there. */
    long sequence(int slot) {
        return sequences[slot];
    }

    int length(int slot) {
        return lengths[slot];
    }

    long earliestEnd(int slot) {
        return earliestEnds[slot];
    }

    /** The most time a live value can have left at or after the given time. */
    long mostRemaining(int slot, long beforeNs) {
        if (sliding[slot]) {
            return configuration.cache().expireAfterAccessNs();
        }
        return latestEnds[slot] == NEVER ? OffHeapCache.NO_TTL : latestEnds[slot] - beforeNs;
    }

    /** Something was found by an operation that began then; fails if nothing may be there. */
    void found(int slot, long beforeNs) {
        if (sequences[slot] == NONE || beforeNs >= latestEnds[slot]) {
            throw new Violation(
                    sequences[slot] == NONE
                            ? "a key was found that holds nothing any more"
                            : "a key was found after its deadline",
                    key(slot),
                    "a miss; " + describe(slot),
                    "a hit at " + beforeNs + " ns");
        }
    }

    /** As {@link #found(int, long)}, and fails unless it is the value written last. */
    void found(int slot, long beforeNs, DirectBuffer value, int offset, int length) {
        final long sequence = ValueCodec.check(value, offset, length, key(slot));
        if (sequence != sequences[slot]
                || length != lengths[slot]
                || beforeNs >= latestEnds[slot]) {
            throw new Violation(
                    sequence == sequences[slot]
                            ? "a value was found after its deadline"
                            : "a value was found that was not written last",
                    key(slot),
                    describe(slot),
                    "sequence " + sequence + ", " + length + " bytes, at " + beforeNs + " ns",
                    value,
                    offset,
                    length);
        }
    }

    /** As above, for a value that a callback has checked. */
    void found(int slot, long beforeNs, long sequence, int length) {
        found(slot, beforeNs);
        if (sequence != sequences[slot] || length != lengths[slot]) {
            throw new Violation(
                    "a value was found that was not written last",
                    key(slot),
                    describe(slot),
                    "sequence " + sequence + ", " + length + " bytes");
        }
    }

    /** A use that renews a sliding deadline, unless it was renewed within the last eighth. */
    void used(int slot, long beforeNs) {
        if (sliding[slot]) {
            final long idleNs = configuration.cache().expireAfterAccessNs();
            final boolean exact = configuration.cache().promotionDistance() == 0;
            final long end = beforeNs + idleNs - (exact ? 0 : idleNs / 8);
            earliestEnds[slot] = Math.max(earliestEnds[slot], end);
        }
    }

    /** Nothing was found; fails unless that can be explained. */
    void missed(int slot, SoakCache cache, SoakKey key) {
        if (!canBeGone(slot)) {
            // Whoever evicts tells the listener a moment after the entry has left the index, but
            // before it lets go of the lock that a removal has to wait for.
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
     * A write found nothing and put its own value there; fails unless that can be explained. If the
     * new value has left already, what the listener said of the old one is forgotten.
     */
    void replacedNothing(int slot, long newSequence) {
        // In this order, since the new value may leave in between.
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
                        + " ns, and of its leaving the listener was told: "
                        + history.removalCause(key(slot), sequences[slot]));
    }

    /** Whether a miss is as it should be: the listener was told, or time may be up. */
    private boolean canBeGone(int slot) {
        return sequences[slot] == NONE
                || history.removalCause(key(slot), sequences[slot]) == RemovalCause.EVICTED
                || clock.nanoTime() >= earliestEnds[slot];
    }

    /** To be called before a write to the key. */
    void begin(int slot) {
        history.withdrawEnd(key(slot));
    }

    /** The key has a new value with a new deadline. */
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

    /** The key has a new value, and its old deadline. */
    void rewritten(int slot, long sequence, int length) {
        sequences[slot] = sequence;
        lengths[slot] = length;
        history.raiseFloor(key(slot), sequence);
        publish(slot);
    }

    /** The key has a new deadline, and its old value. */
    void retimed(int slot, long ttlNs, long beforeNs, long afterNs) {
        sliding[slot] = false;
        setEnds(slot, ttlNs, beforeNs, afterNs);
        publish(slot);
    }

    /** The write did not happen. */
    void unchanged(int slot) {
        publish(slot);
    }

    /** The key holds nothing any more. */
    void gone(int slot) {
        if (sequences[slot] != NONE) {
            history.raiseFloor(key(slot), sequences[slot] + 1);
            sequences[slot] = NONE;
        }
    }

    /** The clock will stand still: sliding deadlines end an idle time from now. */
    void settle() {
        final long end = clock.nanoTime() + configuration.cache().expireAfterAccessNs();
        for (int slot = 0; slot < sequences.length; slot++) {
            if (sliding[slot]) {
                latestEnds[slot] = end;
            }
        }
    }

    /** Everything was removed by others. */
    void cleared() {
        for (int slot = 0; slot < sequences.length; slot++) {
            gone(slot);
        }
    }

    /** How many keys hold something, as far as is known. */
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
                ? "nothing is there"
                : "sequence "
                        + sequences[slot]
                        + ", "
                        + lengths[slot]
                        + " bytes, deadline "
                        + (earliestEnds[slot] == NEVER
                                ? "none"
                                : earliestEnds[slot]
                                        + (latestEnds[slot] == NEVER
                                                ? " ns or later, by use"
                                                : " to " + latestEnds[slot] + " ns"));
    }
}
