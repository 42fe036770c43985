// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;

/**
 * Counters that all threads add to, by every operation that can. They are evicted, expire and are
 * removed like other entries; the listener keeps what they had counted, so the additions of all
 * threads must be found again to the last one.
 */
final class CounterKeys implements Target {
    private static final long MISSING = Long.MIN_VALUE;
    private static final int MAX_DELTA = 100;

    private final SoakCache cache;
    private final KeyShape shape;
    private final Scratch scratch;
    private final SoakKey key;
    private final Inspector inspector = new Inspector();
    private final Rewriter rewriter = new Rewriter();
    private final long[] added = new long[CounterTable.COUNTERS];
    private final long[] seenSequences = new long[CounterTable.COUNTERS];
    private final long[] seenCounts = new long[CounterTable.COUNTERS];
    private final int thread;
    private final int threads;
    private final CounterTable table;
    private final Tally tally;
    private long created;

    CounterKeys(Turn turn, SoakCache cache, Scratch scratch, int thread, Tally tally) {
        this.table = turn.counters();
        this.tally = tally;
        this.cache = cache;
        this.shape = turn.shape();
        this.scratch = scratch;
        this.key = scratch.key;
        this.thread = thread;
        this.threads = turn.threads();
    }

    @Override
    public void run(Operation operation, Draw draw) {
        final int counter = draw.key(CounterTable.COUNTERS);
        final long delta = 1 + draw.otherChoice(MAX_DELTA);
        use(counter, draw.asLong());
        switch (operation) {
            case READ -> read(counter);
            case CONTAINS -> cache.contains(key);
            case PUT_IF_ABSENT -> create(counter, delta, draw);
            case COMPARE_AND_SET -> compareAndSet(counter, delta, draw.counterLength());
            case UPDATE -> update(counter, delta);
            case ADD_TO_LONG -> addAndGetLong(counter, delta, draw);
            case REMOVE -> cache.remove(key);
            case REMOVE_IF_EQUAL -> removeIfEqual(counter);
            case GET_AND_REMOVE -> cache.getAndRemove(key, scratch.found, scratch.offset);
            case REMAINING_TTL -> cache.remainingTtlNs(key);
            case SET_TTL -> cache.setTtl(key, draw.ttlNs());
            case PERSIST -> cache.persist(key);
            default -> get(counter);
        }
    }

    /** What this thread has added. */
    long added(int counter) {
        return added[counter];
    }

    /**
     * The count of a counter while all threads stand still. One that is missing is created, which
     * makes the cache tell of one that has expired.
     */
    long count(int counter) {
        use(counter, true);
        final int length = cache.get(key, scratch.found, scratch.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            ValueCodec.check(scratch.found, scratch.offset, length, KeyShape.counter(counter));
            return ValueCodec.count(scratch.found, scratch.offset);
        }
        encode(counter, nextSequence(), ValueCodec.MIN_COUNTER_LENGTH, 0);
        cache.putIfAbsent(
                key,
                scratch.value,
                scratch.offset,
                ValueCodec.MIN_COUNTER_LENGTH,
                OffHeapCache.NO_TTL);
        return 0;
    }

    /** How many counters are in the cache. */
    int present() {
        int present = 0;
        for (int counter = 0; counter < CounterTable.COUNTERS; counter++) {
            use(counter, true);
            if (cache.contains(key)) {
                present++;
            }
        }
        return present;
    }

    private void use(int counter, boolean asLong) {
        key.set(KeyShape.counter(counter), shape, asLong);
    }

    private int get(int counter) {
        final int length = cache.get(key, scratch.found, scratch.offset);
        if (length != OffHeapCache.NOT_FOUND) {
            final DirectBuffer found = scratch.found;
            seen(
                    counter,
                    ValueCodec.check(found, scratch.offset, length, KeyShape.counter(counter)),
                    ValueCodec.count(found, scratch.offset));
        }
        return length;
    }

    private void read(int counter) {
        inspector.expect(KeyShape.counter(counter));
        if (cache.read(key, inspector)) {
            seen(counter, inspector.sequence(), inspector.count());
        }
    }

    private void create(int counter, long delta, Draw draw) {
        final int length = draw.counterLength();
        encode(counter, nextSequence(), length, delta);
        if (cache.putIfAbsent(key, scratch.value, scratch.offset, length, draw.ttlOrDefault())) {
            added[counter] += delta;
        }
    }

    private void addAndGetLong(int counter, long delta, Draw draw) {
        final long sum = cache.addAndGetLong(key, ValueCodec.COUNT, delta, MISSING);
        if (sum == MISSING) {
            create(counter, delta, draw);
            return;
        }
        added[counter] += delta;
        if (sum < delta) {
            throw new Violation(
                    "a count is less than what was added to it",
                    KeyShape.counter(counter),
                    "at least " + delta,
                    "" + sum);
        }
    }

    private void update(int counter, long delta) {
        rewriter.expect(KeyShape.counter(counter), delta, false);
        if (cache.update(key, rewriter)) {
            added[counter] += delta;
        }
    }

    private void compareAndSet(int counter, long delta, int length) {
        final int oldLength = get(counter);
        if (oldLength == OffHeapCache.NOT_FOUND) {
            return;
        }
        final long sequence = ValueCodec.sequence(scratch.found, scratch.offset);
        final long count = ValueCodec.count(scratch.found, scratch.offset);
        encode(counter, sequence, length, count + delta);
        tally.watch(counter);
        if (cache.compareAndSet(
                key,
                scratch.found,
                scratch.offset,
                oldLength,
                scratch.value,
                scratch.offset,
                length)) {
            added[counter] += delta;
            // A new value of another size may need the very slab that the old one lies in. Then the
            // listener is told of an eviction, but the count lives on.
            table.departed(counter, -tally.watchedCount());
        }
    }

    private void removeIfEqual(int counter) {
        final int length = get(counter);
        if (length != OffHeapCache.NOT_FOUND) {
            cache.removeIfEqual(key, scratch.found, scratch.offset, length);
        }
    }

    /** Until a counter leaves, one thread never sees it fall. */
    private void seen(int counter, long sequence, long count) {
        if (seenSequences[counter] == sequence && count < seenCounts[counter]) {
            throw new Violation(
                    "a count went backwards",
                    KeyShape.counter(counter),
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
                scratch.value, scratch.offset, KeyShape.counter(counter), sequence, length, count);
    }
}
