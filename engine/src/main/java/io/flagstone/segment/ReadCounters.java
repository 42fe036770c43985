package io.flagstone.segment;

import io.flagstone.api.CacheStatistics;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;

/**
 * What readers count, without writing to a line that another reader writes to: a thread has a cell
 * of two cache lines, found by its id, to which it alone adds by a plain load and an opaque store.
 * All segments of a cache share the cells. What a thread uses of its cell is so far from what
 * others use that they share no line, wherever the array lies, nor a pair of lines fetched
 * together.
 *
 * <pre>
 *   cell, 16 longs: | Owner's id | Hits | Misses | Retries | Missed Promotions | To Skip | unused |
 * </pre>
 *
 * <p>A thread claims a cell at its first read: the first free one of the few it looks at, which
 * begin where its id falls. A cell outlives its thread, counts included, and may go to another
 * thread then. Who finds no cell adds to one that is everybody's, atomically, and looks again for
 * one whose thread has ended after every so many additions to it. So sums are exact: they hold
 * every read that happened before the call that sums.
 *
 * <p>Thread-safe. Counting is wait-free and allocates nothing, but for claiming a cell.
 */
public final class ReadCounters {
    static final int HITS = 1;
    static final int MISSES = 2;
    static final int RETRIES = 3;
    static final int MISSED_PROMOTIONS = 4;
    private static final int TO_SKIP = 5;

    static final int CELLS = 64;
    private static final int PROBES = 8;
    private static final int CELL_LONGS = 16;
    private static final int OWNER = 0;
    private static final long FREE = 0;
    private static final int SHARED = CELLS;
    private static final long CLAIM_EVERY = 1024;

    /** How many promotions a thread leaves out after one that found others at work. */
    private static final long SKIPS = 16;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final boolean enabled;

    /** A cell before the first keeps the array's header and what lies before it off. */
    private final long[] cells = new long[(CELLS + 3) * CELL_LONGS];

    /** Each cell's thread; guarded by this object's monitor. */
    private final WeakReference<?>[] owners = new WeakReference<?>[CELLS];

    /** Counters that count, or that stay at 0. */
    public ReadCounters(boolean enabled) {
        this.enabled = enabled;
    }

    /** Adds one to a counter for the calling thread, whose id this is. */
    void increment(int counter, long threadId) {
        if (enabled) {
            final int cell = cell((int) threadId & CELLS - 1);
            if (cells[cell + OWNER] == threadId) {
                addToOwn(cell + counter);
            } else {
                incrementElsewhere(counter, threadId);
            }
        }
    }

    /**
     * Whether the calling thread leaves a promotion out, because its last one met others. A thread
     * without a cell leaves none out.
     */
    boolean skipsPromotion(long threadId) {
        final int cell = cell((int) threadId & CELLS - 1);
        final long toSkip = cells[cell + TO_SKIP];
        if (toSkip == 0 || cells[cell + OWNER] != threadId) {
            return false;
        }
        LONGS.setOpaque(cells, cell + TO_SKIP, toSkip - 1);
        increment(MISSED_PROMOTIONS, threadId);
        return true;
    }

    /** The calling thread's promotion took over a lock that another thread had held before it. */
    void metOthers(long threadId) {
        final int cell = cell((int) threadId & CELLS - 1);
        if (cells[cell + OWNER] == threadId) {
            LONGS.setOpaque(cells, cell + TO_SKIP, SKIPS);
        } else if (cells[cell + OWNER] == FREE) {
            claim(threadId);
        }
    }

    /** What readers have counted, in a record whose other counts are 0. */
    public CacheStatistics statistics() {
        return new CacheStatistics(
                sum(HITS),
                sum(MISSES),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                sum(MISSED_PROMOTIONS),
                sum(RETRIES),
                0,
                0,
                0);
    }

    private long sum(int counter) {
        long sum = 0;
        for (int number = 0; number <= SHARED; number++) {
            sum += (long) LONGS.getOpaque(cells, cell(number) + counter);
        }
        return sum;
    }

    private void addToOwn(int index) {
        LONGS.setOpaque(cells, index, cells[index] + 1);
    }

    private void incrementElsewhere(int counter, long threadId) {
        boolean full = true;
        for (int i = 0; i < PROBES && full; i++) {
            final int cell = cell((int) threadId + i & CELLS - 1);
            final long owner = cells[cell + OWNER];
            if (owner == threadId) {
                addToOwn(cell + counter);
                return;
            }
            full = owner != FREE;
        }
        if (!full && claim(threadId)) {
            increment(counter, threadId);
        } else if ((long) LONGS.getAndAdd(cells, cell(SHARED) + counter, 1L) % CLAIM_EVERY == 0) {
            claim(threadId);
        }
    }

    /** Makes a cell the calling thread's that is free, or whose thread has ended. */
    private synchronized boolean claim(long threadId) {
        for (int i = 0; i < PROBES; i++) {
            final int number = (int) threadId + i & CELLS - 1;
            final Object owner = owners[number] == null ? null : owners[number].get();
            // Who sees that a thread has ended sees all that it counted.
            if (!(owner instanceof Thread) || !((Thread) owner).isAlive()) {
                owners[number] = new WeakReference<>(Thread.currentThread());
                LONGS.setVolatile(cells, cell(number) + OWNER, threadId);
                return true;
            }
        }
        return false;
    }

    private static int cell(int number) {
        return (number + 1) * CELL_LONGS;
    }
}
