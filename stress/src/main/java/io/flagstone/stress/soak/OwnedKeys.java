// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.NanoClock;

/** Every operation on the keys that this thread alone writes: each result is known beforehand. */
final class OwnedKeys implements Target {
    private static final int RARELY = 16;

    private final SoakCache cache;
    private final NanoClock clock;
    private final KeyShape shape;
    private final OwnedState state;
    private final Scratch scratch;
    private final SoakKey key;
    private final Inspector inspector = new Inspector();
    private final Rewriter rewriter = new Rewriter();
    private long before;

    OwnedKeys(Turn turn, SoakCache cache, OwnedState state, Scratch scratch) {
        this.cache = cache;
        this.clock = turn.clock();
        this.shape = turn.shape();
        this.state = state;
        this.scratch = scratch;
        this.key = scratch.key;
    }

    @Override
    public void run(Operation operation, Draw draw) {
        final int slot = draw.key(state.slots());
        key.set(state.key(slot), shape, draw.asLong());
        before = clock.nanoTime();
        switch (operation) {
            case READ -> read(slot);
            case GET_LONG -> getLong(slot);
            case CONTAINS -> present(slot, cache.contains(key), false);
            case PUT -> put(slot, draw.valueLength(), SoakCache.DEFAULT_TTL);
            case PUT_TTL -> put(slot, draw.valueLength(), draw.ttlNs());
            case PUT_IF_ABSENT -> putIfAbsent(slot, draw.valueLength(), draw.ttlOrDefault());
            case REPLACE -> replace(slot, draw.valueLength(), draw.ttlOrDefault());
            case COMPARE_AND_SET ->
                    compareAndSet(slot, draw.valueLength(), draw.otherChoice(RARELY) == 0);
            case UPDATE -> update(slot, draw.otherChoice(RARELY) == 0);
            case REMOVE -> removed(slot, cache.remove(key));
            case REMOVE_IF_EQUAL -> removeIfEqual(slot, draw.otherChoice(RARELY) == 0);
            case GET_AND_REMOVE -> getAndRemove(slot);
            case REMAINING_TTL -> remainingTtl(slot);
            case SET_TTL -> setTtl(slot, draw.ttlNs());
            case PERSIST -> setTtl(slot, OffHeapCache.NO_TTL);
            default -> get(slot, draw.otherChoice(RARELY) == 0);
        }
    }

    /** Reads a key, with everything that must hold for it. */
    void verify(int slot) {
        key.set(state.key(slot), shape, (slot & 1) == 0);
        before = clock.nanoTime();
        get(slot, false);
    }

    private void get(int slot, boolean tooLittleRoom) {
        final int length = state.length(slot);
        if (tooLittleRoom && state.sequence(slot) != 0) {
            final int offset = scratch.found.capacity() - length + 1;
            final int result = cache.get(key, scratch.found, offset);
            if (result >= 0) {
                throw new Violation(
                        "a value was copied out whole where it does not fit",
                        state.key(slot),
                        "a destination of " + (length - 1) + " bytes to be too small",
                        result + " bytes");
            }
            present(slot, result != OffHeapCache.NOT_FOUND, true);
            return;
        }
        final int result = cache.get(key, scratch.found, scratch.offset);
        if (result == OffHeapCache.NOT_FOUND) {
            state.missed(slot, cache, key);
        } else {
            state.found(slot, before, scratch.found, scratch.offset, result);
            state.used(slot, before);
        }
    }

    private void getLong(int slot) {
        final long sequence = cache.getLong(key, ValueCodec.SEQUENCE, Long.MIN_VALUE);
        if (sequence == Long.MIN_VALUE) {
            state.missed(slot, cache, key);
        } else {
            state.found(slot, before, sequence, state.length(slot));
            state.used(slot, before);
        }
    }

    private void read(int slot) {
        inspector.expect(state.key(slot));
        if (cache.read(key, inspector)) {
            state.found(slot, before, inspector.sequence(), inspector.length());
            state.used(slot, before);
        } else {
            state.missed(slot, cache, key);
        }
    }

    private void present(int slot, boolean present, boolean use) {
        if (!present) {
            state.missed(slot, cache, key);
            return;
        }
        state.found(slot, before);
        if (use) {
            state.used(slot, before);
        }
    }

    private void put(int slot, int length, long ttlNs) {
        final long sequence = encodeNext(slot, length);
        if (cache.put(key, scratch.value, scratch.offset, length, ttlNs)) {
            state.replacedNothing(slot, sequence);
        } else {
            state.found(slot, before);
        }
        state.written(slot, sequence, length, ttlNs, before, clock.nanoTime());
    }

    private void putIfAbsent(int slot, int length, long ttlNs) {
        final long sequence = encodeNext(slot, length);
        if (cache.putIfAbsent(key, scratch.value, scratch.offset, length, ttlNs)) {
            state.replacedNothing(slot, sequence);
            state.written(slot, sequence, length, ttlNs, before, clock.nanoTime());
        } else {
            state.found(slot, before);
            state.used(slot, before);
            state.unchanged(slot);
        }
    }

    private void replace(int slot, int length, long ttlNs) {
        final long sequence = encodeNext(slot, length);
        if (cache.replace(key, scratch.value, scratch.offset, length, ttlNs)) {
            state.found(slot, before);
            state.written(slot, sequence, length, ttlNs, before, clock.nanoTime());
        } else {
            state.missed(slot, cache, key);
        }
    }

    private void compareAndSet(int slot, int length, boolean wrong) {
        final long sequence = encodeNext(slot, length);
        final int expectedLength = encodeExpected(slot, wrong);
        if (cache.compareAndSet(
                key,
                scratch.expected,
                scratch.offset,
                expectedLength,
                scratch.value,
                scratch.offset,
                length)) {
            failIfWrong(slot, wrong);
            state.found(slot, before);
            state.rewritten(slot, sequence, length);
        } else if (wrong) {
            state.unchanged(slot);
        } else {
            state.missed(slot, cache, key);
        }
    }

    private void update(int slot, boolean fail) {
        state.begin(slot);
        final long sequence = state.nextSequence();
        rewriter.expect(state.key(slot), sequence, fail);
        boolean failed = false;
        boolean present = true;
        try {
            present = cache.update(key, rewriter);
        } catch (final Rewriter.PlannedFailure planned) {
            failed = true;
        }
        if (!present) {
            state.missed(slot, cache, key);
            return;
        }
        state.found(slot, before, rewriter.sequence(), rewriter.length());
        state.used(slot, before);
        if (failed) {
            state.unchanged(slot);
        } else {
            state.rewritten(slot, sequence, rewriter.length());
        }
    }

    private void removeIfEqual(int slot, boolean wrong) {
        state.begin(slot);
        final int length = encodeExpected(slot, wrong);
        final boolean removed = cache.removeIfEqual(key, scratch.expected, scratch.offset, length);
        if (wrong && !removed) {
            state.unchanged(slot);
        } else {
            failIfWrong(slot, wrong && removed);
            removed(slot, removed);
        }
    }

    private void getAndRemove(int slot) {
        final int length = cache.getAndRemove(key, scratch.found, scratch.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            state.found(slot, before, scratch.found, scratch.offset, length);
        }
        removed(slot, length != OffHeapCache.NOT_FOUND);
    }

    private void removed(int slot, boolean removed) {
        if (removed) {
            state.found(slot, before);
            state.gone(slot);
        } else {
            state.missed(slot, cache, key);
        }
    }

    private void remainingTtl(int slot) {
        final long remaining = cache.remainingTtlNs(key);
        final long after = clock.nanoTime();
        if (remaining == OffHeapCache.NOT_FOUND) {
            state.missed(slot, cache, key);
            return;
        }
        state.found(slot, before);
        final boolean noneExpected = state.earliestEnd(slot) == Long.MAX_VALUE;
        final long least = noneExpected ? remaining : Math.max(1, state.earliestEnd(slot) - after);
        final long most = state.mostRemaining(slot, before);
        if (noneExpected != (remaining == OffHeapCache.NO_TTL)
                || remaining < least
                || remaining > most) {
            throw new Violation(
                    "a time to live is wrong",
                    state.key(slot),
                    noneExpected ? "none" : least + " to " + most + " ns",
                    remaining + " ns");
        }
    }

    private void setTtl(int slot, long ttlNs) {
        state.begin(slot);
        final boolean present =
                ttlNs == OffHeapCache.NO_TTL ? cache.persist(key) : cache.setTtl(key, ttlNs);
        if (present) {
            state.found(slot, before);
            state.retimed(slot, ttlNs, before, clock.nanoTime());
        } else {
            state.missed(slot, cache, key);
        }
    }

    private long encodeNext(int slot, int length) {
        state.begin(slot);
        final long sequence = state.nextSequence();
        ValueCodec.encode(scratch.value, scratch.offset, state.key(slot), sequence, length);
        return sequence;
    }

    /** Lays out the value that is there, or one that cannot be; returns its length. */
    private int encodeExpected(int slot, boolean wrong) {
        final int length = Math.max(ValueCodec.MIN_LENGTH, state.length(slot));
        final long sequence = wrong ? state.nextSequence() : state.sequence(slot);
        ValueCodec.encode(scratch.expected, scratch.offset, state.key(slot), sequence, length);
        return length;
    }

    private void failIfWrong(int slot, boolean wrong) {
        if (wrong) {
            throw new Violation(
                    "a value that is not there was taken for equal",
                    state.key(slot),
                    "false",
                    "true");
        }
    }
}
