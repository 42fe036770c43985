// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A caller's own view of a load's result. However it is completed (by the load, or before that by
 * {@code cancel}, {@code complete} or {@code orTimeout}), it ends this caller's interest and no
 * other's.
 *
 * <p>A thread that waits by {@code join} or {@code get} without a limit runs the load itself if the
 * executor has not begun it, and gets an exception if the load waits for that thread.
 *
 * @param <K> the key's type.
 * @param <V> the value's type.
 */
final class Interest<K, V> extends CompletableFuture<V> {
    final K key;
    final Loader<? super K, ? extends V> loader;
    final Load.Kind kind;
    private final Loads<K, V> loads;
    private volatile Load<K, V> load;

    /** Whether a load was interrupted, and this took part in another one. */
    private boolean anew;

    Interest(Loads<K, V> loads, K key, Loader<? super K, ? extends V> loader, Load.Kind kind) {
        this.loads = loads;
        this.key = key;
        this.loader = loader;
        this.kind = kind;
    }

    /** Takes part in a load that it has joined. */
    void follow(Load<K, V> joined) {
        load = joined;
        whenComplete((value, failure) -> joined.leave());
        joined.result().whenComplete((value, failure) -> ended(joined));
    }

    private void ended(Load<K, V> joined) {
        if (isDone()) {
            return;
        }
        final Throwable failure = joined.failure();
        if (failure == null) {
            complete(joined.value());
        } else if (joined.wasInterrupted() && beginAnew()) {
            try {
                loads.start(this);
            } catch (final RuntimeException | Error e) {
                completeExceptionally(e);
            }
        } else {
            completeExceptionally(failure instanceof Error ? failure : new LoadException(failure));
        }
    }

    private synchronized boolean beginAnew() {
        final boolean first = !anew;
        anew = true;
        return first;
    }

    @Override
    public V join() {
        boolean interrupted = false;
        while (!isDone()) {
            try {
                help();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return super.join();
    }

    @Override
    public V get() throws InterruptedException, ExecutionException {
        while (!isDone()) {
            help();
        }
        return super.get();
    }

    /** Runs the load, or waits for some time. */
    private void help() throws InterruptedException {
        final Load<K, V> current = load;
        if (current.begin()) {
            loads.run(current);
            return;
        }
        WaitGraph.enter(current);
        try {
            Loads.sleepUntilDone(this);
        } finally {
            WaitGraph.leave();
        }
        if (current.isDone() && current == load) {
            ended(current);
        }
    }
}
