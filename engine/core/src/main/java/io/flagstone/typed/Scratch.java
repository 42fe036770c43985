// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.internal.memory.ThreadId;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The buffers of one operation: what is encoded, and what is read. They are reused, so that nothing
 * is allocated once they have grown.
 *
 * <p>A platform thread has a scratch of its own in a table, which it finds by its number. The table
 * takes no atomic operation: a scratch names its owner, and nobody else touches it. Everyone else
 * takes a scratch from a pool and returns it there: virtual threads, an operation within another (a
 * codec that uses a cache), and threads for which the table has no room. An empty pool makes a new
 * one.
 *
 * <p>The table and the pool are bounded, and no buffer larger than {@link #KEPT_BYTES} stays in
 * them. Only this class refers to them. A thread refers to none of its buffers, so a thread that
 * lives on does not keep the class loader of an application that has been undeployed.
 */
final class Scratch {
    /** The capacity above which a buffer is dropped after its operation. */
    static final int KEPT_BYTES = 1 << 16;

    static final byte[] EMPTY = new byte[0];

    private static final int FIRST_CAPACITY = 256;
    private static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    /** Places of the table in which a thread's scratch may lie, one after the other. */
    private static final int WAYS = 4;

    private static final int SET_BITS = 5;

    /** How often one scratch of the pool is taken until its taker looks for room in the table. */
    private static final int USES_BETWEEN_CLAIMS = 64;

    /** Read and written without order: a scratch is used only by the thread that stored it. */
    private static final Scratch[] OWNED = new Scratch[WAYS << SET_BITS];

    /** Elements of the pool's array from one place to the next, so that no two share a line. */
    private static final int STRIDE = 32;

    private static final int POOL_PROBES = 4;

    /** A power of two. */
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

    /** The owner's number, or 0 for one of the pool. */
    private final long owner;

    private final WeakReference<Thread> thread;
    private boolean used;
    private boolean large;
    private int uses;

    /** The length of the last value that needed a buffer too large to stay. */
    private int lastLarge;

    /** The length to expect of the next, or 0 if the last two were not alike. */
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

    /** The first place of a thread. Consecutive numbers are spread evenly. */
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

    /** Notes what a buffer has grown to. */
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
     * Makes room for a value that {@link #found} has no room for: of twice the length, or of the
     * length of the last large values, if they were alike.
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
