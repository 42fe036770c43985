// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;

/**
 * The reads of a segment that take its lock: those that show a value where it lies, and the rest of
 * those that the {@link OptimisticReader} cannot do without it.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentReads extends SegmentLeases {
    static {
        resolve(Throwable.class);
    }

    static final int SCAN_BUCKETS = 256;

    final HashIndex index;
    final LiveEntries entries;
    final SegmentClock clock;

    SegmentReads(Region region, SegmentConfig config) {
        super(region, config);
        this.index = store.index;
        this.entries = store.entries;
        this.clock = store.clock;
    }

    /**
     * Copies a value out: for a read that writers have disturbed too often, and for a destination
     * that overlaps the key, which a second look would not find again.
     *
     * @param room the destination's bytes.
     * @return the value's length, {@link Segment#NOT_FOUND} or {@link
     *     Segment#INSUFFICIENT_CAPACITY}.
     */
    public final int get(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            final int entry = store.findAndUse(hash, keyBase, keyAddress, keyLength, threadId);
            return leave(
                    entry == Region.NONE
                            ? Segment.NOT_FOUND
                            : ValueBytes.copyOut(
                                    region, entry, keyLength, destinationBase, destination, room));
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Reads eight bytes of a value, as {@link OptimisticReader#getLong} does. */
    final long getLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long missing) {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            final int entry = store.findAndUse(hash, keyBase, keyAddress, keyLength, threadId);
            return leave(
                    entry == Region.NONE
                            ? missing
                            : region.getLong(ValueBytes.longOffset(region, entry, valueIndex)));
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** How long a key has to live, as {@link OptimisticReader#remainingTtlNs} says. */
    final long remainingTtlNs(long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            final int entry = index.find(hash, keyBase, keyAddress, keyLength);
            if (entry == Region.NONE) {
                return leave((long) Segment.NOT_FOUND);
            }
            final long deadline = EntryDescriptor.deadline(region, entry);
            final long now = deadline == EntryDescriptor.NO_DEADLINE ? 0 : clock.observe(region);
            return leave(TimesToLive.remaining(deadline, now));
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
     * Uses an entry that was hit under a version.
     *
     * @param waits whether to wait for the lock; otherwise the use is left out if the lock is
     *     taken.
     * @return whether the hit stands. If not, the segment has changed since, or others have acted
     *     on a time at which the entry had expired; then the read starts again under the lock.
     */
    final boolean useIfCurrent(long seen, int entry, long nowNs, boolean waits, long threadId) {
        refuseHolder(threadId);
        try {
            if (waits) {
                lockEvenIfClosed(threadId);
            } else if (!tryLock(threadId)) {
                config.counters().missedPromotion(threadId);
                return true;
            }
            final long now = Math.max(nowNs, SegmentClock.latest(region));
            if (!SegmentVersion.isCurrent(region, seen) || entries.isExpired(entry, now)) {
                return leave(false);
            }
            store.use(entry, now);
            leave();
            return true;
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
     * Promotes entries of this segment that a batch has hit, under one lock, if that is free; and
     * takes them out of the batch.
     *
     * @param segmentBits how many bits of a hash choose the segment.
     * @param hashes the keys' hashes.
     * @param versions the versions under which the entries were hit.
     * @param hits the entries to promote, or none.
     * @param from the first key of this segment.
     * @param size how many keys there are.
     */
    final void promote(
            int segmentBits, long[] hashes, long[] versions, int[] hits, int from, int size) {
        final long threadId = enter();
        try {
            final boolean locked = tryLock(threadId);
            if (!locked) {
                config.counters().missedPromotion(threadId);
            }
            final int number = KeyedHash.segment(hashes[from], segmentBits);
            for (int i = from; i < size; i++) {
                if (hits[i] != Region.NONE && KeyedHash.segment(hashes[i], segmentBits) == number) {
                    if (locked && SegmentVersion.isCurrent(region, versions[i])) {
                        store.promote(hits[i]);
                    }
                    hits[i] = Region.NONE;
                }
            }
            if (locked) {
                leave();
            }
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Shows a value to a reader where it lies. */
    public final boolean read(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueReader reader) {
        final long threadId = enter();
        try {
            lock(threadId);
            final int entry = store.findAndUse(hash, keyBase, keyAddress, keyLength, threadId);
            if (entry == Region.NONE) {
                return leave(false);
            }
            callbacks.read(entry, reader);
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
     * Shows live entries to a visitor, bucket by bucket.
     *
     * @param fromBucket the bucket to start with.
     * @param maxEntries after how many entries to stop, at a bucket's end.
     * @return the bucket to go on with, or {@link Segment#SCAN_DONE}.
     */
    public final int scan(int fromBucket, int maxEntries, EntryVisitor visitor) {
        final long threadId = enter();
        try {
            lock(threadId);
            final int end = Math.min(index.buckets(), fromBucket + SCAN_BUCKETS);
            int seen = 0;
            int bucket = fromBucket;
            for (; bucket < end && seen < maxEntries; bucket++) {
                seen += visit(bucket, visitor);
            }
            return leave(bucket < index.buckets() ? bucket : Segment.SCAN_DONE);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Reads the clock for each entry with a deadline, since the visitor may take its time. */
    private int visit(int bucket, EntryVisitor visitor) {
        int seen = 0;
        for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
            final int entry = index.entryInSlot(bucket, slot);
            if (entry != Region.NONE && isLive(entry)) {
                callbacks.visit(entry, visitor);
                seen++;
            }
        }
        return seen;
    }

    private boolean isLive(int entry) {
        return EntryDescriptor.deadline(region, entry) == EntryDescriptor.NO_DEADLINE
                || !entries.isExpired(entry, clock.observe(region));
    }
}
