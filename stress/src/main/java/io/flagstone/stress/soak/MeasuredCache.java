// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.MultiGet;
import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Times the operations of one thread, and counts them for comparison with the cache's statistics.
 * The time includes callbacks. An operation that throws is neither timed nor counted.
 */
final class MeasuredCache implements SoakCache {
    private final SoakCache delegate;
    private final Latencies latencies;
    private final ExpectedStatistics expectedStatistics;

    MeasuredCache(SoakCache delegate, Latencies latencies, ExpectedStatistics expectedStatistics) {
        this.delegate = delegate;
        this.latencies = latencies;
        this.expectedStatistics = expectedStatistics;
    }

    @Override
    public int get(SoakKey key, MutableDirectBuffer destination, int offset) {
        final long start = System.nanoTime();
        final int result = delegate.get(key, destination, offset);
        latencies.record(Operation.GET, start);
        expectedStatistics.read(result != OffHeapCache.NOT_FOUND);
        return result;
    }

    @Override
    public int get(MultiGet batch, MutableDirectBuffer destination, int offset) {
        final long start = System.nanoTime();
        final int result = delegate.get(batch, destination, offset);
        latencies.record(Operation.MULTI_GET, start);
        for (int i = 0; i < batch.size(); i++) {
            expectedStatistics.read(batch.length(i) != OffHeapCache.NOT_FOUND);
        }
        return result;
    }

    @Override
    public long getLong(SoakKey key, int index, long missing) {
        final long start = System.nanoTime();
        final long result = delegate.getLong(key, index, missing);
        latencies.record(Operation.GET_LONG, start);
        expectedStatistics.read(result != missing);
        return result;
    }

    @Override
    public boolean read(SoakKey key, ValueReader reader) {
        final long start = System.nanoTime();
        final boolean result = delegate.read(key, reader);
        latencies.record(Operation.READ, start);
        expectedStatistics.read(result);
        return result;
    }

    @Override
    public boolean contains(SoakKey key) {
        final long start = System.nanoTime();
        final boolean result = delegate.contains(key);
        latencies.record(Operation.CONTAINS, start);
        return result;
    }

    @Override
    public boolean put(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        final long start = System.nanoTime();
        final boolean result = delegate.put(key, value, offset, length, ttlNs);
        latencies.record(ttlNs == DEFAULT_TTL ? Operation.PUT : Operation.PUT_TTL, start);
        return result;
    }

    @Override
    public boolean putIfAbsent(
            SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        final long start = System.nanoTime();
        final boolean result = delegate.putIfAbsent(key, value, offset, length, ttlNs);
        latencies.record(Operation.PUT_IF_ABSENT, start);
        return result;
    }

    @Override
    public boolean replace(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        final long start = System.nanoTime();
        final boolean result = delegate.replace(key, value, offset, length, ttlNs);
        latencies.record(Operation.REPLACE, start);
        return result;
    }

    @Override
    public boolean compareAndSet(
            SoakKey key,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int offset,
            int length) {
        final long start = System.nanoTime();
        final boolean result =
                delegate.compareAndSet(
                        key, expected, expectedOffset, expectedLength, value, offset, length);
        latencies.record(Operation.COMPARE_AND_SET, start);
        return result;
    }

    @Override
    public boolean update(SoakKey key, ValueUpdater updater) {
        final long start = System.nanoTime();
        final boolean result = delegate.update(key, updater);
        latencies.record(Operation.UPDATE, start);
        expectedStatistics.inPlace(result);
        return result;
    }

    @Override
    public long addAndGetLong(SoakKey key, int index, long delta, long missing) {
        final long start = System.nanoTime();
        final long result = delegate.addAndGetLong(key, index, delta, missing);
        latencies.record(Operation.ADD_AND_GET_LONG, start);
        expectedStatistics.inPlace(result != missing);
        return result;
    }

    @Override
    public boolean remove(SoakKey key) {
        final long start = System.nanoTime();
        final boolean result = delegate.remove(key);
        latencies.record(Operation.REMOVE, start);
        expectedStatistics.removed(result);
        return result;
    }

    @Override
    public boolean removeIfEqual(SoakKey key, DirectBuffer expected, int offset, int length) {
        final long start = System.nanoTime();
        final boolean result = delegate.removeIfEqual(key, expected, offset, length);
        latencies.record(Operation.REMOVE_IF_EQUAL, start);
        expectedStatistics.removed(result);
        return result;
    }

    @Override
    public int getAndRemove(SoakKey key, MutableDirectBuffer destination, int offset) {
        final long start = System.nanoTime();
        final int result = delegate.getAndRemove(key, destination, offset);
        latencies.record(Operation.GET_AND_REMOVE, start);
        expectedStatistics.read(result != OffHeapCache.NOT_FOUND);
        expectedStatistics.removed(result >= 0);
        return result;
    }

    @Override
    public long remainingTtlNs(SoakKey key) {
        final long start = System.nanoTime();
        final long result = delegate.remainingTtlNs(key);
        latencies.record(Operation.REMAINING_TTL, start);
        return result;
    }

    @Override
    public boolean setTtl(SoakKey key, long ttlNs) {
        final long start = System.nanoTime();
        final boolean result = delegate.setTtl(key, ttlNs);
        latencies.record(Operation.SET_TTL, start);
        return result;
    }

    @Override
    public boolean persist(SoakKey key) {
        final long start = System.nanoTime();
        final boolean result = delegate.persist(key);
        latencies.record(Operation.PERSIST, start);
        return result;
    }

    @Override
    public long scan(long cursor, int maxEntries, EntryVisitor visitor) {
        final long start = System.nanoTime();
        final long result = delegate.scan(cursor, maxEntries, visitor);
        latencies.record(Operation.SCAN, start);
        return result;
    }

    @Override
    public int doWork() {
        final long start = System.nanoTime();
        final int result = delegate.doWork();
        latencies.record(Operation.DO_WORK, start);
        return result;
    }

    @Override
    public long size() {
        final long start = System.nanoTime();
        final long result = delegate.size();
        latencies.record(Operation.SIZE, start);
        return result;
    }

    @Override
    public CacheStatistics statistics() {
        final long start = System.nanoTime();
        final CacheStatistics result = delegate.statistics();
        latencies.record(Operation.STATISTICS, start);
        return result;
    }
}
