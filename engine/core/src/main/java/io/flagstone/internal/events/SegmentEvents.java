// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Creates the events of a segment. While no recording runs, each {@code begin} method tests a word
 * or a constant, returns {@code null} and allocates nothing; see {@link RecordedEvents}.
 */
public final class SegmentEvents {
    private static final AtomicLong CACHES = new AtomicLong();

    private final long cache;
    private final int segment;

    private SegmentEvents(long cache, int segment) {
        this.cache = cache;
        this.segment = segment;
    }

    /**
     * Creates the events of a new cache.
     *
     * @return the events of its first segment.
     */
    public static SegmentEvents ofNewCache() {
        RecordedEvents.load();
        return new SegmentEvents(CACHES.incrementAndGet(), 0);
    }

    /**
     * Creates the events of another segment of the same cache.
     *
     * @param number the segment's number.
     * @return its events.
     */
    public SegmentEvents ofSegment(int number) {
        return new SegmentEvents(cache, number);
    }

    /**
     * Returns the cache's id.
     *
     * @return the id, unique in this process.
     */
    public long cache() {
        return cache;
    }

    /**
     * Returns the segment's number.
     *
     * @return the number, from 0.
     */
    public int segment() {
        return segment;
    }

    /**
     * Creates and begins an event. Returns null if there is no memory for it, or if its class
     * cannot be loaded: the operation goes on.
     */
    private <E extends SegmentEvent> E begun(Supplier<E> type) {
        try {
            final E event = type.get();
            event.cache = cache;
            event.segment = segment;
            event.begin();
            return event;
        } catch (final OutOfMemoryError | LinkageError e) {
            return null;
        }
    }

    /**
     * Begins an expiry run.
     *
     * @return the event to finish, or {@code null} if it is not recorded.
     */
    public ExpiryRun beginExpiry() {
        return RecordedEvents.hasExpiryRun() ? begun(ExpiryRun::new) : null;
    }

    /**
     * Returns whether eviction runs are recorded. An eviction is then a step of its own, so that
     * the event ends when its entry has left.
     *
     * @return whether {@link #beginEviction} returns an event.
     */
    public boolean recordsEvictions() {
        return RecordedEvents.hasEvictionRun();
    }

    /**
     * Begins an eviction run.
     *
     * @return the event to finish, or {@code null} if it is not recorded.
     */
    public EvictionRun beginEviction() {
        return RecordedEvents.hasEvictionRun() ? begun(EvictionRun::new) : null;
    }

    /**
     * Begins a wait for the lock.
     *
     * @return the event to finish, or {@code null} if it is not recorded.
     */
    public LockWait beginWait() {
        return RecordedEvents.hasLockWait() ? begun(LockWait::new) : null;
    }

    /**
     * Records that a size class gave up a slab.
     *
     * @param donorChunkBytes the chunk length of that size class.
     */
    public void slabReassigned(int donorChunkBytes) {
        final SlabReassigned event =
                RecordedEvents.hasSlabReassigned() ? begun(SlabReassigned::new) : null;
        if (event != null) {
            event.donorChunkBytes = donorChunkBytes;
            event.commit();
        }
    }

    /**
     * Records that the segment was emptied.
     *
     * @param entries the number of entries lost.
     */
    public void segmentReset(long entries) {
        final SegmentReset event =
                RecordedEvents.hasSegmentReset() ? begun(SegmentReset::new) : null;
        if (event != null) {
            event.entries = entries;
            event.commit();
        }
    }
}
