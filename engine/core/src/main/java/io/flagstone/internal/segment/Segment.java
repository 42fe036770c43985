// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.HugePages;
import io.flagstone.internal.memory.Region;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * A share of the cache's keys: what each operation means.
 *
 * <p>Reads are the {@link OptimisticReader}'s and take no lock. Every other operation takes the
 * lock in the form that {@link CriticalSection} describes, reads the clock only if a deadline is at
 * stake, and does its work on the {@link EntryStore}. A write first reclaims what has expired,
 * within the budget. A read never returns an entry at or after its deadline, and leaves it to the
 * next write or duty cycle.
 *
 * <p>Keys come as (hash, base, address, length), where the base is {@link EntryDescriptor#LONG_KEY}
 * for a {@code long} key; values and destinations as (base, address, length). The caller has
 * checked them against their buffers and keeps those reachable.
 *
 * <p>Every write and removal first outdates the {@link Leases} on its key, unless it leaves an
 * entry that is present as it is.
 *
 * <p>Thread-safe. Allocates nothing, save for reports.
 */
public final class Segment extends SegmentReads {
    static {
        resolve(Throwable.class);
    }

    /** Absent or expired. */
    public static final int NOT_FOUND = -1;

    /** The value does not fit the destination. */
    public static final int INSUFFICIENT_CAPACITY = -2;

    /** No time to live. */
    public static final long NO_TTL = Long.MAX_VALUE;

    /** The time to live that the cache was built with. */
    public static final long DEFAULT_TTL = Long.MIN_VALUE;

    /**
     * The deadline of a key that is present stays; for one that is absent, {@link #DEFAULT_TTL}.
     */
    public static final long KEEP_TTL = DEFAULT_TTL + 1;

    /** What a scan returns when it has passed the last bucket. */
    public static final int SCAN_DONE = -1;

    private CacheStatistics finalStatistics;

    /** A segment over a zeroed region. */
    public Segment(Region region, SegmentConfig config) {
        super(region, config);
        SegmentDescriptor.writeIdentity(
                region, config.layout(), config.hash().seed(), config.tickNs());
    }

    /**
     * Passes if an entry of this size could be put.
     *
     * @throws EntryTooLargeException if it needs more than a slab.
     */
    public void checkFits(int keyLength, int valueLength) {
        store.classFor(keyLength, valueLength);
    }

    /**
     * Writes a value.
     *
     * @param condition a {@link PutCondition}.
     * @param ttlNs positive, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link #KEEP_TTL}.
     * @return whether the key was absent for {@link PutCondition#ALWAYS}; for the others whether
     *     the value was written.
     */
    public boolean put(
            long condition,
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long ttlNs) {
        final int sizeClass = store.classFor(keyLength, valueLength);
        final long threadId = enter();
        try {
            lock(threadId);
            final long ttl = ttl(ttlNs);
            final long now = timeFor(ttl);
            store.reclaim(now);

            int entry = index.find(hash, keyBase, keyAddress, keyLength);
            if (entry != Region.NONE && entries.isExpired(entry, now)) {
                store.remove(entry, RemovalCause.EXPIRED);
                entry = Region.NONE;
            }
            final boolean absent = entry == Region.NONE;
            if (condition == PutCondition.IF_ABSENT && !absent) {
                store.use(entry, now);
                return leave(false);
            }
            if (PutCondition.isLease(condition) && !leases.isCurrent(hash, condition)) {
                return leave(false);
            }
            leases.outdate(hash);
            if (condition == PutCondition.IF_PRESENT && absent) {
                return leave(false);
            }
            if (absent) {
                store.insert(
                        hash,
                        sizeClass,
                        keyBase,
                        keyAddress,
                        keyLength,
                        valueBase,
                        valueAddress,
                        valueLength,
                        EntryStore.deadline(ttl, now),
                        isSliding(ttlNs),
                        now);
            } else {
                store.replace(
                        entry,
                        hash,
                        sizeClass,
                        keyBase,
                        keyAddress,
                        keyLength,
                        valueBase,
                        valueAddress,
                        valueLength,
                        deadline(entry, ttlNs, ttl, now),
                        isSliding(entry, ttlNs),
                        now);
            }
            return leave(absent || condition != PutCondition.ALWAYS);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Writes another value over one that is equal to the expected; with a time as for put. */
    public boolean compareAndSet(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object expectedBase,
            long expectedAddress,
            int expectedLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long ttlNs) {
        final int sizeClass = store.classFor(keyLength, valueLength);
        final long threadId = enter();
        try {
            lock(threadId);
            final long ttl = ttl(ttlNs);
            final long now = timeFor(ttl);
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry != Region.NONE
                    && !valueEquals(entry, expectedBase, expectedAddress, expectedLength)) {
                return leave(false);
            }
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.replace(
                    entry,
                    hash,
                    sizeClass,
                    keyBase,
                    keyAddress,
                    keyLength,
                    valueBase,
                    valueAddress,
                    valueLength,
                    deadline(entry, ttlNs, ttl, now),
                    isSliding(entry, ttlNs),
                    now);
            return leave(true);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Lets an updater change a value where it lies; its length stays. */
    public boolean update(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueUpdater updater) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.use(entry, now);
            store.update(entry, updater);
            return leave(true);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Adds to eight bytes of a value.
     *
     * @param missing what to return if the key is absent.
     * @return the sum.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there.
     */
    public long addAndGetLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(missing);
            }
            final int offset = OptimisticReader.longOffset(region, entry, valueIndex);
            store.use(entry, now);
            final long sum = region.getLong(offset) + delta;
            store.putLong(offset, sum);
            return leave(sum);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Removes a key.
     *
     * @param condition {@link PutCondition#ALWAYS} or a lease.
     */
    public boolean remove(
            long condition, long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            if (PutCondition.isLease(condition) && !leases.isCurrent(hash, condition)) {
                return leave(false);
            }
            leases.outdate(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.remove(entry, RemovalCause.REMOVED);
            return leave(true);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Removes a key whose value is equal to the expected. */
    public boolean removeIfEqual(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object expectedBase,
            long expectedAddress,
            int expectedLength) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry != Region.NONE
                    && !valueEquals(entry, expectedBase, expectedAddress, expectedLength)) {
                return leave(false);
            }
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.remove(entry, RemovalCause.REMOVED);
            return leave(true);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Copies a value out and removes it; a value that does not fit stays. */
    public int getAndRemove(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                leases.outdate(hash);
                config.counters().increment(ReadCounters.MISSES, threadId);
                return leave(NOT_FOUND);
            }
            config.counters().increment(ReadCounters.HITS, threadId);
            final int length =
                    OptimisticReader.copyOut(
                            region, entry, keyLength, destinationBase, destination, room);
            if (length != INSUFFICIENT_CAPACITY) {
                leases.outdate(hash);
                store.remove(entry, RemovalCause.REMOVED);
            }
            return leave(length);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Gives a key another time to live, as for put; not a use. */
    public boolean setTtl(long hash, Object keyBase, long keyAddress, int keyLength, long ttlNs) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long ttl = ttl(ttlNs);
            final long now = timeFor(ttl);
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.setDeadline(
                    entry, deadline(entry, ttlNs, ttl, now), isSliding(entry, ttlNs), now);
            return leave(true);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Removes every entry, letting others have the lock after some buckets each time. */
    public void clear() {
        for (int from = 0; from < index.buckets(); from += SCAN_BUCKETS) {
            clear(from, Math.min(index.buckets(), from + SCAN_BUCKETS));
        }
    }

    private void clear(int from, int end) {
        final long threadId = enter();
        try {
            lock(threadId);
            if (from == 0) {
                leases.outdateAll();
            }
            for (int bucket = from; bucket < end; bucket++) {
                clearBucket(bucket);
            }
            leave();
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    private void clearBucket(int bucket) {
        for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
            final int entry = index.entryInSlot(bucket, slot);
            if (entry != Region.NONE) {
                store.remove(entry, RemovalCause.REMOVED);
            }
        }
    }

    /** Reclaims what has expired and goes on with rebalancing, each within its budget. */
    public int doWork(long nowNs) {
        final long threadId = enter();
        final boolean due =
                store.wheel.isDue(clock.sinceBirth(nowNs))
                        || store.rebalancer.isDue()
                        || isAbandoned();
        Reference.reachabilityFence(region);
        if (!due) {
            return 0;
        }
        try {
            lock(threadId);
            final long now = clock.observe(region, nowNs);
            return leave(store.reclaim(now) + store.rebalance(now));
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** The entries held, expired ones included that have not been reclaimed; takes no lock. */
    public long size() {
        final long size = region.getLongOpaque(SegmentDescriptor.ENTRIES);
        Reference.reachabilityFence(region);
        return size;
    }

    /** How many index buckets there are, which bounds a scan's cursor. */
    public int buckets() {
        return index.buckets();
    }

    /** The counts since birth, or as they were when the segment was closed. */
    public CacheStatistics statistics() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            final CacheStatistics statistics =
                    closed ? finalStatistics : SegmentReports.statistics(region, lock.contentions);
            leave();
            return statistics;
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Where the region's bytes are. */
    public MemoryReport memoryReport() {
        final long threadId = enter();
        try {
            lock(threadId);
            final MemoryReport report = SegmentReports.memory(region, config.layout(), entries);
            leave();
            return report;
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** How much of some segments' memory lies in huge pages, in bytes; reads files. */
    public static long hugePageBytes(Segment[] segments) {
        final Region[] regions =
                Arrays.stream(segments).map(one -> one.region).toArray(Region[]::new);
        final long bytes = HugePages.bytesOf(regions);
        Reference.reachabilityFence(regions);
        return bytes;
    }

    /** Walks all state. */
    public AuditResult audit() {
        final long threadId = enter();
        try {
            lock(threadId);
            final AuditResult result = SegmentReports.audit(region, config, entries);
            leave();
            return result;
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Makes every later operation fail; waits for the one under way. */
    public void close() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            if (!closed) {
                finalStatistics = SegmentReports.statistics(region, lock.contentions);
                closed = true;
            }
            leave();
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** The live entry of a key; the time may be 0 if nothing is armed. */
    private int find(long hash, Object keyBase, long keyAddress, int keyLength, long nowNs) {
        final int entry = index.find(hash, keyBase, keyAddress, keyLength);
        return entry == Region.NONE || entries.isExpired(entry, nowNs) ? Region.NONE : entry;
    }

    private boolean valueEquals(int entry, Object base, long address, int length) {
        return EntryDescriptor.valueLength(region, entry) == length
                && region.equal(EntryDescriptor.valueOffset(region, entry), base, address, length);
    }

    private long deadline(int entry, long ttlNs, long ttl, long nowNs) {
        return ttlNs == KEEP_TTL
                ? EntryDescriptor.deadline(region, entry)
                : EntryStore.deadline(ttl, nowNs);
    }

    private boolean isSliding(int entry, long ttlNs) {
        return ttlNs == KEEP_TTL ? EntryDescriptor.isSliding(region, entry) : isSliding(ttlNs);
    }

    private boolean isSliding(long ttlNs) {
        return ttlNs <= KEEP_TTL && config.idleNs() != 0;
    }

    private long ttl(long ttlNs) {
        if (ttlNs > KEEP_TTL) {
            return ttlNs;
        }
        return config.idleNs() != 0 ? config.idleNs() : config.defaultTtlNs();
    }

    private long timeFor(long ttl) {
        return ttl == NO_TTL ? timeIfArmed() : clock.observe(region);
    }

    private long timeIfArmed() {
        return store.wheel.armed() == 0 ? 0 : clock.observe(region);
    }
}
