// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.NanoClock;

/** Runs every operation on the keys that only this thread writes, so each result is known. */
final class OwnedKeyWorkload implements Workload {
    private static final int RARELY = 16;

    private final SoakCache cache;
    private final NanoClock clock;
    private final KeyCodec keyCodec;
    private final OwnedKeyModel model;
    private final ThreadBuffers buffers;
    private final SoakKey key;
    private final CheckingReader reader = new CheckingReader();
    private final RewritingUpdater updater = new RewritingUpdater();
    private long before;

    OwnedKeyWorkload(SoakRound round, SoakCache cache, OwnedKeyModel model, ThreadBuffers buffers) {
        this.cache = cache;
        this.clock = round.clock();
        this.keyCodec = round.keyCodec();
        this.model = model;
        this.buffers = buffers;
        this.key = buffers.key;
    }

    @Override
    public void run(Operation operation, RandomChoices choices) {
        final int slot = choices.key(model.slots());
        key.set(model.key(slot), keyCodec, choices.asLong());
        before = clock.nanoTime();
        switch (operation) {
            case READ -> read(slot);
            case GET_LONG -> getLong(slot);
            case CONTAINS -> present(slot, cache.contains(key), false);
            case PUT -> put(slot, choices.valueLength(), SoakCache.DEFAULT_TTL);
            case PUT_TTL -> put(slot, choices.valueLength(), choices.ttlNs());
            case PUT_IF_ABSENT -> putIfAbsent(slot, choices.valueLength(), choices.ttlOrDefault());
            case REPLACE -> replace(slot, choices.valueLength(), choices.ttlOrDefault());
            case COMPARE_AND_SET ->
                    compareAndSet(
                            slot, choices.valueLength(), choices.otherNumberBelow(RARELY) == 0);
            case UPDATE -> update(slot, choices.otherNumberBelow(RARELY) == 0);
            case REMOVE -> removed(slot, cache.remove(key));
            case REMOVE_IF_EQUAL -> removeIfEqual(slot, choices.otherNumberBelow(RARELY) == 0);
            case GET_AND_REMOVE -> getAndRemove(slot);
            case REMAINING_TTL -> remainingTtl(slot);
            case SET_TTL -> setTtl(slot, choices.ttlNs());
            case PERSIST -> setTtl(slot, OffHeapCache.NO_TTL);
            default -> get(slot, choices.otherNumberBelow(RARELY) == 0);
        }
    }

    /** Reads a key and checks the result. */
    void verify(int slot) {
        key.set(model.key(slot), keyCodec, (slot & 1) == 0);
        before = clock.nanoTime();
        get(slot, false);
    }

    private void get(int slot, boolean tooLittleRoom) {
        final int length = model.length(slot);
        if (tooLittleRoom && model.sequence(slot) != 0) {
            final int offset = buffers.found.capacity() - length + 1;
            final int result = cache.get(key, buffers.found, offset);
            if (result >= 0) {
                throw new Violation(
                        "a value was copied to a destination that is too small",
                        model.key(slot),
                        "a destination of " + (length - 1) + " bytes to be too small",
                        result + " bytes");
            }
            present(slot, result != OffHeapCache.NOT_FOUND, true);
            return;
        }
        final int result = cache.get(key, buffers.found, buffers.offset);
        if (result == OffHeapCache.NOT_FOUND) {
            model.missed(slot, cache, key);
        } else {
            model.found(slot, before, buffers.found, buffers.offset, result);
            model.used(slot, before);
        }
    }

    private void getLong(int slot) {
        final long sequence = cache.getLong(key, ValuePattern.SEQUENCE, Long.MIN_VALUE);
        if (sequence == Long.MIN_VALUE) {
            model.missed(slot, cache, key);
        } else {
            model.found(slot, before, sequence, model.length(slot));
            model.used(slot, before);
        }
    }

    private void read(int slot) {
        reader.expect(model.key(slot));
        if (cache.read(key, reader)) {
            model.found(slot, before, reader.sequence(), reader.length());
            model.used(slot, before);
        } else {
            model.missed(slot, cache, key);
        }
    }

    private void present(int slot, boolean present, boolean use) {
        if (!present) {
            model.missed(slot, cache, key);
            return;
        }
        model.found(slot, before);
        if (use) {
            model.used(slot, before);
        }
    }

    private void put(int slot, int length, long ttlNs) {
        final long sequence = encodeNext(slot, length);
        if (cache.put(key, buffers.value, buffers.offset, length, ttlNs)) {
            model.replacedNothing(slot, sequence);
        } else {
            model.found(slot, before);
        }
        model.written(slot, sequence, length, ttlNs, before, clock.nanoTime());
    }

    private void putIfAbsent(int slot, int length, long ttlNs) {
        final long sequence = encodeNext(slot, length);
        if (cache.putIfAbsent(key, buffers.value, buffers.offset, length, ttlNs)) {
            model.replacedNothing(slot, sequence);
            model.written(slot, sequence, length, ttlNs, before, clock.nanoTime());
        } else {
            model.found(slot, before);
            model.used(slot, before);
            model.unchanged(slot);
        }
    }

    private void replace(int slot, int length, long ttlNs) {
        final long sequence = encodeNext(slot, length);
        if (cache.replace(key, buffers.value, buffers.offset, length, ttlNs)) {
            model.found(slot, before);
            model.written(slot, sequence, length, ttlNs, before, clock.nanoTime());
        } else {
            model.missed(slot, cache, key);
        }
    }

    private void compareAndSet(int slot, int length, boolean wrong) {
        final long sequence = encodeNext(slot, length);
        final int expectedLength = encodeExpected(slot, wrong);
        if (cache.compareAndSet(
                key,
                buffers.expected,
                buffers.offset,
                expectedLength,
                buffers.value,
                buffers.offset,
                length)) {
            failIfWrong(slot, wrong);
            model.found(slot, before);
            model.rewritten(slot, sequence, length);
        } else if (wrong) {
            model.unchanged(slot);
        } else {
            model.missed(slot, cache, key);
        }
    }

    private void update(int slot, boolean fail) {
        model.begin(slot);
        final long sequence = model.nextSequence();
        updater.expect(model.key(slot), sequence, fail);
        boolean failed = false;
        boolean present = true;
        try {
            present = cache.update(key, updater);
        } catch (final RewritingUpdater.PlannedFailure planned) {
            failed = true;
        }
        if (!present) {
            model.missed(slot, cache, key);
            return;
        }
        model.found(slot, before, updater.sequence(), updater.length());
        model.used(slot, before);
        if (failed) {
            model.unchanged(slot);
        } else {
            model.rewritten(slot, sequence, updater.length());
        }
    }

    private void removeIfEqual(int slot, boolean wrong) {
        model.begin(slot);
        final int length = encodeExpected(slot, wrong);
        final boolean removed = cache.removeIfEqual(key, buffers.expected, buffers.offset, length);
        if (wrong && !removed) {
            model.unchanged(slot);
        } else {
            failIfWrong(slot, wrong && removed);
            removed(slot, removed);
        }
    }

    private void getAndRemove(int slot) {
        final int length = cache.getAndRemove(key, buffers.found, buffers.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            model.found(slot, before, buffers.found, buffers.offset, length);
        }
        removed(slot, length != OffHeapCache.NOT_FOUND);
    }

    private void removed(int slot, boolean removed) {
        if (removed) {
            model.found(slot, before);
            model.gone(slot);
        } else {
            model.missed(slot, cache, key);
        }
    }

    private void remainingTtl(int slot) {
        final long remaining = cache.remainingTtlNs(key);
        final long after = clock.nanoTime();
        if (remaining == OffHeapCache.NOT_FOUND) {
            model.missed(slot, cache, key);
            return;
        }
        model.found(slot, before);
        final boolean noneExpected = model.earliestEnd(slot) == Long.MAX_VALUE;
        final long least = noneExpected ? remaining : Math.max(1, model.earliestEnd(slot) - after);
        final long most = model.mostRemaining(slot, before);
        if (noneExpected != (remaining == OffHeapCache.NO_TTL)
                || remaining < least
                || remaining > most) {
            throw new Violation(
                    "a time to live is wrong",
                    model.key(slot),
                    noneExpected ? "none" : least + " to " + most + " ns",
                    remaining + " ns");
        }
    }

    private void setTtl(int slot, long ttlNs) {
        model.begin(slot);
        final boolean present =
                ttlNs == OffHeapCache.NO_TTL ? cache.persist(key) : cache.setTtl(key, ttlNs);
        if (present) {
            model.found(slot, before);
            model.retimed(slot, ttlNs, before, clock.nanoTime());
        } else {
            model.missed(slot, cache, key);
        }
    }

    private long encodeNext(int slot, int length) {
        model.begin(slot);
        final long sequence = model.nextSequence();
        ValueCodec.encode(buffers.value, buffers.offset, model.key(slot), sequence, length);
        return sequence;
    }

    /**
     * Encodes the key's current value, or a wrong one, as the expected value; returns its length.
     */
    private int encodeExpected(int slot, boolean wrong) {
        final int length = Math.max(ValueCodec.MIN_LENGTH, model.length(slot));
        final long sequence = wrong ? model.nextSequence() : model.sequence(slot);
        ValueCodec.encode(buffers.expected, buffers.offset, model.key(slot), sequence, length);
        return length;
    }

    private void failIfWrong(int slot, boolean wrong) {
        if (wrong) {
            throw new Violation(
                    "a wrong expected value was taken for equal", model.key(slot), "false", "true");
        }
    }
}
