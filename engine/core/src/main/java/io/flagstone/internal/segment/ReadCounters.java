// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.CacheStatistics.Counter;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.memory.ThreadId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Counts reads so that no two threads write to the same cache line. Each thread has a cell of three
 * cache lines, chosen by its id. Only that thread adds to the cell, with a plain load and an opaque
 * store. All segments of a cache share the cells. The used parts of two cells are so far apart that
 * they share no line and no pair of lines that the processor fetches together, wherever the array
 * is allocated.
 *
 * <pre>
 *   cell, 24 longs: | Owner's id | Hits | Misses | Retries | Missed Promotions | To Skip | unused |
 * </pre>
 *
 * <p>A platform thread claims a cell at its first read. It looks at a few cells, starting at the
 * one that its id selects, and takes the first free one. A cell and its counts outlive the thread.
 * Another thread may then claim the cell. Threads without a cell add atomically to one of as many
 * shared cells, chosen by their id. These are virtual threads, which are too many and too
 * short-lived to own a cell, and threads that found no free cell. The latter try again after a
 * fixed number of additions to their shared cell. Sums are exact: they include every read that
 * happened before the call that sums.
 *
 * <p>Thread-safe. Counting is wait-free and allocates nothing, except that claiming a cell
 * allocates. If there is no memory for that, the claim is postponed.
 */
public final class ReadCounters {
    static final int HITS = 1;
    static final int MISSES = 2;
    static final int RETRIES = 3;
    static final int MISSED_PROMOTIONS = 4;
    private static final int TO_SKIP = 5;

    static final int CELLS = 64;
    private static final int PROBES = 8;
    private static final int CELL_LONGS = 24;
    private static final int OWNER = 0;
    private static final long FREE = 0;
    private static final long CLAIM_EVERY = 1024;

    /** The number of promotions that a thread skips after one that found the lock taken. */
    private static final long SKIPS = 16;

    private static final long CELL_BYTES = CELL_LONGS * (long) Long.BYTES;

    /** The offset of the owner of cell 0 in the array. */
    private static final long FIRST_CELL = RawMemory.FIRST_LONG + CELL_BYTES;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final boolean enabled;

    /**
     * The threads' own cells, then the shared ones. An unused cell before the first separates them
     * from the array's header and from the preceding object.
     */
    private final long[] cells = new long[(2 * CELLS + 3) * CELL_LONGS];

    /** The thread that owns each cell; guarded by this list's monitor. */
    private final List<WeakReference<Thread>> owners =
            new ArrayList<>(Collections.nCopies(CELLS, null));

    /** Creates the counters. If they are not enabled, they stay at 0. */
    public ReadCounters(boolean enabled) {
        this.enabled = enabled;
    }

    /**
     * Adds one to a counter for the calling thread, which has this id. The cell's number is always
     * inside the array, so this reaches the cell without a check of array bounds.
     */
    void increment(int counter, long threadId) {
        if (enabled) {
            final long cell = FIRST_CELL + (threadId & CELLS - 1) * CELL_BYTES;
            if (RawMemory.getLong(cells, cell) == threadId) {
                final long at = cell + counter * (long) Long.BYTES;
                RawMemory.putLongOpaque(cells, at, RawMemory.getLong(cells, at) + 1);
            } else {
                incrementElsewhere(counter, threadId);
            }
        }
    }

    /**
     * Returns whether the calling thread skips a promotion because a recent one found the lock
     * taken. A thread without a cell never skips one.
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

    /** Counts a promotion of the calling thread that found the lock taken. */
    void missedPromotion(long threadId) {
        increment(MISSED_PROMOTIONS, threadId);
        final int cell = cell((int) threadId & CELLS - 1);
        if (cells[cell + OWNER] == threadId) {
            LONGS.setOpaque(cells, cell + TO_SKIP, SKIPS);
        }
    }

    /** Returns the counts of reads. All other counts are 0. */
    public CacheStatistics statistics() {
        return CacheStatistics.builder()
                .set(Counter.HITS, sum(HITS))
                .set(Counter.MISSES, sum(MISSES))
                .set(Counter.MISSED_PROMOTIONS, sum(MISSED_PROMOTIONS))
                .set(Counter.READ_RETRIES, sum(RETRIES))
                .build();
    }

    private long sum(int counter) {
        long sum = 0;
        for (int number = 0; number < 2 * CELLS; number++) {
            sum += (long) LONGS.getOpaque(cells, cell(number) + counter);
        }
        return sum;
    }

    private void addToOwn(int index) {
        LONGS.setOpaque(cells, index, cells[index] + 1);
    }

    private void incrementElsewhere(int counter, long threadId) {
        if (ThreadId.isVirtual()) {
            addToShared(counter, threadId);
            return;
        }
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
        } else if (addToShared(counter, threadId) % CLAIM_EVERY == 0) {
            claim(threadId);
        }
    }

    /** Adds to the cell shared by all threads without a cell whose ids select it. */
    private long addToShared(int counter, long threadId) {
        final int cell = cell(CELLS + ((int) threadId & CELLS - 1));
        return (long) LONGS.getAndAdd(cells, cell + counter, 1L);
    }

    /** Claims for the calling thread a cell that is free or whose thread has ended. */
    private boolean claim(long threadId) {
        final WeakReference<Thread> self;
        try {
            self = new WeakReference<>(Thread.currentThread());
        } catch (final OutOfMemoryError e) {
            // The read needs no memory and is counted in a shared cell.
            return false;
        }
        synchronized (owners) {
            for (int i = 0; i < PROBES; i++) {
                final int number = (int) threadId + i & CELLS - 1;
                final WeakReference<Thread> present = owners.get(number);
                final Thread owner = present == null ? null : present.get();
                // A thread that has ended has stored all its counts.
                if (owner == null || !owner.isAlive()) {
                    owners.set(number, self);
                    LONGS.setVolatile(cells, cell(number) + OWNER, threadId);
                    return true;
                }
            }
            return false;
        }
    }

    private static int cell(int number) {
        return (number + 1) * CELL_LONGS;
    }
}
