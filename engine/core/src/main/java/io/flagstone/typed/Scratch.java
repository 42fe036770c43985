// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.internal.memory.ThreadId;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The buffers of one operation: encoded keys and values, and the value that was read. They are
 * reused, so operations allocate no buffers once these have grown.
 *
 * <p>A platform thread owns a scratch in a table, and finds it by its thread number. The table
 * needs no atomic operations: a scratch stores the number of its owner, and no other thread uses
 * it. Three cases take a scratch from a pool and return it there: virtual threads, an operation
 * within another (a codec that uses a cache), and threads for which the table has no room. If the
 * pool has none, a new scratch is allocated.
 *
 * <p>The table and the pool are bounded, and no buffer larger than {@link #KEPT_BYTES} stays in
 * them. Only this class refers to them. A thread has no reference to its buffers, so a long-lived
 * thread does not keep the class loader of an undeployed application alive.
 */
final class Scratch {
    /** The capacity above which a buffer is dropped after its operation. */
    static final int KEPT_BYTES = 1 << 16;

    static final byte[] EMPTY = new byte[0];

    private static final int FIRST_CAPACITY = 256;
    private static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    /** The number of consecutive places of the table in which a thread's scratch may be. */
    private static final int WAYS = 4;

    private static final int SET_BITS = 5;

    /** The number of uses of a pooled scratch between two searches for room in the table. */
    private static final int USES_BETWEEN_CLAIMS = 64;

    /** Read and written without memory ordering: only the thread that stored a scratch uses it. */
    private static final Scratch[] OWNED = new Scratch[WAYS << SET_BITS];

    /** The distance between places in the pool's array, so that no two share a cache line. */
    private static final int STRIDE = 32;

    private static final int POOL_PROBES = 4;

    /** The number of places in the pool, a power of two. */
    private static final int POOLED =
            Integer.highestOneBit(
                    Math.max(8, Math.min(64, 2 * Runtime.getRuntime().availableProcessors())));

    private static final AtomicReferenceArray<Scratch> POOL =
            new AtomicReferenceArray<>(POOLED * STRIDE);

    EncodeBuffer key = new EncodeBuffer(FIRST_CAPACITY, this);
    EncodeBuffer value = new EncodeBuffer(FIRST_CAPACITY, this);
    EncodeBuffer other = new EncodeBuffer(FIRST_CAPACITY, this);
    final UnsafeBuffer found = new UnsafeBuffer(new byte[FIRST_CAPACITY]);

    /** Wraps an expected value during a call, and nothing otherwise. */
    final UnsafeBuffer expected = new UnsafeBuffer(EMPTY);

    long longKey;
    int keyLength;

    /** The thread number of the owner, or 0 if this belongs to the pool. */
    private final long owner;

    private final WeakReference<Thread> thread;
    private boolean used;
    private boolean large;
    private int uses;

    /** The length of the last value above {@link #KEPT_BYTES}. */
    private int lastLarge;

    /**
     * The expected length of the next large value, or 0 if the last two lengths were not similar.
     */
    private int expectedLarge;

    private Scratch(long owner, Thread thread) {
        this.owner = owner;
        this.thread = thread == null ? null : new WeakReference<>(thread);
    }

    static Scratch acquire() {
        final long id = ThreadId.current();
        final int first = set(id);
        for (int i = first; i < first + WAYS; i++) {
            final Scratch scratch = OWNED[i];
            if (scratch != null && scratch.owner == id) {
                if (scratch.used) {
                    return acquirePooled(id);
                }
                scratch.used = true;
                return scratch;
            }
        }
        return acquireUnowned(id);
    }

    /** Returns the first place of a thread. Spreads consecutive thread numbers evenly. */
    private static int set(long id) {
        return (int) (id * 0x9E37_79B9_7F4A_7C15L >>> Long.SIZE - SET_BITS) * WAYS;
    }

    private static Scratch acquireUnowned(long id) {
        final Scratch pooled = acquirePooled(id);
        if (pooled.uses++ % USES_BETWEEN_CLAIMS != 0 || ThreadId.isVirtual()) {
            return pooled;
        }
        final int first = set(id);
        for (int i = first; i < first + WAYS; i++) {
            final Scratch other = OWNED[i];
            if (other == null || other.isOrphan()) {
                pooled.release();
                final Scratch own = new Scratch(id, Thread.currentThread());
                own.used = true;
                OWNED[i] = own;
                return own;
            }
        }
        return pooled;
    }

    private boolean isOrphan() {
        final Thread alive = thread.get();
        return alive == null || !alive.isAlive();
    }

    private static Scratch acquirePooled(long id) {
        for (int i = 0; i < POOL_PROBES; i++) {
            final int place = place(id + i);
            if (POOL.get(place) != null) {
                final Scratch scratch = POOL.getAndSet(place, null);
                if (scratch != null) {
                    return scratch;
                }
            }
        }
        return new Scratch(0, null);
    }

    private static int place(long number) {
        return (int) (number & POOLED - 1) * STRIDE;
    }

    void release() {
        if (large) {
            dropLarge();
        }
        if (owner != 0) {
            used = false;
            return;
        }
        final long id = ThreadId.current();
        for (int i = 0; i < POOL_PROBES; i++) {
            final int place = place(id + i);
            if (POOL.get(place) == null && POOL.compareAndSet(place, null, this)) {
                return;
            }
        }
    }

    /** Notes the capacity that a buffer has grown to. */
    void noteCapacity(int capacity) {
        large |= capacity > KEPT_BYTES;
    }

    private void dropLarge() {
        large = false;
        key = keptOrNew(key);
        value = keptOrNew(value);
        other = keptOrNew(other);
        if (found.capacity() > KEPT_BYTES) {
            found.wrap(new byte[FIRST_CAPACITY]);
        }
    }

    private EncodeBuffer keptOrNew(EncodeBuffer buffer) {
        return buffer.capacity() > KEPT_BYTES ? new EncodeBuffer(FIRST_CAPACITY, this) : buffer;
    }

    /**
     * Grows {@link #found} for a value that it has no room for: to twice its capacity, or to the
     * length of the last large values if these were similar.
     */
    void growFound() {
        final int capacity = found.capacity();
        final int next =
                expectedLarge > capacity
                        ? expectedLarge
                        : (int) Math.min(MAX_CAPACITY, 2L * capacity);
        found.wrap(new byte[next]);
        noteCapacity(next);
    }

    /** Notes the length of a value that was found after {@link #growFound}. */
    void foundLength(int length) {
        if (length > KEPT_BYTES) {
            expectedLarge = length / 2 <= lastLarge && lastLarge / 2 <= length ? length : 0;
            lastLarge = length;
        }
    }
}
