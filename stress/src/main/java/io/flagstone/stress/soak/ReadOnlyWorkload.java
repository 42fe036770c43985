// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.MultiGet;
import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * Reads keys that other threads write. A value must be whole. It must not be older than the owner's
 * last finished write before the read began, nor older than a value this thread has already seen.
 */
final class ReadOnlyWorkload implements Workload {
    private static final int BATCH = 12;
    private static final long MISSING = Long.MIN_VALUE;

    private final SoakCache cache;
    private final NanoClock clock;
    private final KeyCodec keyCodec;
    private final KeyHistory history;
    private final ThreadBuffers buffers;
    private final SoakKey key;
    private final int keys;
    private final long[] seen;
    private final MultiGet batch = new MultiGet(BATCH);
    private final int[] numbers = new int[BATCH];
    private final long[] minimums = new long[BATCH];
    private final CheckingReader reader = new CheckingReader();

    ReadOnlyWorkload(SoakRound round, SoakCache cache, ThreadBuffers buffers) {
        this.cache = cache;
        this.clock = round.clock();
        this.keyCodec = round.keyCodec();
        this.history = round.history();
        this.buffers = buffers;
        this.key = buffers.key;
        this.keys = round.configuration().keys();
        this.seen = new long[keys];
    }

    @Override
    public void run(Operation operation, RandomChoices choices) {
        final int number = choices.key(keys);
        key.set(number, keyCodec, choices.asLong());
        switch (operation) {
            case READ -> read(number);
            case MULTI_GET -> multiGet(choices);
            case GET_LONG -> getLong(number);
            case CONTAINS -> cache.contains(key);
            case REMAINING_TTL -> remainingTtl(number);
            default -> get(number);
        }
    }

    /** Checks a value from a scan, without its history, which was not looked up before the scan. */
    void scanned(int number, long sequence, DirectBuffer value) {
        check(number, seen[number], sequence, value, 0, value.capacity());
    }

    private void get(int number) {
        final long minimum = minimum(number);
        final long before = clock.nanoTime();
        final int length = cache.get(key, buffers.found, buffers.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            final long sequence = ValueCodec.check(buffers.found, buffers.offset, length, number);
            check(number, minimum, sequence, buffers.found, buffers.offset, length);
            history.checkEnd(number, sequence, before);
        }
    }

    private void multiGet(RandomChoices choices) {
        batch.clear();
        for (int i = 0; i < batch.capacity(); i++) {
            numbers[i] = choices.keyNear(i, keys);
            minimums[i] = minimum(numbers[i]);
            key.set(numbers[i], keyCodec, (i & 1) == 0);
            if (key.asLong()) {
                batch.add(key.number());
            } else {
                batch.add(key.bytes(), key.offset(), key.length());
            }
        }
        final long before = clock.nanoTime();
        cache.get(batch, buffers.found, buffers.offset);
        for (int i = 0; i < batch.size(); i++) {
            final int length = batch.length(i);
            if (length >= 0) {
                final int offset = batch.offset(i);
                final long sequence = ValueCodec.check(buffers.found, offset, length, numbers[i]);
                check(numbers[i], minimums[i], sequence, buffers.found, offset, length);
                history.checkEnd(numbers[i], sequence, before);
            }
        }
    }

    private void getLong(int number) {
        final long minimum = minimum(number);
        final long before = clock.nanoTime();
        final long sequence = cache.getLong(key, ValuePattern.SEQUENCE, MISSING);
        if (sequence != MISSING) {
            checkSequence(number, minimum, sequence);
            history.checkEnd(number, sequence, before);
        }
    }

    private void checkSequence(int number, long minimum, long sequence) {
        if (sequence < minimum) {
            throw new Violation(
                    "a stale value was found",
                    number,
                    "sequence " + minimum + " or later",
                    "sequence " + sequence);
        }
        seen[number] = sequence;
    }

    private void read(int number) {
        final long minimum = minimum(number);
        final long before = clock.nanoTime();
        reader.expect(number);
        if (cache.read(key, reader)) {
            final long sequence = reader.sequence();
            checkSequence(number, minimum, sequence);
            history.checkEnd(number, sequence, before);
        }
    }

    private void remainingTtl(int number) {
        final long remaining = cache.remainingTtlNs(key);
        if (remaining != OffHeapCache.NOT_FOUND && remaining <= 0) {
            throw new Violation(
                    "a time to live is wrong", number, "a positive one", remaining + " ns");
        }
    }

    private long minimum(int number) {
        return Math.max(seen[number], history.minimum(number));
    }

    private void check(
            int number, long minimum, long sequence, DirectBuffer value, int offset, int length) {
        if (sequence < minimum) {
            throw new Violation(
                    "a stale value was found",
                    number,
                    "sequence " + minimum + " or later",
                    "sequence " + sequence,
                    value,
                    offset,
                    length);
        }
        seen[number] = sequence;
    }
}
