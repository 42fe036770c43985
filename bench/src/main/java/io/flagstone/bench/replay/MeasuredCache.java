// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.OffHeapCache;
import io.flagstone.api.ValueUpdater;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Measures the latency of each operation of the cache and counts requests: a request is a {@code
 * get} or an {@code update}, which hits or misses.
 */
public final class MeasuredCache {
    private final OffHeapCache cache;
    private final Latencies latencies = new Latencies();
    private long hits;
    private long misses;
    private long hitBytes;

    /**
     * Measures a cache.
     *
     * @param cache the cache.
     */
    public MeasuredCache(OffHeapCache cache) {
        this.cache = cache;
    }

    int get(long key, MutableDirectBuffer to) {
        final long start = System.nanoTime();
        final int result = cache.get(key, to, 0);
        record(Operation.GET, start);
        return count(result);
    }

    int get(DirectBuffer key, int keyLength, MutableDirectBuffer to) {
        final long start = System.nanoTime();
        final int result = cache.get(key, 0, keyLength, to, 0);
        record(Operation.GET, start);
        return count(result);
    }

    boolean update(long key, ValueUpdater updater) {
        final long start = System.nanoTime();
        final boolean found = cache.update(key, updater);
        record(Operation.UPDATE, start);
        count(found ? 0 : OffHeapCache.NOT_FOUND);
        return found;
    }

    boolean put(long key, DirectBuffer value, int length, long ttlNs) {
        final long start = System.nanoTime();
        final boolean absent = cache.put(key, value, 0, length, ttlNs);
        record(Operation.PUT, start);
        return absent;
    }

    boolean put(DirectBuffer key, int keyLength, DirectBuffer value, int length, long ttlNs) {
        final long start = System.nanoTime();
        final boolean absent = cache.put(key, 0, keyLength, value, 0, length, ttlNs);
        record(Operation.PUT, start);
        return absent;
    }

    boolean setTtl(long key, long ttlNs) {
        final long start = System.nanoTime();
        final boolean found = cache.setTtl(key, ttlNs);
        record(Operation.SET_TTL, start);
        return found;
    }

    private void record(Operation operation, long start) {
        latencies.record(operation, System.nanoTime() - start);
    }

    private int count(int result) {
        if (result == OffHeapCache.NOT_FOUND) {
            misses++;
        } else {
            hits++;
            hitBytes += Math.max(0, result);
        }
        return result;
    }

    OffHeapCache cache() {
        return cache;
    }

    /**
     * Returns the latencies so far.
     *
     * @return the latencies of the operations.
     */
    public Latencies latencies() {
        return latencies;
    }

    long hits() {
        return hits;
    }

    /** Returns how many bytes the values had that gets found. */
    long hitBytes() {
        return hitBytes;
    }

    long misses() {
        return misses;
    }
}
