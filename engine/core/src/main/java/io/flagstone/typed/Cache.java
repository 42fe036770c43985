// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.LoadStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * A cache of objects over an {@link OffHeapCache}. {@link Codec}s encode keys and values.
 * Thread-safe.
 *
 * <p>Encoding and decoding happen outside of the engine's locks, in reused buffers. Each read
 * returns a new object, unless you pass one to read into ({@link #getUsing}). Changing it does not
 * change the cache.
 *
 * <p><b>Loads.</b> With a loader, {@link #get} loads a missing value, once for each key however
 * many callers ask at the same time. A load that the executor has not begun blocks no caller: a
 * caller that needs its value runs it. A write or removal of the key during the load, through this
 * class or the {@link #engine()}, outdates the load: callers that wait get its value, but it is not
 * cached. A value that cannot be cached, because no slab can hold it or because its time to live is
 * 0 or less, is still returned to its callers, and is counted. If the loader throws an Error, every
 * caller that waits gets that Error; an exception is the cause of a {@link LoadException}. If the
 * thread that runs a load is interrupted, its caller fails and the others load again. Loads that
 * wait for each other fail with an {@link IllegalStateException}.
 *
 * <p>Keys and values must not be {@code null}. Operations on a closed cache throw an {@link
 * IllegalStateException}.
 *
 * <pre>{@code
 * try (Cache<String, Quote> quotes =
 *         Cache.builder(
 *                         OffHeapCache.builder().memoryBytes(64 << 20),
 *                         Codecs.ofString(),
 *                         quoteCodec)
 *                 .loader(exchange::lastQuote)
 *                 .build()) {
 *     Quote quote = quotes.get("BTC/USD");
 * }
 * }</pre>
 *
 * @param <K> the keys' type. Two keys are the same key if their encoded bytes are equal.
 * @param <V> the values' type.
 */
public final class Cache<K, V> extends EntryOperations<K, V> {
    private final Loader<? super K, ? extends V> loader;
    private final BulkLoader<K, V> bulkLoader;
    private final Loads<K, V> loads;
    private final Refreshes<K, V> refreshes;

    Cache(TypedCacheBuilder<K, V> builder, OffHeapCache engine) {
        super(builder, engine);
        this.loader = builder.loader();
        this.bulkLoader = builder.bulkLoader;
        this.loads = new Loads<>(this, builder.executor);
        this.refreshes =
                builder.refreshAheadNs == 0
                        ? null
                        : new Refreshes<>(this, loads, loader, builder.refreshAheadNs);
    }

    /**
     * Creates a builder of a cache.
     *
     * @param engine the builder of the engine. It is copied; if you set a removal handler on the
     *     returned builder, it replaces the removal handler of the copy.
     * @param keys the codec of keys; {@link Codecs#ofLong} is the fastest.
     * @param values the codec of values.
     * @param <K> the keys' type.
     * @param <V> the values' type.
     * @return a builder with default settings.
     */
    public static <K, V> TypedCacheBuilder<K, V> builder(
            CacheBuilder engine, Codec<K> keys, Codec<V> values) {
        return new TypedCacheBuilder<>(engine, keys, values);
    }

    /**
     * Returns the statistics of loads. May be called after the cache was closed.
     *
     * @return the counts since the cache was built.
     */
    public LoadStatistics loadStatistics() {
        return loads.counters.statistics();
    }

    /**
     * Returns a value. Loads it if it is missing and the cache has a loader.
     *
     * @param key the key.
     * @return the value, or {@code null} if there is none.
     * @throws LoadException if the load that this call ran or waited for failed, or if this thread
     *     was interrupted; its interrupt flag is set then.
     * @throws IllegalStateException if the calling thread is loading this key, or loads would wait
     *     for each other.
     */
    public V get(K key) {
        final V found = getIfPresent(key);
        if (loader == null) {
            return found;
        }
        if (found == null) {
            return loads.load(key, loader);
        }
        hit(key);
        return found;
    }

    private void hit(K key) {
        if (refreshes != null) {
            refreshes.hit(key);
        }
    }

    /**
     * Returns a value without waiting: the executor loads a missing value.
     *
     * @param key the key.
     * @return a future that completes with the value or {@code null}, or exceptionally with a
     *     {@link LoadException} or the loader's Error. Completing it in another way, for example
     *     with {@code cancel} or {@code orTimeout}, ends this caller's interest. A load without an
     *     interested caller is interrupted, and its value is not cached. {@code join}, and {@code
     *     get} without a timeout, run the load if the executor has not begun it. Dependent stages
     *     do not: if the executor drops its tasks, they never complete.
     * @throws IllegalStateException if the key is missing and the cache has no loader.
     */
    public CompletableFuture<V> getAsync(K key) {
        final V found = getIfPresent(key);
        if (found != null) {
            hit(key);
            return CompletableFuture.completedFuture(found);
        }
        return loads.loadAsync(key, requireLoader(key), Load.Kind.MISS);
    }

    /**
     * Reloads a value on the executor, whether or not the cache holds one. Meanwhile reads return
     * the old value. If the loader returns {@code null}, the key is removed. If the load fails, the
     * old value stays.
     *
     * @param key the key.
     * @return a future as for {@link #getAsync}. If the key is already being loaded, it is the
     *     future of that load.
     * @throws IllegalStateException if the cache has no loader.
     */
    public CompletableFuture<V> refresh(K key) {
        return loads.loadAsync(key, requireLoader(key), Load.Kind.REFRESH);
    }

    private Loader<? super K, ? extends V> requireLoader(K key) {
        if (loader == null) {
            throw new IllegalStateException(
                    "the cache has no loader; set one on its builder: key=" + key);
        }
        return loader;
    }

    /**
     * Returns the values of several keys. Loads missing values if the cache has a loader. A {@link
     * BulkLoader} is called once for all missing keys that are not already being loaded.
     *
     * @param several the keys.
     * @return a new map of the keys that have a value.
     * @throws LoadException if a load failed, or if this thread was interrupted; its interrupt flag
     *     is set then.
     */
    public Map<K, V> getAll(Iterable<? extends K> several) {
        final Map<K, V> found = new HashMap<>();
        final List<K> missing = present(several, found);
        if (loader == null || missing.isEmpty()) {
            return found;
        }
        if (bulkLoader != null) {
            new BulkLoad<>(loads, loader, bulkLoader).load(missing, found);
        } else {
            for (final K key : missing) {
                final V value = loads.load(key, loader);
                if (value != null) {
                    found.put(key, value);
                }
            }
        }
        return found;
    }

    /** Adds the values that the cache holds to a map, and returns the missing keys. */
    private List<K> present(Iterable<? extends K> several, Map<K, V> found) {
        final List<K> missing = new ArrayList<>();
        for (final K key : several) {
            final V value = getIfPresent(key);
            if (value == null) {
                missing.add(key);
            } else {
                found.put(key, value);
                hit(key);
            }
        }
        return missing;
    }

    /**
     * Returns the values of several keys without waiting: the executor loads missing values. A
     * {@link BulkLoader} loads them in one call.
     *
     * @param several the keys.
     * @return a future that completes with a new map of the keys that have a value, or
     *     exceptionally with a failure of one of the loads. Completing it in another way ends this
     *     caller's interest in all loads. {@code join}, and {@code get} without a timeout, run the
     *     loads that the executor has not begun.
     * @throws IllegalStateException if a key is missing and the cache has no loader.
     */
    public CompletableFuture<Map<K, V>> getAllAsync(Iterable<? extends K> several) {
        final Map<K, V> found = new HashMap<>();
        final List<K> missing = present(several, found);
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        requireLoader(missing.get(0));
        final List<Interest<K, V>> parts = new ArrayList<>();
        if (bulkLoader != null) {
            new BulkLoad<>(loads, loader, bulkLoader).start(missing, parts);
        } else {
            startEach(missing, parts);
        }
        return new Interests<>(parts, found);
    }

    private void startEach(List<K> missing, List<Interest<K, V>> parts) {
        try {
            for (final K key : missing) {
                parts.add(loads.loadAsync(key, loader, Load.Kind.MISS));
            }
        } catch (final RuntimeException | Error e) {
            parts.forEach(part -> part.cancel(true));
            throw e;
        }
    }

    /**
     * Returns a value. Computes it if it is missing, once for each key however many callers ask.
     *
     * @param key the key.
     * @param maker computes the value, or returns {@code null} for none.
     * @return the value that was cached or computed, or {@code null}.
     * @throws RuntimeException the exception that the maker threw. A caller that waited for another
     *     caller's maker gets a {@link LoadException}.
     */
    public V computeIfAbsent(K key, Function<? super K, ? extends V> maker) {
        Objects.requireNonNull(maker, "maker");
        final V found = getIfPresent(key);
        if (found != null) {
            return found;
        }
        final RuntimeException[] thrown = new RuntimeException[1];
        try {
            return loads.load(
                    key,
                    missing -> {
                        try {
                            return maker.apply(missing);
                        } catch (final RuntimeException e) {
                            thrown[0] = e;
                            throw e;
                        }
                    });
        } catch (final LoadException e) {
            throw thrown[0] == null ? e : thrown[0];
        }
    }

    /**
     * Returns the cache as a map, which never calls the loader. Its iterators are weakly
     * consistent: they hold no lock, never throw because of a write, and return each entry that
     * stays in the cache at least once. Every entry they return was in the cache at some moment.
     *
     * @return a view of this cache.
     */
    public ConcurrentMap<K, V> asMap() {
        return new CacheMap<>(this);
    }
}
