package io.flagstone.segment;

import static io.flagstone.segment.SegmentDescriptor.REPLACEMENTS;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.entry.EntryDescriptor;
import io.flagstone.index.HashIndex;
import io.flagstone.memory.HugePages;
import io.flagstone.memory.Region;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * A share of the cache's keys: what each operation means.
 *
 * <p>Reads are the {@link OptimisticReader}'s and take no lock. Every other operation takes the
 * lock, reads the clock only if a deadline is at stake, and does its work on the {@link
 * EntryStore}. A write first reclaims what has expired, within the budget. A read never returns an
 * entry at or after its deadline, and leaves it to the next write or duty cycle.
 *
 * <p>Keys come as (hash, base, address, length), where the base is {@link EntryDescriptor#LONG_KEY}
 * for a {@code long} key; values and destinations as (base, address, length). The caller has
 * checked them against their buffers and keeps those reachable.
 *
 * <p>Thread-safe. Allocates nothing, save for reports.
 */
public final class Segment {
    /** Absent or expired. */
    public static final int NOT_FOUND = -1;

    /** The value does not fit the destination. */
    public static final int INSUFFICIENT_SPACE = -2;

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

    private static final int SCAN_BUCKETS = 256;

    final Region region;
    private final SegmentConfig config;
    final SegmentLock lock;
    private final ReentryGuard guard;
    private final Callbacks callbacks;
    final EntryStore store;
    private final LiveEntries entries;
    private final SegmentClock clock;
    private final HashIndex index;
    private boolean closed;
    private CacheStatistics finalStatistics;

    /** A segment over a zeroed region. */
    public Segment(Region region, SegmentConfig config) {
        this.region = region;
        this.config = config;
        this.lock =
                new SegmentLock(
                        region,
                        SegmentDescriptor.LOCK,
                        SegmentDescriptor.CONTENTIONS,
                        config.events());
        this.guard = config.guard();
        this.callbacks = new Callbacks(region, config);
        this.store = new EntryStore(region, config, callbacks);
        this.entries = store.entries;
        this.clock = store.clock;
        this.index = store.index;
        SegmentDescriptor.writeIdentity(
                region, config.layout(), config.hash().seed(), config.tickNs());
        guard.register(lock);
    }

    /** Shows a value to a reader where it lies. */
    public boolean read(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueReader reader) {
        final long threadId = lock();
        try {
            final int entry = store.findAndUse(hash, keyBase, keyAddress, keyLength, threadId);
            if (entry == Region.NONE) {
                return false;
            }
            callbacks.read(entry, reader);
            return true;
        } finally {
            unlock();
        }
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
     * @param ttlNs positive, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link #KEEP_TTL}.
     * @return whether the key was absent for {@link PutMode#ALWAYS}; for the others whether the
     *     value was written.
     */
    public boolean put(
            PutMode mode,
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long ttlNs) {
        final int sizeClass = store.classFor(keyLength, valueLength);
        lock();
        try {
            final long ttl = ttl(ttlNs);
            final long now = timeFor(ttl);
            store.reclaim(now);

            int entry = index.find(hash, keyBase, keyAddress, keyLength);
            if (entry != Region.NONE && entries.isExpired(entry, now)) {
                entries.remove(entry, RemovalCause.EXPIRED);
                entry = Region.NONE;
            }
            final boolean absent = entry == Region.NONE;
            if (absent ? mode == PutMode.IF_PRESENT : mode == PutMode.IF_ABSENT) {
                if (!absent) {
                    store.use(entry, now);
                }
                return false;
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
            return absent || mode != PutMode.ALWAYS;
        } finally {
            unlock();
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
        lock();
        try {
            final long ttl = ttl(ttlNs);
            final long now = timeFor(ttl);
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE
                    || !valueEquals(entry, expectedBase, expectedAddress, expectedLength)) {
                return false;
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
            return true;
        } finally {
            unlock();
        }
    }

    /** Lets an updater change a value where it lies; its length stays. */
    public boolean update(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueUpdater updater) {
        lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return false;
            }
            store.use(entry, now);
            SegmentVersion.beginWrite(region);
            try {
                callbacks.update(entry, updater);
            } finally {
                SegmentVersion.endWrite(region);
            }
            entries.add(REPLACEMENTS, 1);
            return true;
        } finally {
            unlock();
        }
    }

    /**
     * Adds to eight bytes of a value.
     *
     * @param missing what to return if the key is absent.
     * @return the sum.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there.
     */
    public long addToLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return missing;
            }
            final int offset = OptimisticReader.longOffset(region, entry, valueIndex);
            store.use(entry, now);
            final long sum = region.getLong(offset) + delta;
            SegmentVersion.beginWrite(region);
            region.putLong(offset, sum);
            SegmentVersion.endWrite(region);
            entries.add(REPLACEMENTS, 1);
            return sum;
        } finally {
            unlock();
        }
    }

    /** Removes a key. */
    public boolean remove(long hash, Object keyBase, long keyAddress, int keyLength) {
        lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return false;
            }
            entries.remove(entry, RemovalCause.REMOVED);
            return true;
        } finally {
            unlock();
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
        lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE
                    || !valueEquals(entry, expectedBase, expectedAddress, expectedLength)) {
                return false;
            }
            entries.remove(entry, RemovalCause.REMOVED);
            return true;
        } finally {
            unlock();
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
        final long threadId = lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                config.counters().increment(ReadCounters.MISSES, threadId);
                return NOT_FOUND;
            }
            config.counters().increment(ReadCounters.HITS, threadId);
            final int length =
                    OptimisticReader.copyOut(
                            region, entry, keyLength, destinationBase, destination, room);
            if (length != INSUFFICIENT_SPACE) {
                entries.remove(entry, RemovalCause.REMOVED);
            }
            return length;
        } finally {
            unlock();
        }
    }

    /** Gives a key another time to live, as for put; not a use. */
    public boolean setTtl(long hash, Object keyBase, long keyAddress, int keyLength, long ttlNs) {
        lock();
        try {
            final long ttl = ttl(ttlNs);
            final long now = timeFor(ttl);
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return false;
            }
            store.setDeadline(
                    entry, deadline(entry, ttlNs, ttl, now), isSliding(entry, ttlNs), now);
            return true;
        } finally {
            unlock();
        }
    }

    /**
     * Shows live entries to a visitor, bucket by bucket.
     *
     * @param fromBucket the bucket to start with.
     * @param maxEntries after how many entries to stop, at a bucket's end.
     * @return the bucket to go on with, or {@link #SCAN_DONE}.
     */
    public int scan(int fromBucket, int maxEntries, EntryVisitor visitor) {
        lock();
        try {
            final long now = timeIfArmed();
            final int end = Math.min(index.buckets(), fromBucket + SCAN_BUCKETS);
            int seen = 0;
            int bucket = fromBucket;
            for (; bucket < end && seen < maxEntries; bucket++) {
                for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
                    final int entry = index.entryInSlot(bucket, slot);
                    if (entry != Region.NONE && !entries.isExpired(entry, now)) {
                        callbacks.visit(entry, visitor);
                        seen++;
                    }
                }
            }
            return bucket < index.buckets() ? bucket : SCAN_DONE;
        } finally {
            unlock();
        }
    }

    /** Removes every entry, letting others have the lock after some buckets each time. */
    public void clear() {
        for (int from = 0; from < index.buckets(); from += SCAN_BUCKETS) {
            lock();
            try {
                final int end = Math.min(index.buckets(), from + SCAN_BUCKETS);
                for (int bucket = from; bucket < end; bucket++) {
                    clearBucket(bucket);
                }
            } finally {
                unlock();
            }
        }
    }

    private void clearBucket(int bucket) {
        for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
            final int entry = index.entryInSlot(bucket, slot);
            if (entry != Region.NONE) {
                entries.remove(entry, RemovalCause.REMOVED);
            }
        }
    }

    /** Reclaims what has expired and goes on with rebalancing, each within its budget. */
    public int doWork(long nowNs) {
        guard.check(Thread.currentThread().getId());
        final boolean due = store.wheel.isDue(clock.sinceBirth(nowNs)) || store.rebalancer.isDue();
        Reference.reachabilityFence(region);
        if (!due) {
            return 0;
        }
        lock();
        try {
            final long now = clock.observe(region, nowNs);
            return store.reclaim(now) + store.rebalancer.work(now);
        } finally {
            unlock();
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
        guardedLock();
        try {
            return closed ? finalStatistics : SegmentReports.statistics(region);
        } finally {
            unlock();
        }
    }

    /** Where the region's bytes are. */
    public MemoryReport memoryReport() {
        lock();
        try {
            return SegmentReports.memory(region, config.layout(), entries);
        } finally {
            unlock();
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
        lock();
        try {
            return SegmentReports.audit(region, config, entries);
        } finally {
            unlock();
        }
    }

    /** Makes every later operation fail; waits for the one under way. */
    public void close() {
        guardedLock();
        try {
            if (!closed) {
                finalStatistics = SegmentReports.statistics(region);
                closed = true;
            }
        } finally {
            unlock();
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

    private long lock() {
        final long threadId = guardedLock();
        if (closed) {
            unlock();
            throw new IllegalStateException("the cache is closed");
        }
        return threadId;
    }

    private long guardedLock() {
        final long threadId = Thread.currentThread().getId();
        guard.check(threadId);
        lock.lock(threadId);
        return threadId;
    }

    void unlock() {
        lock.unlock();
        Reference.reachabilityFence(region);
    }
}
