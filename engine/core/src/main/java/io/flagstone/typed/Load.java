// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.concurrent.CompletableFuture;

/**
 * One load of a key: its result, who is interested in it, and which thread runs it.
 *
 * <p>A load is new, then begun by one thread, then done. A new load blocks nobody: a thread that
 * needs its value begins it itself, whether or not the executor ever does.
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

        /** A caller asks for the value anew, whether or not the key is there. */
        REFRESH,

        /** An entry that is there is near its deadline. */
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

    /** The thread that runs the load, while it does. */
    private volatile Thread runner;

    /** The lease on the key, or 0 before it is taken; it is taken before the source is read. */
    private volatile long lease;

    /**
     * Set by a plain store before anything is called, so that a thread that waits sees the end even
     * if an Error kept {@link #result} from being completed.
     */
    private volatile boolean done;

    private volatile V value;
    private volatile Throwable failure;
    private volatile boolean interrupted;

    /** A load that is new, with one caller that is interested. */
    Load(K key, Object identity, Loader<? super K, ? extends V> loader, Kind kind) {
        this.key = key;
        this.identity = identity;
        this.loader = loader;
        this.kind = kind;
    }

    /** Completes when the load ends, for callers that do not wait. */
    CompletableFuture<V> result() {
        return result;
    }

    /** Takes part. Refused once the last caller that was interested has left. */
    synchronized boolean join() {
        if (cancelled) {
            return false;
        }
        interested++;
        return true;
    }

    /** Takes part no longer. A load that nobody is interested in is interrupted, and not kept. */
    synchronized void leave() {
        interested--;
        if (interested == 0 && !done) {
            cancelled = true;
            if (runner != null) {
                runner.interrupt();
            }
        }
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Whether no thread runs the load yet. */
    synchronized boolean isNew() {
        return !begun;
    }

    /** Begins the load by the calling thread, which has to run it then; false if it has begun. */
    synchronized boolean begin() {
        if (begun) {
            return false;
        }
        begun = true;
        runner = Thread.currentThread();
        return true;
    }

    /** The thread that runs the load, or null. */
    Thread runner() {
        return done ? null : runner;
    }

    long lease() {
        return lease;
    }

    void leased(long taken) {
        lease = taken;
    }

    /** Whether an interrupt of its thread ended the load, so that others have to load anew. */
    boolean wasInterrupted() {
        return interrupted;
    }

    boolean isDone() {
        return done;
    }

    /** What was loaded, or null. */
    V value() {
        return value;
    }

    /** What ended the load, or null. */
    Throwable failure() {
        return failure;
    }

    /** Ends the load. An interrupt that was meant for the load alone does not stay set. */
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
        if (cancelled) {
            Thread.interrupted();
        }
    }
}
