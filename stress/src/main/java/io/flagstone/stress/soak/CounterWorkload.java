// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;

/**
 * Adds to counters that all threads share, with every operation that can. Counters are evicted,
 * expire and are removed like other entries. The removal handler keeps the counts of those, so no
 * addition of any thread may be missing in the end.
 */
final class CounterWorkload implements Workload {
    private static final long MISSING = Long.MIN_VALUE;
    private static final int MAX_DELTA = 100;

    private final SoakCache cache;
    private final KeyCodec keyCodec;
    private final ThreadBuffers buffers;
    private final SoakKey key;
    private final CheckingReader reader = new CheckingReader();
    private final RewritingUpdater updater = new RewritingUpdater();
    private final long[] added = new long[RemovedCounterTotals.COUNTERS];
    private final long[] seenSequences = new long[RemovedCounterTotals.COUNTERS];
    private final long[] seenCounts = new long[RemovedCounterTotals.COUNTERS];
    private final int thread;
    private final int threads;
    private final RemovedCounterTotals removedCounters;
    private final ExpectedStatistics expectedStatistics;
    private long created;

    CounterWorkload(
            SoakRound round,
            SoakCache cache,
            ThreadBuffers buffers,
            int thread,
            ExpectedStatistics expectedStatistics) {
        this.removedCounters = round.removedCounters();
        this.expectedStatistics = expectedStatistics;
        this.cache = cache;
        this.keyCodec = round.keyCodec();
        this.buffers = buffers;
        this.key = buffers.key;
        this.thread = thread;
        this.threads = round.threads();
    }

    @Override
    public void run(Operation operation, RandomChoices choices) {
        final int counter = choices.key(RemovedCounterTotals.COUNTERS);
        final long delta = 1 + choices.otherNumberBelow(MAX_DELTA);
        use(counter, choices.asLong());
        switch (operation) {
            case READ -> read(counter);
            case CONTAINS -> cache.contains(key);
            case PUT_IF_ABSENT -> create(counter, delta, choices);
            case COMPARE_AND_SET -> compareAndSet(counter, delta, choices.counterLength());
            case UPDATE -> update(counter, delta);
            case ADD_AND_GET_LONG -> addAndGetLong(counter, delta, choices);
            case REMOVE -> cache.remove(key);
            case REMOVE_IF_EQUAL -> removeIfEqual(counter);
            case GET_AND_REMOVE -> cache.getAndRemove(key, buffers.found, buffers.offset);
            case REMAINING_TTL -> cache.remainingTtlNs(key);
            case SET_TTL -> cache.setTtl(key, choices.ttlNs());
            case PERSIST -> cache.persist(key);
            default -> get(counter);
        }
    }

    /** Returns the sum that this thread has added to the counter. */
    long added(int counter) {
        return added[counter];
    }

    /**
     * Returns the count of a counter. Call this only while all threads are paused. Creates a
     * missing counter with count 0, so that the cache reports the removal of an expired one.
     */
    long count(int counter) {
        use(counter, true);
        final int length = cache.get(key, buffers.found, buffers.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            ValueCodec.check(buffers.found, buffers.offset, length, KeyCodec.counter(counter));
            return ValueCodec.count(buffers.found, buffers.offset);
        }
        encode(counter, nextSequence(), ValueCodec.MIN_COUNTER_LENGTH, 0);
        cache.putIfAbsent(
                key,
                buffers.value,
                buffers.offset,
                ValueCodec.MIN_COUNTER_LENGTH,
                OffHeapCache.NO_TTL);
        return 0;
    }

    /** Returns the number of counters in the cache. */
    int present() {
        int present = 0;
        for (int counter = 0; counter < RemovedCounterTotals.COUNTERS; counter++) {
            use(counter, true);
            if (cache.contains(key)) {
                present++;
            }
        }
        return present;
    }

    private void use(int counter, boolean asLong) {
        key.set(KeyCodec.counter(counter), keyCodec, asLong);
    }

    private int get(int counter) {
        final int length = cache.get(key, buffers.found, buffers.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            final DirectBuffer found = buffers.found;
            seen(
                    counter,
                    ValueCodec.check(found, buffers.offset, length, KeyCodec.counter(counter)),
                    ValueCodec.count(found, buffers.offset));
        }
        return length;
    }

    private void read(int counter) {
        reader.expect(KeyCodec.counter(counter));
        if (cache.read(key, reader)) {
            seen(counter, reader.sequence(), reader.count());
        }
    }

    private void create(int counter, long delta, RandomChoices choices) {
        final int length = choices.counterLength();
        encode(counter, nextSequence(), length, delta);
        if (cache.putIfAbsent(key, buffers.value, buffers.offset, length, choices.ttlOrDefault())) {
            added[counter] += delta;
        }
    }

    private void addAndGetLong(int counter, long delta, RandomChoices choices) {
        final long sum = cache.addAndGetLong(key, ValueCodec.COUNT, delta, MISSING);
        if (sum == MISSING) {
            create(counter, delta, choices);
            return;
        }
        added[counter] += delta;
        if (sum < delta) {
            throw new Violation(
                    "a count is less than what was added to it",
                    KeyCodec.counter(counter),
                    "at least " + delta,
                    "" + sum);
        }
    }

    private void update(int counter, long delta) {
        updater.expect(KeyCodec.counter(counter), delta, false);
        if (cache.update(key, updater)) {
            added[counter] += delta;
        }
    }

    private void compareAndSet(int counter, long delta, int length) {
        final int oldLength = get(counter);
        if (oldLength == OffHeapCache.NOT_FOUND) {
            return;
        }
        final long sequence = ValueCodec.sequence(buffers.found, buffers.offset);
        final long count = ValueCodec.count(buffers.found, buffers.offset);
        encode(counter, sequence, length, count + delta);
        expectedStatistics.watch(counter);
        if (cache.compareAndSet(
                key,
                buffers.found,
                buffers.offset,
                oldLength,
                buffers.value,
                buffers.offset,
                length)) {
            added[counter] += delta;
            // A new value of another size may take the slab of the old one. The cache then reports
            // an eviction, but the count lives on.
            removedCounters.add(counter, -expectedStatistics.watchedCount());
        }
    }

    private void removeIfEqual(int counter) {
        final int length = get(counter);
        if (length != OffHeapCache.NOT_FOUND) {
            cache.removeIfEqual(key, buffers.found, buffers.offset, length);
        }
    }

    /** Checks that the count of a counter does not fall before the counter leaves. */
    private void seen(int counter, long sequence, long count) {
        if (seenSequences[counter] == sequence && count < seenCounts[counter]) {
            throw new Violation(
                    "a count went backwards",
                    KeyCodec.counter(counter),
                    "at least " + seenCounts[counter],
                    "" + count);
        }
        seenSequences[counter] = sequence;
        seenCounts[counter] = count;
    }

    private long nextSequence() {
        return ++created * threads + thread;
    }

    private void encode(int counter, long sequence, int length, long count) {
        ValueCodec.encodeCounter(
                buffers.value, buffers.offset, KeyCodec.counter(counter), sequence, length, count);
    }
}
