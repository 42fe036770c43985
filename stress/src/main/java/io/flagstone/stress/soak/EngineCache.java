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
import org.agrona.concurrent.UnsafeBuffer;

/** Calls an {@link OffHeapCache}, with a {@code long} or with bytes as the key. */
final class EngineCache implements SoakCache {
    /** Each thread's flyweight around an expected value, so that the soak allocates nothing. */
    private final ThreadLocal<UnsafeBuffer> flyweights =
            ThreadLocal.withInitial(() -> new UnsafeBuffer(0, 0));

    private final OffHeapCache cache;

    EngineCache(OffHeapCache cache) {
        this.cache = cache;
    }

    @Override
    public int get(SoakKey key, MutableDirectBuffer destination, int offset) {
        return key.asLong()
                ? cache.get(key.number(), destination, offset)
                : cache.get(key.bytes(), key.offset(), key.length(), destination, offset);
    }

    @Override
    public int get(MultiGet batch, MutableDirectBuffer destination, int offset) {
        return cache.get(batch, destination, offset);
    }

    @Override
    public long getLong(SoakKey key, int index, long missing) {
        return key.asLong()
                ? cache.getLong(key.number(), index, missing)
                : cache.getLong(key.bytes(), key.offset(), key.length(), index, missing);
    }

    @Override
    public boolean read(SoakKey key, ValueReader reader) {
        return key.asLong()
                ? cache.read(key.number(), reader)
                : cache.read(key.bytes(), key.offset(), key.length(), reader);
    }

    @Override
    public boolean contains(SoakKey key) {
        return key.asLong()
                ? cache.contains(key.number())
                : cache.contains(key.bytes(), key.offset(), key.length());
    }

    @Override
    public boolean put(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        if (key.asLong()) {
            return ttlNs == DEFAULT_TTL
                    ? cache.put(key.number(), value, offset, length)
                    : cache.put(key.number(), value, offset, length, ttlNs);
        }
        return ttlNs == DEFAULT_TTL
                ? cache.put(key.bytes(), key.offset(), key.length(), value, offset, length)
                : cache.put(key.bytes(), key.offset(), key.length(), value, offset, length, ttlNs);
    }

    @Override
    public boolean putIfAbsent(
            SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        if (key.asLong()) {
            return ttlNs == DEFAULT_TTL
                    ? cache.putIfAbsent(key.number(), value, offset, length)
                    : cache.putIfAbsent(key.number(), value, offset, length, ttlNs);
        }
        return ttlNs == DEFAULT_TTL
                ? cache.putIfAbsent(key.bytes(), key.offset(), key.length(), value, offset, length)
                : cache.putIfAbsent(
                        key.bytes(), key.offset(), key.length(), value, offset, length, ttlNs);
    }

    @Override
    public boolean replace(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs) {
        if (key.asLong()) {
            return ttlNs == DEFAULT_TTL
                    ? cache.replace(key.number(), value, offset, length)
                    : cache.replace(key.number(), value, offset, length, ttlNs);
        }
        return ttlNs == DEFAULT_TTL
                ? cache.replace(key.bytes(), key.offset(), key.length(), value, offset, length)
                : cache.replace(
                        key.bytes(), key.offset(), key.length(), value, offset, length, ttlNs);
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
        final UnsafeBuffer whole = flyweights.get();
        whole.wrap(expected, expectedOffset, expectedLength);
        return key.asLong()
                ? cache.compareAndSet(key.number(), whole, value, offset, length)
                : cache.compareAndSet(
                        key.bytes(), key.offset(), key.length(), whole, value, offset, length);
    }

    @Override
    public boolean update(SoakKey key, ValueUpdater updater) {
        return key.asLong()
                ? cache.update(key.number(), updater)
                : cache.update(key.bytes(), key.offset(), key.length(), updater);
    }

    @Override
    public long addAndGetLong(SoakKey key, int index, long delta, long missing) {
        return key.asLong()
                ? cache.addAndGetLong(key.number(), index, delta, missing)
                : cache.addAndGetLong(
                        key.bytes(), key.offset(), key.length(), index, delta, missing);
    }

    @Override
    public boolean remove(SoakKey key) {
        return key.asLong()
                ? cache.remove(key.number())
                : cache.remove(key.bytes(), key.offset(), key.length());
    }

    @Override
    public boolean removeIfEqual(SoakKey key, DirectBuffer expected, int offset, int length) {
        return key.asLong()
                ? cache.removeIfEqual(key.number(), expected, offset, length)
                : cache.removeIfEqual(
                        key.bytes(), key.offset(), key.length(), expected, offset, length);
    }

    @Override
    public int getAndRemove(SoakKey key, MutableDirectBuffer destination, int offset) {
        return key.asLong()
                ? cache.getAndRemove(key.number(), destination, offset)
                : cache.getAndRemove(key.bytes(), key.offset(), key.length(), destination, offset);
    }

    @Override
    public long remainingTtlNs(SoakKey key) {
        return key.asLong()
                ? cache.remainingTtlNs(key.number())
                : cache.remainingTtlNs(key.bytes(), key.offset(), key.length());
    }

    @Override
    public boolean setTtl(SoakKey key, long ttlNs) {
        return key.asLong()
                ? cache.setTtl(key.number(), ttlNs)
                : cache.setTtl(key.bytes(), key.offset(), key.length(), ttlNs);
    }

    @Override
    public boolean persist(SoakKey key) {
        return key.asLong()
                ? cache.persist(key.number())
                : cache.persist(key.bytes(), key.offset(), key.length());
    }

    @Override
    public long scan(long cursor, int maxEntries, EntryVisitor visitor) {
        return cache.scan(cursor, maxEntries, visitor);
    }

    @Override
    public int doWork() {
        return cache.doWork();
    }

    @Override
    public long size() {
        return cache.size();
    }

    @Override
    public CacheStatistics statistics() {
        return cache.statistics();
    }
}
