package io.flagstone.segment;

import io.flagstone.events.LockWait;
import io.flagstone.events.SegmentEvents;
import io.flagstone.memory.Region;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for critical sections of well under a microsecond: one word in the region, 0 when free and
 * otherwise the id of the thread that holds it.
 *
 * <p>A thread that finds it taken spins, then yields, then parks for growing, bounded times. Nobody
 * is woken and nobody queues: whoever comes by first takes a free lock, so a waiter that the
 * scheduler has put aside delays no other (no convoy), unlocking is one release store, and nothing
 * is allocated. The price is that the lock is not fair, and that a parked thread may notice a free
 * lock up to {@link #MAX_PARK_NS} late.
 *
 * <p>Beside the word stands who held the lock last. A thread for which a lock is only worth having
 * if it is cheap can tell from it that the lock, and what it guards, has just come over from
 * another processor.
 *
 * <p>Not re-entrant: a holder that comes again is refused. An interrupt neither ends a wait nor
 * gets lost; an interrupted thread yields where it would park.
 *
 * <p>Progress: blocking. Ordering: an acquisition is a compare-and-set with volatile order, a
 * release is a release store, so what one holder wrote the next one sees.
 */
public final class SegmentLock {
    /** The longest time between two looks at a taken lock. */
    static final long MAX_PARK_NS = 50_000;

    private static final long FREE = 0;
    private static final int LAST_HOLDER = Long.BYTES;
    private static final long MIN_PARK_NS = 1_000;
    private static final int SPINS = 128;
    private static final int YIELDS = 16;

    private final SegmentEvents events;
    private final Region region;
    private final int word;
    private final int contentions;

    /**
     * Lays a free lock over the zeroed cache line at {@code word}.
     *
     * @param contentions the word, guarded by the lock, that counts who had to wait.
     * @param events told of waits.
     */
    public SegmentLock(Region region, int word, int contentions, SegmentEvents events) {
        this.events = events;
        this.region = region;
        this.word = word;
        this.contentions = contentions;
    }

    /** Takes the lock, as the thread with this id. */
    public void lock(long threadId) {
        if (!region.compareAndSetLong(word, FREE, threadId)) {
            final LockWait wait = events.beginWait();
            await(threadId);
            if (wait != null) {
                wait.finish();
            }
            region.putLong(contentions, region.getLong(contentions) + 1);
        }
        region.putLong(word + LAST_HOLDER, threadId);
    }

    /** For who has got the lock by {@link #tryLock}: whether another thread held it before. */
    boolean changesHands(long threadId) {
        final long last = region.getLong(word + LAST_HOLDER);
        region.putLong(word + LAST_HOLDER, threadId);
        return last != threadId && last != FREE;
    }

    /** Takes the lock if it is free. */
    boolean tryLock(long threadId) {
        return region.getLongOpaque(word) == FREE && region.compareAndSetLong(word, FREE, threadId);
    }

    /** Lets the lock go. */
    public void unlock() {
        region.putLongRelease(word, FREE);
    }

    /** Only the holder itself can find its own id in the word, so a plain race cannot mislead. */
    boolean isHeldBy(long threadId) {
        return region.getLongOpaque(word) == threadId;
    }

    private void await(long threadId) {
        if (isHeldBy(threadId)) {
            throw new IllegalStateException(
                    "re-entry: the cache's clock may not call the cache; it is read under a lock");
        }
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
            if (tryLock(threadId)) {
                return;
            }
        }
        for (int i = 0; i < YIELDS; i++) {
            Thread.yield();
            if (tryLock(threadId)) {
                return;
            }
        }
        long parkNs = MIN_PARK_NS;
        do {
            if (Thread.currentThread().isInterrupted()) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, parkNs);
                parkNs = Math.min(parkNs << 1, MAX_PARK_NS);
            }
        } while (!tryLock(threadId));
    }
}
