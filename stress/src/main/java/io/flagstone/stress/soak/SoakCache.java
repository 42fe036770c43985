// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.MultiGet;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The operations of a cache, with one type for all keys. This is an interface, so that
 * measurements, and faults in tests, can wrap the cache.
 */
interface SoakCache {
    /** Selects the cache's default time to live. */
    long DEFAULT_TTL = 0;

    int get(SoakKey key, MutableDirectBuffer destination, int offset);

    int get(MultiGet batch, MutableDirectBuffer destination, int offset);

    long getLong(SoakKey key, int index, long missing);

    boolean read(SoakKey key, ValueReader reader);

    boolean contains(SoakKey key);

    boolean put(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs);

    boolean putIfAbsent(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs);

    boolean replace(SoakKey key, DirectBuffer value, int offset, int length, long ttlNs);

    boolean compareAndSet(
            SoakKey key,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int offset,
            int length);

    boolean update(SoakKey key, ValueUpdater updater);

    long addAndGetLong(SoakKey key, int index, long delta, long missing);

    boolean remove(SoakKey key);

    boolean removeIfEqual(SoakKey key, DirectBuffer expected, int offset, int length);

    int getAndRemove(SoakKey key, MutableDirectBuffer destination, int offset);

    long remainingTtlNs(SoakKey key);

    boolean setTtl(SoakKey key, long ttlNs);

    boolean persist(SoakKey key);

    long scan(long cursor, int maxEntries, EntryVisitor visitor);

    int doWork();

    long size();

    CacheStatistics statistics();
}
