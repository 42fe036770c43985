// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import java.util.concurrent.ThreadFactory;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Loads the blocks of a snapshot in a second thread, in their order, while the first one writes the
 * next ones. So the result does not depend on the threads.
 *
 * <p>The thread ends with {@link #end}. If loading fails, the thread drops the rest, and {@code
 * end} throws the reason.
 */
final class BlockLoadsAside extends BlockLoads implements Runnable {
    private static final int BLOCKS = 32;

    private final OneToOneConcurrentArrayQueue<UnsafeBuffer> full =
            new OneToOneConcurrentArrayQueue<>(BLOCKS);
    private final OneToOneConcurrentArrayQueue<UnsafeBuffer> free =
            new OneToOneConcurrentArrayQueue<>(BLOCKS);
    private final Waits waits;
    private final Thread thread;
    private volatile boolean ended;
    private volatile boolean done;
    private Throwable failure;

    /** How the thread that writes waits. */
    interface Waits {
        /** Begins a wait. */
        void begin();

        /** Waits a little. Throws nothing. */
        void idle();
    }

    private BlockLoadsAside(
            EntryLoader loader, int messageBytes, ThreadFactory threads, Waits waits) {
        super(loader, messageBytes);
        this.waits = waits;
        free.add(super.empty());
        for (int i = 1; i < BLOCKS; i++) {
            free.add(new UnsafeBuffer(new byte[messageBytes]));
        }
        this.thread = threads.newThread(this);
    }

    /** Returns loads in a thread of a factory, or in the calling thread if there is none. */
    static BlockLoads start(
            EntryLoader loader, int messageBytes, ThreadFactory threads, Waits waits) {
        try {
            final BlockLoadsAside loads = new BlockLoadsAside(loader, messageBytes, threads, waits);
            if (loads.thread != null) {
                loads.thread.start();
                return loads;
            }
        } catch (final RuntimeException | OutOfMemoryError e) {
            // The entries must be loaded all the same.
        }
        return new BlockLoads(loader, messageBytes);
    }

    @Override
    UnsafeBuffer empty() {
        UnsafeBuffer message = free.poll();
        if (message == null) {
            waits.begin();
            while ((message = free.poll()) == null) {
                if (done) {
                    throwFailure();
                }
                waits.idle();
            }
        }
        return message;
    }

    @Override
    void load(UnsafeBuffer message) {
        // There are as many places as blocks.
        full.add(message);
    }

    @Override
    void end() {
        ended = true;
        waits.begin();
        while (!done) {
            waits.idle();
        }
        throwFailure();
    }

    private void throwFailure() {
        if (failure instanceof Error error) {
            throw error;
        } else if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    @Override
    public void run() {
        try {
            loadAll();
        } catch (final RuntimeException | Error thrown) {
            failure = thrown;
        }
        done = true;
    }

    private void loadAll() {
        final IdleStrategy idle = new BackoffIdleStrategy(100, 10, 1_000, 100_000);
        while (true) {
            final boolean last = ended;
            final UnsafeBuffer message = full.poll();
            if (message != null) {
                loadUnlessFailed(message);
                free.add(message);
                idle.reset();
            } else if (last) {
                return;
            } else {
                idle.idle();
            }
        }
    }

    private void loadUnlessFailed(UnsafeBuffer message) {
        if (failure == null) {
            try {
                loadNow(message);
            } catch (final RuntimeException | Error thrown) {
                failure = thrown;
            }
        }
    }
}
