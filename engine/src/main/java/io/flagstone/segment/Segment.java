package io.flagstone.segment;

import static io.flagstone.segment.SegmentDescriptor.HITS;
import static io.flagstone.segment.SegmentDescriptor.MISSES;
import static io.flagstone.segment.SegmentDescriptor.PROMOTIONS;
import static io.flagstone.segment.SegmentDescriptor.REPLACEMENTS;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.entry.EntryDescriptor;
import io.flagstone.index.HashIndex;
import io.flagstone.memory.Region;
import java.lang.ref.Reference;

/**
 * A share of the cache's keys under one lock: what each operation means.
 *
 * <p>An operation on a key takes the lock, reads the clock only if a deadline is at stake, and does
 * its work on the {@link EntryStore}. A write first reclaims what has expired, within the budget. A
 * read never returns an entry at or after its deadline, and leaves it to the next write or duty
 * cycle.
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
    public static final long DEFAULT_TTL = 0;

    /** What a scan returns when it has passed the last bucket. */
    public static final int SCAN_DONE = -1;

    private static final int SCAN_BUCKETS = 256;

    private final Region region;
    private final SegmentConfig config;
    private final SegmentLock lock;
    private final ReentryGuard guard;
    private final Callbacks callbacks;
    private final EntryStore store;
    private final HashIndex index;
    private boolean closed;
    private CacheStatistics finalStatistics;

    /** A segment over a zeroed region. */
    public Segment(Region region, SegmentConfig config) {
        this.region = region;
        this.config = config;
        this.lock = new SegmentLock(region, SegmentDescriptor.LOCK);
        this.guard = config.guard();
        this.callbacks = new Callbacks(region, config);
        this.store = new EntryStore(region, config, callbacks);
        this.index = store.index;
        SegmentDescriptor.writeIdentity(
                region, config.layout(), config.hash().seed(), config.tickNs());
        guard.register(lock);
    }

    /** Copies a value out, whole or not at all, and returns its length or a negative status. */
    public int get(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        lock();
        try {
            final int entry = hit(hash, keyBase, keyAddress, keyLength);
            return entry == Region.NONE
                    ? NOT_FOUND
                    : copyOut(entry, destinationBase, destination, room);
        } finally {
            unlock();
        }
    }

    /** Shows a value to a reader where it lies. */
    public boolean read(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueReader reader) {
        lock();
        try {
            final int entry = hit(hash, keyBase, keyAddress, keyLength);
            if (entry == Region.NONE) {
                return false;
            }
            callbacks.read(entry, reader);
            return true;
        } finally {
            unlock();
        }
    }

    /** Whether a key is present; neither counted nor a use. */
    public boolean contains(long hash, Object keyBase, long keyAddress, int keyLength) {
        lock();
        try {
            return find(hash, keyBase, keyAddress, keyLength, timeIfArmed()) != Region.NONE;
        } finally {
            unlock();
        }
    }

    /**
     * Writes a value.
     *
     * @param ttlNs positive, {@link #NO_TTL} or {@link #DEFAULT_TTL}.
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
            final boolean sliding = ttlNs == DEFAULT_TTL && config.idleNs() != 0;
            final long ttl = ttlNs != DEFAULT_TTL ? ttlNs : defaultTtl();
            final long now = ttl == NO_TTL ? timeIfArmed() : time();
            store.reclaim(now);

            final int cell = index.find(hash, keyBase, keyAddress, keyLength);
            int entry = cell == HashIndex.ABSENT ? Region.NONE : index.reference(cell);
            if (entry != Region.NONE && store.isExpired(entry, now)) {
                store.remove(cell, RemovalCause.EXPIRED);
                entry = Region.NONE;
            }
            final boolean absent = entry == Region.NONE;
            if (absent ? mode == PutMode.IF_PRESENT : mode == PutMode.IF_ABSENT) {
                if (!absent) {
                    used(entry, now);
                }
                return false;
            }
            if (absent) {
                entry =
                        store.insert(
                                hash,
                                sizeClass,
                                keyBase,
                                keyAddress,
                                keyLength,
                                valueBase,
                                valueAddress,
                                valueLength,
                                now);
            } else {
                entry =
                        replace(
                                entry,
                                sizeClass,
                                hash,
                                keyBase,
                                keyAddress,
                                keyLength,
                                valueBase,
                                valueAddress,
                                valueLength,
                                now);
            }
            setDeadline(entry, ttl, sliding, now);
            return absent || mode != PutMode.ALWAYS;
        } finally {
            unlock();
        }
    }

    /** Writes another value over one that is equal to the expected; the deadline stays. */
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
            int valueLength) {
        final int sizeClass = store.classFor(keyLength, valueLength);
        lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE
                    || !valueEquals(entry, expectedBase, expectedAddress, expectedLength)) {
                return false;
            }
            final long deadline = EntryDescriptor.deadline(region, entry);
            final boolean sliding = EntryDescriptor.isSliding(region, entry);
            final int written =
                    replace(
                            entry,
                            sizeClass,
                            hash,
                            keyBase,
                            keyAddress,
                            keyLength,
                            valueBase,
                            valueAddress,
                            valueLength,
                            now);
            store.wheel.arm(written, deadline, now);
            EntryDescriptor.sliding(region, written, sliding);
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
            used(entry, now);
            store.beginWrite();
            try {
                callbacks.update(entry, updater);
            } finally {
                store.endWrite();
            }
            store.add(REPLACEMENTS, 1);
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
            final int length = EntryDescriptor.valueLength(region, entry);
            if (valueIndex > length - Long.BYTES) {
                throw new IndexOutOfBoundsException(
                        "a long at index "
                                + valueIndex
                                + " exceeds the value of "
                                + length
                                + " bytes");
            }
            used(entry, now);
            final int offset = EntryDescriptor.valueOffset(region, entry) + valueIndex;
            final long sum = region.getLong(offset) + delta;
            store.beginWrite();
            region.putLong(offset, sum);
            store.endWrite();
            store.add(REPLACEMENTS, 1);
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
            final int cell = findCell(hash, keyBase, keyAddress, keyLength, now);
            if (cell == HashIndex.ABSENT) {
                return false;
            }
            store.remove(cell, RemovalCause.REMOVED);
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
            final int cell = findCell(hash, keyBase, keyAddress, keyLength, now);
            if (cell == HashIndex.ABSENT
                    || !valueEquals(
                            index.reference(cell), expectedBase, expectedAddress, expectedLength)) {
                return false;
            }
            store.remove(cell, RemovalCause.REMOVED);
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
        lock();
        try {
            final long now = timeIfArmed();
            store.reclaim(now);
            final int cell = findCell(hash, keyBase, keyAddress, keyLength, now);
            store.add(cell == HashIndex.ABSENT ? MISSES : HITS, 1);
            if (cell == HashIndex.ABSENT) {
                return NOT_FOUND;
            }
            final int length = copyOut(index.reference(cell), destinationBase, destination, room);
            if (length != INSUFFICIENT_SPACE) {
                store.remove(cell, RemovalCause.REMOVED);
            }
            return length;
        } finally {
            unlock();
        }
    }

    /** The time a key has left, {@link #NO_TTL} or {@link #NOT_FOUND}; not a use. */
    public long remainingTtlNs(long hash, Object keyBase, long keyAddress, int keyLength) {
        lock();
        try {
            final long now = timeIfArmed();
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return NOT_FOUND;
            }
            final long deadline = EntryDescriptor.deadline(region, entry);
            return deadline == EntryDescriptor.NO_DEADLINE ? NO_TTL : deadline - now;
        } finally {
            unlock();
        }
    }

    /** Gives a key another time to live, {@link #NO_TTL} for none; not a use. */
    public boolean setTtl(long hash, Object keyBase, long keyAddress, int keyLength, long ttlNs) {
        lock();
        try {
            final long now = ttlNs == NO_TTL ? timeIfArmed() : time();
            store.reclaim(now);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return false;
            }
            setDeadline(entry, ttlNs, false, now);
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
                    if (entry != Region.NONE && !store.isExpired(entry, now)) {
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
                store.removeEntry(entry, RemovalCause.REMOVED);
            }
        }
    }

    /** Reclaims what has expired, within the budget, if anything has. */
    public int doWork(long nowNs) {
        guard.check(Thread.currentThread().getId());
        final long sinceBirth = nowNs - config.birthNs();
        final boolean due = store.wheel.isDue(sinceBirth);
        Reference.reachabilityFence(region);
        if (!due) {
            return 0;
        }
        lock();
        try {
            return store.reclaim(store.wheel.observe(sinceBirth));
        } finally {
            unlock();
        }
    }

    /** The entries held, expired ones included that have not been reclaimed; takes no lock. */
    public long size() {
        final long entries = region.getLongOpaque(SegmentDescriptor.ENTRIES);
        Reference.reachabilityFence(region);
        return entries;
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
            return SegmentReports.memory(region, config.layout(), store);
        } finally {
            unlock();
        }
    }

    /** Walks all state. */
    public AuditResult audit() {
        lock();
        try {
            return SegmentReports.audit(region, config, store);
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

    private int hit(long hash, Object keyBase, long keyAddress, int keyLength) {
        final int cell = index.find(hash, keyBase, keyAddress, keyLength);
        if (cell != HashIndex.ABSENT) {
            final int entry = index.reference(cell);
            final boolean timed =
                    EntryDescriptor.deadline(region, entry) != EntryDescriptor.NO_DEADLINE;
            final long now = timed ? time() : 0;
            if (!timed || !store.isExpired(entry, now)) {
                store.add(HITS, 1);
                used(entry, now);
                return entry;
            }
        }
        store.add(MISSES, 1);
        return Region.NONE;
    }

    /** The live entry of a key; the time may be 0 if nothing is armed. */
    private int find(long hash, Object keyBase, long keyAddress, int keyLength, long nowNs) {
        final int cell = findCell(hash, keyBase, keyAddress, keyLength, nowNs);
        return cell == HashIndex.ABSENT ? Region.NONE : index.reference(cell);
    }

    /** The cell that refers to the live entry of a key; the time may be 0 if nothing is armed. */
    private int findCell(long hash, Object keyBase, long keyAddress, int keyLength, long nowNs) {
        final int cell = index.find(hash, keyBase, keyAddress, keyLength);
        return cell == HashIndex.ABSENT || store.isExpired(index.reference(cell), nowNs)
                ? HashIndex.ABSENT
                : cell;
    }

    /** What every use does: renews a sliding deadline, and promotes. */
    private void used(int entry, long nowNs) {
        if (EntryDescriptor.isSliding(region, entry)) {
            store.wheel.arm(entry, deadline(config.idleNs(), nowNs), nowNs);
        }
        if (store.lists.promote(EntryDescriptor.sizeClass(region, entry), entry)) {
            store.add(PROMOTIONS, 1);
        }
    }

    private int replace(
            int entry,
            int sizeClass,
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long nowNs) {
        if (sizeClass != EntryDescriptor.sizeClass(region, entry)) {
            return store.relocate(
                    hash,
                    entry,
                    sizeClass,
                    keyBase,
                    keyAddress,
                    keyLength,
                    valueBase,
                    valueAddress,
                    valueLength,
                    nowNs);
        }
        callbacks.removed(RemovalCause.REPLACED, entry);
        store.overwrite(entry, valueBase, valueAddress, valueLength);
        store.lists.moveToFirst(sizeClass, entry);
        return entry;
    }

    private boolean valueEquals(int entry, Object base, long address, int length) {
        return EntryDescriptor.valueLength(region, entry) == length
                && region.equal(EntryDescriptor.valueOffset(region, entry), base, address, length);
    }

    private int copyOut(int entry, Object base, long destination, int room) {
        final int length = EntryDescriptor.valueLength(region, entry);
        if (length > room) {
            return INSUFFICIENT_SPACE;
        }
        region.copyOut(EntryDescriptor.valueOffset(region, entry), base, destination, length);
        return length;
    }

    private void setDeadline(int entry, long ttlNs, boolean sliding, long nowNs) {
        store.wheel.arm(entry, deadline(ttlNs, nowNs), nowNs);
        EntryDescriptor.sliding(region, entry, sliding);
    }

    private long defaultTtl() {
        return config.idleNs() != 0 ? config.idleNs() : config.defaultTtlNs();
    }

    /** A time so far that it cannot be counted is no deadline at all. */
    private static long deadline(long ttlNs, long nowNs) {
        return ttlNs >= EntryDescriptor.NO_DEADLINE - nowNs
                ? EntryDescriptor.NO_DEADLINE
                : nowNs + ttlNs;
    }

    private long time() {
        return store.wheel.observe(config.clock().nanoTime() - config.birthNs());
    }

    private long timeIfArmed() {
        return store.wheel.armed() == 0 ? 0 : time();
    }

    private void lock() {
        guardedLock();
        if (closed) {
            unlock();
            throw new IllegalStateException("the cache is closed");
        }
    }

    private void guardedLock() {
        final long threadId = Thread.currentThread().getId();
        guard.check(threadId);
        lock.lock(threadId);
    }

    private void unlock() {
        lock.unlock();
        Reference.reachabilityFence(region);
    }
}
