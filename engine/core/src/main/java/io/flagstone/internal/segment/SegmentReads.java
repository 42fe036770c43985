// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;

/**
 * The reads of a segment that take its lock: those that show a value in place, and those that the
 * {@link OptimisticReader} cannot complete without the lock.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentReads extends SegmentLeases {
    static {
        ClassResolution.resolve(Throwable.class);
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
     * Copies a value out. Used when writers have disturbed an optimistic read too often, and when
     * the destination overlaps the key, because a second attempt would not find the key again.
     *
     * @param room the destination's length in bytes.
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
            lockToRead(threadId);
            hold(hash);
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

    /**
     * Copies a value out without a use.
     *
     * @return as {@link #get}.
     */
    public final int peek(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long threadId = enter();
        try {
            lockToRead(threadId);
            hold(hash);
            final int entry = index.find(hash, keyBase, keyAddress, keyLength);
            return leave(
                    entry == Region.NONE || !isLive(entry)
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

    /** Returns the {@code long} at an index of a value as {@link OptimisticReader#getLong} does. */
    final long getLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long missing) {
        final long threadId = enter();
        try {
            lockToRead(threadId);
            hold(hash);
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

    /** Returns the remaining time to live as {@link OptimisticReader#remainingTtlNs} does. */
    final long remainingTtlNs(long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        try {
            lockToRead(threadId);
            hold(hash);
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
     * Records the use of an entry that was hit.
     *
     * @param seen the sum of the version and the stripe's sequence number at the hit.
     * @param waits whether to wait for the lock. If false and the lock is taken, the use is
     *     skipped.
     * @return whether the hit is valid. It is not if the segment has changed since, or if other
     *     threads have acted on a time at which the entry had expired. Then the read is repeated
     *     under the lock.
     */
    final boolean useIfCurrent(
            long seen, long hash, int entry, long nowNs, boolean waits, long threadId) {
        refuseHolder(threadId);
        try {
            if (waits) {
                lockToRead(threadId);
            } else if (!tryLock(threadId)) {
                config.counters().missedPromotion(threadId);
                return true;
            }
            final long now = Math.max(nowNs, SegmentClock.latest(region));
            final int stripe = stripes.of(KeyedHash.indexHash(hash));
            if (!SegmentVersion.isCurrent(region, stripe, seen) || entries.isExpired(entry, now)) {
                return leave(false);
            }
            if (!isGivenUp()) {
                store.use(entry, now);
            }
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
     * Promotes the entries of this segment that a batch has hit, in one critical section, if the
     * lock is free. Sets them to none in the batch in any case.
     *
     * @param segmentBits the number of bits of a hash that choose the segment.
     * @param hashes the keys' hashes.
     * @param versions the sums of version and sequence number under which the entries were hit.
     * @param hits the entries to promote, or none.
     * @param from the index of the first key of this segment.
     * @param size the number of keys.
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
                    final int stripe = stripes.of(KeyedHash.indexHash(hashes[i]));
                    if (locked
                            && !isGivenUp()
                            && SegmentVersion.isCurrent(region, stripe, versions[i])) {
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

    /**
     * Passes a value to a reader in place.
     *
     * @return whether the key was present.
     */
    public final boolean read(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueReader reader) {
        final long threadId = enter();
        try {
            lock(threadId);
            hold(hash);
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
     * Passes live entries to a visitor, bucket by bucket.
     *
     * @param fromBucket the first bucket.
     * @param maxEntries the number of entries after which to stop, at the end of a bucket.
     * @return the bucket to continue with, or {@link Segment#SCAN_DONE}.
     */
    public final int scan(int fromBucket, int maxEntries, EntryVisitor visitor) {
        final long threadId = enter();
        try {
            lock(threadId);
            final int end = Math.min(index.buckets(), fromBucket + SCAN_BUCKETS);
            int seen = 0;
            int bucket = fromBucket;
            for (; bucket < end && seen < maxEntries; bucket++) {
                seen += visitBucket(bucket, visitor);
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

    /**
     * Visits a bucket. Reads the clock for each entry with a deadline, because the visitor may take
     * long.
     */
    private int visitBucket(int bucket, EntryVisitor visitor) {
        int seen = 0;
        for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
            final int entry = index.entryInSlot(bucket, slot);
            if (entry != Region.NONE && visit(bucket, slot, visitor)) {
                seen++;
            }
        }
        return seen;
    }

    /** Visits an entry if it is alive, with its stripe locked. */
    private boolean visit(int bucket, int slot, EntryVisitor visitor) {
        final int entry = index.entryInSlot(bucket, slot);
        holdStripe(stripes.of(EntryDescriptor.hash(region, entry)));
        try {
            // Locking the stripe discards the entry if an Error has left its value half written.
            final boolean live = index.entryInSlot(bucket, slot) == entry && isLive(entry);
            if (live) {
                callbacks.visit(entry, visitor);
            }
            return live;
        } finally {
            release();
        }
    }

    private boolean isLive(int entry) {
        return EntryDescriptor.deadline(region, entry) == EntryDescriptor.NO_DEADLINE
                || !entries.isExpired(entry, clock.observe(region));
    }
}
