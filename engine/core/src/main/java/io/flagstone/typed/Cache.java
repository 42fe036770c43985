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
 * A cache of objects over an {@link OffHeapCache}: keys and values go through {@link Codec}s.
 *
 * <p>Encoding and decoding happen outside of the engine's locks, in buffers of the calling thread
 * that are reused. What is read is a new object each time, unless it is read into one that is there
 * ({@link #getUsing}); changing it changes nothing in the cache.
 *
 * <p><b>Loads.</b> With a loader, {@link #get} loads what is missing, once for each key however
 * many callers ask at the same time. A load blocks nobody before it has begun: a caller that needs
 * the value of a load that the executor has not begun runs it itself. A key that is written or
 * removed while it is being loaded, through this class or the {@link #engine()}, outdates the load:
 * its value reaches those who wait and is not kept. A value that cannot be kept, because no slab
 * can hold it or because its time to live is 0 or less, still reaches its callers and is counted.
 * An Error of a loader reaches all who wait, as itself; an exception does as the cause of a {@link
 * LoadException}. An interrupt fails the caller whose thread ran the load, and the others load
 * anew. Loads that wait for each other fail with an {@link IllegalStateException}.
 *
 * <p>All methods may be called by any number of threads. Keys and values may not be {@code null}.
 * Once closed, operations throw an {@link IllegalStateException}.
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
 * @param <K> the keys' type. Two keys are one if their bytes are equal.
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
     * Starts the configuration of a cache.
     *
     * @param engine how the engine is to be built; its removal listener is set here if there is one
     *     for the objects.
     * @param keys the codec of keys; that of {@link Codecs#ofLong} is the fastest.
     * @param values the codec of values.
     * @param <K> the keys' type.
     * @param <V> the values' type.
     * @return a builder with the defaults.
     */
    public static <K, V> TypedCacheBuilder<K, V> builder(
            CacheBuilder engine, Codec<K> keys, Codec<V> values) {
        return new TypedCacheBuilder<>(engine, keys, values);
    }

    /**
     * Returns what was loaded so far. May be called after the cache was closed.
     *
     * @return the counts since the cache was built.
     */
    public LoadStatistics loadStatistics() {
        return loads.counters.statistics();
    }

    /**
     * Reads a value, and loads it if it is missing and there is a loader.
     *
     * @param key the key.
     * @return the value, or {@code null} if there is none.
     * @throws LoadException if the load failed, this one's or that which it waited for, or if this
     *     thread was interrupted, whose flag is set then.
     * @throws IllegalStateException if the load of the key would wait for itself.
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
     * Reads a value without waiting: the executor loads what is missing.
     *
     * @param key the key.
     * @return completes with the value or {@code null}, or with a {@link LoadException} or the
     *     loader's Error. Completing it in any other way, as by {@code cancel} or {@code
     *     orTimeout}, ends the caller's interest; a load in which nobody is interested any more is
     *     interrupted, and its value not kept. {@code join}, and {@code get} without a limit, run
     *     the load if the executor has not begun it. What depends on the future does not: if the
     *     executor drops its tasks, that never completes.
     * @throws IllegalStateException if there is no loader and the key is missing.
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
     * Loads a value anew by the executor, whether or not the cache holds one, which is served
     * meanwhile. If the loader returns {@code null}, the key is removed. If the load fails, what is
     * there stays.
     *
     * @param key the key.
     * @return as for {@link #getAsync}. If the key is being loaded already, this is that load.
     * @throws IllegalStateException if there is no loader.
     */
    public CompletableFuture<V> refresh(K key) {
        return loads.loadAsync(key, requireLoader(key), Load.Kind.REFRESH);
    }

    private Loader<? super K, ? extends V> requireLoader(K key) {
        if (loader == null) {
            throw new IllegalStateException("there is no loader for " + key);
        }
        return loader;
    }

    /**
     * Reads the values of several keys, and loads what is missing if there is a loader. With a
     * {@link BulkLoader} that is one call for all keys that are missing and not being loaded.
     *
     * @param several the keys.
     * @return those found, in a new map.
     * @throws LoadException if a load failed.
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

    /** Reads what is there, and returns the keys that are missing. */
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
     * Reads the values of several keys without waiting: the executor loads what is missing, with a
     * {@link BulkLoader} in one call.
     *
     * @param several the keys.
     * @return completes with those found, in a new map, or with the first failure. Completing it in
     *     any other way ends the caller's interest in all of them. {@code join}, and {@code get}
     *     without a limit, run what the executor has not begun.
     * @throws IllegalStateException if there is no loader and a key is missing.
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
            for (final K key : missing) {
                parts.add(loads.loadAsync(key, loader, Load.Kind.MISS));
            }
        }
        return new Interests<>(parts, found);
    }

    /**
     * Reads a value, and makes it if it is missing, once for each key however many ask.
     *
     * @param key the key.
     * @param maker makes the value, or returns {@code null} for none.
     * @return the value that is there or was made, or {@code null}.
     * @throws RuntimeException what the maker threw; a caller that waited for another's maker gets
     *     a {@link LoadException}.
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
     * The cache as a map. Its iterators see each entry that stays there at least once, hold no lock
     * and never fail; what they return was there at some moment. It never loads.
     *
     * @return a view.
     */
    public ConcurrentMap<K, V> asMap() {
        return new CacheMap<>(this);
    }
}
