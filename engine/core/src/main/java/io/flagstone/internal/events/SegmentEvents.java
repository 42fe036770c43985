// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The events of a segment. While nobody records, each of the methods that begin one is a test of a
 * constant and returns {@code null}; nothing is allocated.
 */
public final class SegmentEvents {
    private static final AtomicLong CACHES = new AtomicLong();

    private static final ExpiryRun EXPIRY = new ExpiryRun();
    private static final EvictionRun EVICTION = new EvictionRun();
    private static final LockWait WAIT = new LockWait();
    private static final SlabReassigned SLAB = new SlabReassigned();
    private static final SegmentReset RESET = new SegmentReset();

    private final long cache;
    private final int segment;

    private SegmentEvents(long cache, int segment) {
        this.cache = cache;
        this.segment = segment;
    }

    /**
     * The events of a new cache.
     *
     * @return those of its first segment.
     */
    public static SegmentEvents ofNewCache() {
        return new SegmentEvents(CACHES.incrementAndGet(), 0);
    }

    /**
     * The events of another segment of the same cache.
     *
     * @param number the segment's.
     * @return its events.
     */
    public SegmentEvents ofSegment(int number) {
        return new SegmentEvents(cache, number);
    }

    /**
     * What the cache is named by.
     *
     * @return unique in this process.
     */
    public long cache() {
        return cache;
    }

    /**
     * Which segment's these are.
     *
     * @return its number, from 0.
     */
    public int segment() {
        return segment;
    }

    /** An event that finds no memory is not told: what it is about goes on. */
    private <E extends SegmentEvent> E begun(Supplier<E> type) {
        try {
            final E event = type.get();
            event.cache = cache;
            event.segment = segment;
            event.begin();
            return event;
        } catch (final OutOfMemoryError e) {
            return null;
        }
    }

    /**
     * Begins a run of expiry.
     *
     * @return to be finished, or {@code null}.
     */
    public ExpiryRun beginExpiry() {
        return EXPIRY.isEnabled() ? begun(ExpiryRun::new) : null;
    }

    /**
     * Begins the making of room.
     *
     * @return to be finished, or {@code null}.
     */
    public EvictionRun beginEviction() {
        return EVICTION.isEnabled() ? begun(EvictionRun::new) : null;
    }

    /**
     * Begins a wait.
     *
     * @return to be finished, or {@code null}.
     */
    public LockWait beginWait() {
        return WAIT.isEnabled() ? begun(LockWait::new) : null;
    }

    /**
     * Tells of a slab given up.
     *
     * @param donorChunkBytes the chunks of the size class that gave it.
     */
    public void slabReassigned(int donorChunkBytes) {
        final SlabReassigned event = SLAB.isEnabled() ? begun(SlabReassigned::new) : null;
        if (event != null) {
            event.donorChunkBytes = donorChunkBytes;
            event.commit();
        }
    }

    /**
     * Tells of a segment that was emptied.
     *
     * @param entries how many it had lost.
     */
    public void segmentReset(long entries) {
        final SegmentReset event = RESET.isEnabled() ? begun(SegmentReset::new) : null;
        if (event != null) {
            event.entries = entries;
            event.commit();
        }
    }
}
