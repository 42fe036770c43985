package io.flagstone.typed;

import io.flagstone.api.LoadStatistics;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/**
 * The loads of a cache, one at a time for a key: who asks for a key that is being loaded waits for
 * that load, and gets its value or its failure.
 *
 * <p>A load ends in the order: its value is kept, then the load is forgotten, then those who wait
 * are told. So a key is never loaded by two at once, and who comes after the end finds the value. A
 * key that is written or removed while it is loaded outdates the load: those who wait still get its
 * value, but it is not kept.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class Loads<K, V> {
    private final ConcurrentHashMap<K, Load<V>> underWay = new ConcurrentHashMap<>();
    private final Cache<K, V> cache;
    private final Executor executor;

    Loads(Cache<K, V> cache, Executor executor) {
        this.cache = cache;
        this.executor = executor;
    }

    /** Loads by this thread, or waits for the thread that does. */
    V load(K key, Loader<? super K, ? extends V> loader) {
        while (true) {
            final Load<V> mine = new Load<>();
            final Load<V> other = underWay.putIfAbsent(key, mine);
            if (other == null) {
                run(key, mine, loader, false);
                return value(mine);
            }
            if (other.isOwn()) {
                throw new IllegalStateException("the loader asks for the key it loads: " + key);
            }
            if (other.join()) {
                return value(other);
            }
            // Its last waiter has left; it is about to end.
            underWay.remove(key, other);
        }
    }

    private static <V> V value(Load<V> load) {
        try {
            return load.result().get();
        } catch (final ExecutionException e) {
            throw new LoadException(e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException(e);
        } finally {
            load.leave();
        }
    }

    /** Loads by the executor. */
    CompletableFuture<V> loadAsync(K key, Loader<? super K, ? extends V> loader) {
        while (true) {
            final Load<V> mine = new Load<>();
            final Load<V> other = underWay.putIfAbsent(key, mine);
            if (other == null) {
                start(key, mine, loader, false);
                return new Interest<>(mine);
            }
            if (other.join()) {
                return new Interest<>(other);
            }
            underWay.remove(key, other);
        }
    }

    /** Loads anew by the executor what is still there, unless it is being loaded. */
    void refresh(K key, Loader<? super K, ? extends V> loader) {
        final Load<V> mine = new Load<>();
        if (underWay.putIfAbsent(key, mine) == null) {
            start(key, mine, loader, true);
        }
    }

    private void start(
            K key, Load<V> load, Loader<? super K, ? extends V> loader, boolean refresh) {
        try {
            executor.execute(() -> run(key, load, loader, refresh));
        } catch (final RuntimeException e) {
            underWay.remove(key, load);
            load.result().completeExceptionally(e);
            if (refresh) {
                cache.refreshFailed(e);
            }
        }
    }

    private void run(K key, Load<V> load, Loader<? super K, ? extends V> loader, boolean refresh) {
        V value = null;
        Throwable failure = null;
        try {
            if (!load.begin()) {
                throw new CancellationException("nobody waits for " + key);
            }
            // To be replaced by a refresh; for others a load that has ended since the miss.
            final V present = cache.getIfPresent(key);
            value = refresh || present == null ? loader.load(key) : present;
            if (value != null && value != present) {
                final V loaded = value;
                load.keep(
                        () -> {
                            if (refresh) {
                                cache.keepRefreshed(key, present, loaded);
                            } else {
                                cache.putIfAbsent(key, loaded);
                            }
                        });
            }
        } catch (final Throwable e) {
            failure = e;
        }
        load.end();
        underWay.remove(key, load);
        if (failure == null) {
            load.result().complete(value);
        } else {
            load.result().completeExceptionally(failure);
            if (refresh) {
                cache.refreshFailed(failure);
            }
        }
    }

    /** Outdates the load of a key that is being written or removed. */
    void outdate(K key) {
        if (!underWay.isEmpty()) {
            final Load<V> load = underWay.remove(key);
            if (load != null) {
                load.outdate();
            }
        }
    }

    LoadStatistics statistics() {
        return LoadStatistics.NONE;
    }

    /** Outdates all loads. */
    void outdateAll() {
        underWay.keySet().forEach(this::outdate);
    }

    /** A caller's own view of a load's result, which can be cancelled without the others'. */
    private static final class Interest<V> extends CompletableFuture<V> {
        private final Load<V> load;

        Interest(Load<V> load) {
            this.load = load;
            load.result()
                    .whenComplete(
                            (value, failure) -> {
                                if (failure == null) {
                                    complete(value);
                                } else {
                                    completeExceptionally(new LoadException(failure));
                                }
                            });
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            final boolean first = super.cancel(mayInterruptIfRunning);
            if (first) {
                load.leave();
            }
            return first;
        }
    }
}
