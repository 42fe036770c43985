// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.HugePages;
import io.flagstone.internal.memory.Region;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.agrona.DirectBuffer;

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
public final class Segment extends SegmentUpdates {
    static {
        resolve(Throwable.class);
    }

    /** Absent or expired. */
    public static final int NOT_FOUND = -1;

    /** The value does not fit the destination. */
    public static final int INSUFFICIENT_CAPACITY = -2;

    /** What a scan returns when it has passed the last bucket. */
    public static final int SCAN_DONE = -1;

    /** The condition of a put does not hold. */
    private static final int REFUSED = -1;

    private final TimesToLive timesToLive;
    private CacheStatistics finalStatistics;

    /** A segment over a zeroed region. */
    public Segment(Region region, SegmentConfig config) {
        super(region, config);
        this.timesToLive = store.timesToLive;
        SegmentDescriptor.writeIdentity(
                region, config.layout(), config.hash().seed(), config.times().tickNs());
    }

    /**
     * Passes if an entry of this size could be put.
     *
     * @throws EntryTooLargeException if it needs more than a slab.
     */
    public void checkFits(int keyLength, int valueLength) {
        store.classFor(EntryLengths.of(keyLength, valueLength));
    }

    /**
     * Writes a value.
     *
     * @param condition a {@link PutCondition}.
     * @param lengths of key and value; see {@link EntryLengths}.
     * @param ttlNs positive, or a constant of {@link TimesToLive}.
     * @return whether the key was absent for {@link PutCondition#ALWAYS}; for the others whether
     *     the value was written.
     * @throws EntryTooLargeException if the entry needs more than a slab.
     */
    public boolean put(
            long condition,
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            Object valueBase,
            long valueAddress,
            long ttlNs) {
        final int sizeClass = store.classFor(lengths);
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            final int old =
                    findForPut(
                            condition, hash, keyBase, keyAddress, EntryLengths.key(lengths), now);
            if (old == REFUSED) {
                return leave(false);
            }
            final long deadline = timesToLive.deadline(old, ttlNs, now);
            final boolean sliding = timesToLive.isSliding(old, ttlNs);
            final int claim = store.claim(old, hash, lengths, sizeClass, now);
            store.write(claim, hash, keyBase, keyAddress, lengths, valueBase, valueAddress);
            store.commit(claim, old, hash, EntryLengths.value(lengths), deadline, sliding, now);
            return leave(old == Region.NONE || condition != PutCondition.ALWAYS);
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
     * Lets a writer write a value where it will lie. The old value, if there is one, stays until
     * the writer returns.
     *
     * @param lengths of key and value; see {@link EntryLengths}.
     * @param ttlNs positive, or a constant of {@link TimesToLive}.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if the entry needs more than a slab.
     */
    public boolean put(
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            long ttlNs,
            ValueUpdater writer) {
        final int sizeClass = store.classFor(lengths);
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            final int old =
                    findForPut(
                            PutCondition.ALWAYS,
                            hash,
                            keyBase,
                            keyAddress,
                            EntryLengths.key(lengths),
                            now);
            final long deadline = timesToLive.deadline(old, ttlNs, now);
            final boolean sliding = timesToLive.isSliding(old, ttlNs);
            final int claim = store.claimChunk(old, hash, lengths, sizeClass, now);
            store.write(claim, hash, keyBase, keyAddress, lengths, writer);
            store.commit(claim, old, hash, EntryLengths.value(lengths), deadline, sliding, now);
            return leave(old == Region.NONE);
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
     * Finds the entry that a put replaces, and removes an expired one. Outdates the leases on the
     * key unless the put is refused.
     *
     * @return the entry, none, or {@link #REFUSED}.
     */
    private int findForPut(
            long condition, long hash, Object keyBase, long keyAddress, int keyLength, long nowNs) {
        int entry = index.find(hash, keyBase, keyAddress, keyLength);
        if (entry != Region.NONE && entries.isExpired(entry, nowNs)) {
            store.remove(entry, RemovalCause.EXPIRED);
            entry = Region.NONE;
        }
        if (condition == PutCondition.IF_ABSENT && entry != Region.NONE) {
            store.use(entry, nowNs);
            return REFUSED;
        }
        if (PutCondition.isLease(condition) && !leases.isCurrent(hash, condition)) {
            return REFUSED;
        }
        leases.outdate(hash);
        return condition == PutCondition.IF_PRESENT && entry == Region.NONE ? REFUSED : entry;
    }

    /**
     * Writes another value over one that is equal to the expected.
     *
     * @param lengths of key and value; see {@link EntryLengths}.
     * @param expected the whole buffer is the expected value.
     * @param ttlNs positive, or a constant of {@link TimesToLive}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry needs more than a slab.
     */
    public boolean compareAndSet(
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            DirectBuffer expected,
            Object valueBase,
            long valueAddress,
            long ttlNs) {
        // Read once: a callback may wrap the buffer around other memory.
        final byte[] expectedBase = expected.byteArray();
        final long expectedAddress = expected.addressOffset();
        final int expectedLength = expected.capacity();
        final int sizeClass = store.classFor(lengths);
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            final int old = find(hash, keyBase, keyAddress, EntryLengths.key(lengths), now);
            if (old != Region.NONE
                    && !ValueBytes.equal(
                            region, old, expectedBase, expectedAddress, expectedLength)) {
                return leave(false);
            }
            leases.outdate(hash);
            if (old == Region.NONE) {
                return leave(false);
            }
            final long deadline = timesToLive.deadline(old, ttlNs, now);
            final boolean sliding = timesToLive.isSliding(old, ttlNs);
            final int claim = store.claim(old, hash, lengths, sizeClass, now);
            store.write(claim, hash, keyBase, keyAddress, lengths, valueBase, valueAddress);
            store.commit(claim, old, hash, EntryLengths.value(lengths), deadline, sliding, now);
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
                    && !ValueBytes.equal(
                            region, entry, expectedBase, expectedAddress, expectedLength)) {
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
                    ValueBytes.copyOut(
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
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.setDeadline(
                    entry,
                    timesToLive.deadline(entry, ttlNs, now),
                    timesToLive.isSliding(entry, ttlNs),
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

    private long timeFor(long ttlNs) {
        return timesToLive.isLimited(ttlNs) ? clock.observe(region) : timeIfArmed();
    }
}
