package io.flagstone.typed;

import java.util.concurrent.CompletableFuture;

/**
 * One load under way: its result, who is interested in it, and whether it may still be kept.
 *
 * @param <V> the value's type.
 */
final class Load<V> {
    private final CompletableFuture<V> result = new CompletableFuture<>();
    private int interested = 1;
    private boolean stale;
    private boolean cancelled;
    private Thread runner;

    CompletableFuture<V> result() {
        return result;
    }

    /** Takes part; refused once the last who was interested has left. */
    synchronized boolean join() {
        if (cancelled) {
            return false;
        }
        interested++;
        return true;
    }

    /** Takes part no longer. A load that nobody waits for is interrupted, and not kept. */
    synchronized void leave() {
        interested--;
        if (interested == 0 && !result.isDone()) {
            cancelled = true;
            stale = true;
            if (runner != null) {
                runner.interrupt();
            }
        }
    }

    /** Whether the calling thread is the one that loads. */
    synchronized boolean isOwn() {
        return runner == Thread.currentThread();
    }

    /** Notes who loads; false if nobody is interested any more. */
    synchronized boolean begin() {
        runner = Thread.currentThread();
        return !cancelled;
    }

    /** Ends with it. An interrupt that was meant for the load is not left to the thread. */
    synchronized void end() {
        runner = null;
        if (cancelled) {
            Thread.interrupted();
        }
    }

    /** Says that the key has been written or removed since: what was loaded is not to be kept. */
    synchronized void outdate() {
        stale = true;
    }

    /** Keeps what was loaded, unless it is outdated; no write of the key comes in between. */
    synchronized void keep(Runnable write) {
        if (!stale) {
            write.run();
        }
    }
}
