// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.MultiGet;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Passes every call to another cache. Faulty caches extend this class. */
class DelegatingCache implements SoakCache {
    private final SoakCache delegate;

    DelegatingCache(SoakCache delegate) {
        this.delegate = delegate;
    }

    @Override
    public int get(SoakKey key, MutableDirectBuffer destination, int offset) {
        return delegate.get(key, destination, offset);
    }

    @Override
    public int get(MultiGet batch, MutableDirectBuffer destination, int offset) {
        return delegate.get(batch, destination, offset);
    }

    @Override
    public long getLong(SoakKey key, int index, long missing) {
        return delegate.getLong(key, index, missing);
    }

    @Override
    public boolean read(SoakKey key, ValueReader reader) {
        return delegate.read(key, reader);
    }

    @Override
    public boolean contains(SoakKey key) {
        return delegate.contains(key);
    }

    @Override
    public boolean put(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        return delegate.put(key, value, offset, length, ttlNs);
    }

    @Override
    public boolean putIfAbsent(
            SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        return delegate.putIfAbsent(key, value, offset, length, ttlNs);
    }

    @Override
    public boolean replace(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        return delegate.replace(key, value, offset, length, ttlNs);
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
        return delegate.compareAndSet(
                key, expected, expectedOffset, expectedLength, value, offset, length);
    }

    @Override
    public boolean update(SoakKey key, ValueUpdater updater) {
        return delegate.update(key, updater);
    }

    @Override
    public long addAndGetLong(SoakKey key, int index, long delta, long missing) {
        return delegate.addAndGetLong(key, index, delta, missing);
    }

    @Override
    public boolean remove(SoakKey key) {
        return delegate.remove(key);
    }

    @Override
    public boolean removeIfEqual(SoakKey key, DirectBuffer expected, int offset, int length) {
        return delegate.removeIfEqual(key, expected, offset, length);
    }

    @Override
    public int getAndRemove(SoakKey key, MutableDirectBuffer destination, int offset) {
        return delegate.getAndRemove(key, destination, offset);
    }

    @Override
    public long remainingTtlNs(SoakKey key) {
        return delegate.remainingTtlNs(key);
    }

    @Override
    public boolean setTtl(SoakKey key, long ttlNs) {
        return delegate.setTtl(key, ttlNs);
    }

    @Override
    public boolean persist(SoakKey key) {
        return delegate.persist(key);
    }

    @Override
    public long scan(long cursor, int maxEntries, EntryVisitor visitor) {
        return delegate.scan(cursor, maxEntries, visitor);
    }

    @Override
    public int doWork() {
        return delegate.doWork();
    }

    @Override
    public long size() {
        return delegate.size();
    }

    @Override
    public CacheStatistics statistics() {
        return delegate.statistics();
    }
}
