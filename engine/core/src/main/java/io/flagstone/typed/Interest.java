// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The future that one caller has of a load. Completing it, by the load or earlier by {@code
 * cancel}, {@code complete} or {@code orTimeout}, ends the interest of this caller only.
 *
 * <p>A thread that calls {@code join}, or {@code get} without a timeout, runs the load if the
 * executor has not begun it. It gets an exception if the load waits for that thread.
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

    /** The first load that was interrupted, or null. This joins one more load after it. */
    private Load<K, V> interrupted;

    /** True once a thread joins this to one more load. */
    private boolean reloading;

    /** The reason why that failed, or null. */
    private volatile Throwable refusal;

    Interest(Loads<K, V> loads, K key, Loader<? super K, ? extends V> loader, Load.Kind kind) {
        this.loads = loads;
        this.key = key;
        this.loader = loader;
        this.kind = kind;
    }

    /** Completes with a load that the caller has joined. */
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
        } else if (joined.wasInterrupted() && isFirstInterrupted(joined)) {
            reload();
        } else {
            completeExceptionally(failure instanceof Error ? failure : new LoadException(failure));
        }
    }

    private synchronized boolean isFirstInterrupted(Load<K, V> joined) {
        if (interrupted == null) {
            interrupted = joined;
        }
        return interrupted == joined;
    }

    /** Joins one more load, unless another thread does so. */
    private void reload() {
        try {
            if (claimReload()) {
                loads.start(this);
            }
        } catch (final RuntimeException | Error e) {
            refusal = e;
        }
        // If an Error prevents the completion, a thread that waits repeats it.
        final Throwable reason = refusal;
        if (reason != null) {
            completeExceptionally(reason);
        }
    }

    private synchronized boolean claimReload() {
        final boolean first = !reloading;
        reloading = true;
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

    /** Runs the load if no thread has begun it, otherwise waits for a limited time. */
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
