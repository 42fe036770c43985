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
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.HugePages;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.SegmentDamagedException.Reason;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * A share of the cache's keys, with the operations on them.
 *
 * <p>{@link OptimisticReader} reads without the lock. Every other operation takes the lock in the
 * form that {@link CriticalSection} describes, reads the clock only if a deadline matters, and does
 * its work on the {@link EntryStore}. A write first reclaims expired entries, within the budget. A
 * read never returns an entry at or after its deadline. It leaves the entry to the next write or
 * duty cycle.
 *
 * <p>Keys are passed as (hash, base, address, length), where the base is {@link
 * EntryDescriptor#LONG_KEY} for a {@code long} key. Values and destinations are passed as (base,
 * address, length). The caller has checked them against their buffers and keeps the buffers
 * reachable.
 *
 * <p>Every write and removal first outdates the {@link Leases} on its key, unless it leaves a
 * present entry unchanged.
 *
 * <p>Thread-safe. Allocates nothing, except for reports.
 */
public final class Segment extends SegmentChanges {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    /** The key is absent or its entry has expired. */
    public static final int NOT_FOUND = -1;

    /** The value does not fit the destination. */
    public static final int INSUFFICIENT_CAPACITY = -2;

    /** The result of a scan that has passed the last bucket. */
    public static final int SCAN_DONE = -1;

    /** The condition of a put does not hold. */
    private static final int PUT_REFUSED = -1;

    /** The key is known to be absent. Not the length of a key. */
    private static final int ABSENT = -1;

    /** The size from which a region is assumed to exceed the processor's own caches. */
    private static final int LARGE_REGION_BYTES = 4 << 20;

    private final boolean large;
    private CacheStatistics finalStatistics;

    /** Creates a segment over a region that is laid out or will be, by {@link #format}. */
    public Segment(Region region, SegmentConfig config) {
        super(region, config);
        this.large = region.capacity() >= LARGE_REGION_BYTES;
    }

    /** Lays out an empty segment in the region, which must be zeroed. */
    public void format() {
        store.layOut();
        SegmentDescriptor.writeIdentity(
                region, config.layout(), config.hash().seed(), config.times().tickNs());
    }

    /**
     * Continues a region that another process has closed, with its entries, their deadlines and
     * their order of use. The counts of events begin anew, as if the entries had been inserted.
     * Takes constant time. Call this before any other operation.
     *
     * @throws SegmentDamagedException if the region was not closed, or was laid out by another
     *     version or for another configuration.
     */
    public void attach() {
        SegmentRecovery.attach(region, config, store);
        Reference.reachabilityFence(region);
    }

    /**
     * Stores the checksum of a region whose segment is closed. Reads every byte of it.
     *
     * @param region no thread may write to it from now on.
     */
    public static void seal(Region region) {
        SegmentSeal.put(region);
        Reference.reachabilityFence(region);
    }

    /**
     * Checks that no byte of a closed region has changed since {@link #seal}. Reads every byte of
     * it.
     *
     * @throws SegmentDamagedException if one has.
     */
    public static void checkSeal(Region region) {
        if (!SegmentSeal.isWhole(region)) {
            throw new SegmentDamagedException(Reason.SEAL, "its checksum is wrong");
        }
        Reference.reachabilityFence(region);
    }

    /**
     * Rebuilds a region whose process ended without closing it, from the entries that it has
     * written completely. If this is interrupted, it can start again. Call this before any other
     * operation.
     *
     * @param nowNs the present time of the cache's clock.
     * @throws SegmentDamagedException if the region holds what no segment has written.
     * @throws IllegalStateException if the layout is not persistent.
     */
    public RecoveryCounts recoverEntries(long nowNs) {
        final RecoveryCounts counts = new SegmentRecovery(region, config, store).recover(nowNs);
        Reference.reachabilityFence(region);
        return counts;
    }

    /**
     * Returns the latest time that a segment has acted on, in nanoseconds since the cache's birth.
     * After {@link #attach} or {@link #recoverEntries}, the segment's time continues from there
     * even if its clock shows an earlier one. Takes no lock.
     */
    public static long latestTimeNs(Region region) {
        final long time = SegmentClock.latest(region);
        Reference.reachabilityFence(region);
        return time;
    }

    /**
     * Returns a cursor over all entries, for a cache that takes them over. Until it is done, nobody
     * may use the segment.
     */
    public EntryCursor entriesByUse() {
        return new EntryCursor(region, store.order.allLists(), config.layout().classes().count());
    }

    /**
     * Checks that an entry of this size fits.
     *
     * @throws EntryTooLargeException if the entry needs more than a slab.
     */
    public void checkFits(int keyLength, int valueLength) {
        store.classFor(EntryLengths.of(keyLength, valueLength));
    }

    /**
     * Writes a value.
     *
     * @param condition a {@link PutCondition}.
     * @param lengths the lengths of key and value; see {@link EntryLengths}.
     * @param ttlNs positive, or a constant of {@link TimesToLive}.
     * @return for {@link PutCondition#ALWAYS}, whether the key was absent; otherwise whether the
     *     value was written.
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
        if (large) {
            store.recycling.prefetch(hash, sizeClass);
        }
        final long inPlace =
                condition == PutCondition.ALWAYS || condition == PutCondition.IF_PRESENT
                        ? putInPlace(
                                hash,
                                keyBase,
                                keyAddress,
                                lengths,
                                valueBase,
                                valueAddress,
                                ttlNs,
                                threadId)
                        : NEEDS_LOCK;
        if (inPlace == WRITTEN) {
            return condition != PutCondition.ALWAYS;
        }
        try {
            lock(threadId);
            SegmentVersion.fetch(region);
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            final boolean absent = SegmentVersion.isCurrent(region, ~inPlace);
            final int keyLength = absent ? ABSENT : EntryLengths.key(lengths);
            final int old = findForPut(condition, hash, keyBase, keyAddress, keyLength, now);
            lock.inserted = old == Region.NONE;
            if (old == PUT_REFUSED) {
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
     * Lets a writer write a value in its final place. The old value, if there is one, stays until
     * the writer returns.
     *
     * @param lengths the lengths of key and value; see {@link EntryLengths}.
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
     * Finds the entry that a put replaces, and removes it if it has expired. Outdates the leases on
     * the key unless the put is refused.
     *
     * @param keyLength the key's length, or {@link #ABSENT} if the key is known to be absent.
     * @return the entry, none, or {@link #PUT_REFUSED}.
     */
    private int findForPut(
            long condition, long hash, Object keyBase, long keyAddress, int keyLength, long nowNs) {
        int entry =
                keyLength == ABSENT
                        ? Region.NONE
                        : findAndHold(hash, keyBase, keyAddress, keyLength);
        if (entry != Region.NONE && entries.isExpired(entry, nowNs)) {
            store.remove(entry, RemovalCause.EXPIRED);
            entry = Region.NONE;
        }
        if (condition == PutCondition.IF_ABSENT && entry != Region.NONE) {
            store.use(entry, nowNs);
            return PUT_REFUSED;
        }
        if (PutCondition.isLease(condition) && !leases.isCurrent(hash, condition)) {
            return PUT_REFUSED;
        }
        leases.outdate(hash);
        return condition == PutCondition.IF_PRESENT && entry == Region.NONE ? PUT_REFUSED : entry;
    }

    /** Finds an entry and, if there is one, locks its stripe until the operation leaves. */
    private int findAndHold(long hash, Object keyBase, long keyAddress, int keyLength) {
        int entry = index.find(hash, keyBase, keyAddress, keyLength);
        if (entry != Region.NONE && stripes.isShared()) {
            final long version = SegmentVersion.read(region);
            hold(hash);
            if (!SegmentVersion.isCurrent(region, version)) {
                // An Error had left its value half written, and it was discarded.
                entry = index.find(hash, keyBase, keyAddress, keyLength);
            }
        }
        return entry;
    }

    /**
     * Replaces a value that is equal to the expected value.
     *
     * @param lengths the lengths of key and value; see {@link EntryLengths}.
     * @param expected the expected value is the whole buffer.
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
        // Read these once, because a callback may wrap the buffer around other memory.
        final byte[] expectedBase = expected.byteArray();
        final long expectedAddress = expected.addressOffset();
        final int expectedLength = expected.capacity();
        final long threadId = enter();
        final long inPlace =
                compareAndSetInPlace(
                        hash,
                        keyBase,
                        keyAddress,
                        lengths,
                        expected,
                        valueBase,
                        valueAddress,
                        ttlNs);
        if (inPlace > 0) {
            return inPlace == WRITTEN;
        }
        final int sizeClass = store.classFor(lengths);
        try {
            lock(threadId);
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            hold(hash);
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

    /** Sets the time to live of a key as put does. This is not a use. */
    public boolean setTtl(long hash, Object keyBase, long keyAddress, int keyLength, long ttlNs) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeFor(ttlNs);
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.values.setDeadline(
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

    /**
     * Removes every entry. Releases the lock between groups of buckets, so that other threads can
     * take it.
     */
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

    /**
     * Reclaims expired entries and continues a rebalancing, each within its budget.
     *
     * @return the steps taken.
     */
    public int doWork(long nowNs) {
        final long threadId = enter();
        final boolean due =
                entries.isExpiryDue(clock.sinceBirth(nowNs))
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

    /** Returns the number of entries, including expired ones not yet reclaimed. Takes no lock. */
    public long size() {
        final long size = region.getLongOpaque(SegmentDescriptor.ENTRIES);
        Reference.reachabilityFence(region);
        return size;
    }

    /** Returns the length of the region. */
    public long regionBytes() {
        return region.capacity();
    }

    /** Returns the number of index buckets, which bounds the cursor of a scan. */
    public int buckets() {
        return index.buckets();
    }

    /** Returns the counts since the segment was created, or those at its close. */
    public CacheStatistics statistics() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            final CacheStatistics statistics =
                    finalStatistics != null
                            ? finalStatistics
                            : SegmentReports.statistics(region, lock.contentions, stripes);
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

    /** Returns how the region's bytes are used. */
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

    /**
     * Returns how many bytes of the segments' memory are in huge pages. Reads files of the
     * operating system.
     */
    public static long hugePageBytes(Segment[] segments) {
        final Region[] regions =
                Arrays.stream(segments).map(one -> one.region).toArray(Region[]::new);
        final long bytes = HugePages.bytesOf(regions);
        Reference.reachabilityFence(regions);
        return bytes;
    }

    /** Checks the consistency of all state. */
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

    /**
     * Closes the segment after the operation in progress. Later operations throw {@link
     * io.flagstone.api.CacheClosedException}, except those that use {@link #lockEvenIfClosed}.
     */
    public void close() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            if (finalStatistics == null) {
                closed = true;
                refusesUpdaters = true;
                // The updaters that have not seen this finish and are counted.
                stripes.awaitAll();
                finalStatistics = SegmentReports.statistics(region, lock.contentions, stripes);
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
