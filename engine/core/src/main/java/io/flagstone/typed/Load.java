// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.concurrent.CompletableFuture;

/**
 * One load of a key: its result, its number of interested callers, and the thread that runs it.
 *
 * <p>A load is new, then begun by one thread, then done. A new load blocks no thread: a thread that
 * needs its value begins it, even if the executor never does.
 *
 * <p>Thread-safe.
 *
 * @param <K> the key's type.
 * @param <V> the value's type.
 */
final class Load<K, V> {
    /** Why a key is loaded. */
    enum Kind {
        /** The key is missing. */
        MISS,

        /** A caller requests a reload, whether or not the key is present. */
        REFRESH,

        /** An entry is near its deadline. */
        RENEWAL
    }

    final K key;

    /** Stands for the key in the table of loads. */
    final Object identity;

    final Loader<? super K, ? extends V> loader;
    final Kind kind;

    private final CompletableFuture<V> result = new CompletableFuture<>();
    private int interested = 1;
    private boolean begun;
    private boolean cancelled;
    private boolean refusing;

    /** The thread that runs the load, while it does. */
    private volatile Thread runner;

    /** The innermost wait of the runner when it began the load, or null. Null after the end. */
    private volatile WaitGraph.Wait begunDuring;

    /** The lease on the key, or 0 before it is taken. It is taken before the loader is called. */
    private volatile long lease;

    /**
     * Set before {@link #result} is completed, by an assignment that cannot fail, so that a waiting
     * thread sees the end even if an Error prevents the completion.
     */
    private volatile boolean done;

    private volatile V value;
    private volatile Throwable failure;
    private volatile boolean interrupted;

    /** Creates a new load with one interested caller. */
    Load(K key, Object identity, Loader<? super K, ? extends V> loader, Kind kind) {
        this.key = key;
        this.identity = identity;
        this.loader = loader;
        this.kind = kind;
    }

    /** Returns a future that completes when the load ends. */
    CompletableFuture<V> result() {
        return result;
    }

    /**
     * Adds an interested caller. Returns false if the last interested caller has left, or if the
     * load refuses callers.
     */
    synchronized boolean join() {
        if (cancelled || refusing) {
            return false;
        }
        interested++;
        return true;
    }

    /**
     * Removes an interested caller. A load without one is interrupted, and its value is not cached.
     */
    synchronized void leave() {
        interested--;
        if (interested == 0 && !done) {
            cancelled = true;
            if (runner != null) {
                runner.interrupt();
            }
        }
    }

    /**
     * Refuses callers from now on, if none has joined. Returns false if one has, and is still
     * interested.
     */
    synchronized boolean refuseCallers() {
        refusing = interested <= 1;
        return refusing;
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Returns whether no thread has begun the load. */
    synchronized boolean isNew() {
        return !begun;
    }

    /**
     * Begins the load in the calling thread, which must then run it. Returns false if the load was
     * already begun.
     */
    synchronized boolean begin() {
        if (begun) {
            return false;
        }
        // First, because this may throw an Error.
        begunDuring = WaitGraph.current();
        begun = true;
        runner = Thread.currentThread();
        return true;
    }

    /** Returns the thread that runs the load, or null. */
    Thread runner() {
        return done ? null : runner;
    }

    /**
     * Returns the wait during which the runner began the load, or null. Call this before {@link
     * #runner}: if that is not null, this is not a null of the end.
     */
    WaitGraph.Wait begunDuring() {
        return begunDuring;
    }

    long lease() {
        return lease;
    }

    void leased(long taken) {
        lease = taken;
    }

    /**
     * Returns whether an interrupt of its thread ended the load, so that other callers must load
     * again.
     */
    boolean wasInterrupted() {
        return interrupted;
    }

    boolean isDone() {
        return done;
    }

    /** Returns the loaded value, or null. */
    V value() {
        return value;
    }

    /** Returns what the load threw, or null. */
    Throwable failure() {
        return failure;
    }

    /**
     * Ends the load. Clears the interrupt flag if the load was cancelled: the interrupt was meant
     * for the load only.
     */
    void end(V loaded, Throwable thrown, boolean byInterrupt) {
        value = loaded;
        failure = thrown;
        interrupted = byInterrupt;
        done = true;
        stop();
        if (thrown == null) {
            result.complete(loaded);
        } else {
            result.completeExceptionally(thrown);
        }
    }

    private synchronized void stop() {
        runner = null;
        // The wait refers to another load, and so to its value.
        begunDuring = null;
        if (cancelled) {
            Thread.interrupted();
        }
    }
}
