package io.flagstone.events;

import java.util.concurrent.atomic.AtomicLong;

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

    private <E extends SegmentEvent> E begun(E event) {
        event.cache = cache;
        event.segment = segment;
        event.begin();
        return event;
    }

    /**
     * Begins a run of expiry.
     *
     * @return to be finished, or {@code null}.
     */
    public ExpiryRun beginExpiry() {
        return EXPIRY.isEnabled() ? begun(new ExpiryRun()) : null;
    }

    /**
     * Begins the making of room.
     *
     * @return to be finished, or {@code null}.
     */
    public EvictionRun beginEviction() {
        return EVICTION.isEnabled() ? begun(new EvictionRun()) : null;
    }

    /**
     * Begins a wait.
     *
     * @return to be finished, or {@code null}.
     */
    public LockWait beginWait() {
        return WAIT.isEnabled() ? begun(new LockWait()) : null;
    }

    /**
     * Tells of a slab given up.
     *
     * @param donorChunkBytes the chunks of the size class that gave it.
     */
    public void slabReassigned(int donorChunkBytes) {
        if (SLAB.isEnabled()) {
            final SlabReassigned event = begun(new SlabReassigned());
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
        if (RESET.isEnabled()) {
            final SegmentReset event = begun(new SegmentReset());
            event.entries = entries;
            event.commit();
        }
    }
}
