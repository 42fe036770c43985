package io.flagstone.typed;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.ToLongBiFunction;

/**
 * Collects what a cache of objects is to do. Not thread-safe.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
public final class TypedCacheBuilder<K, V> {
    private final CacheBuilder engine;
    final Codec<K> keys;
    final Codec<V> values;
    ToLongBiFunction<? super K, ? super V> ttlNs;
    Loader<? super K, ? extends V> loader;
    long refreshAheadNs;
    Executor executor = ForkJoinPool.commonPool();

    TypedCacheBuilder(CacheBuilder engine, Codec<K> keys, Codec<V> values) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.keys = Objects.requireNonNull(keys, "keys");
        this.values = Objects.requireNonNull(values, "values");
    }

    /**
     * Sets each entry's time to live, in place of the engine's default.
     *
     * @param ns of key and value: positive nanoseconds, {@link OffHeapCache#NO_TTL}, {@link
     *     OffHeapCache#DEFAULT_TTL} or {@link OffHeapCache#KEEP_TTL}.
     * @return this.
     */
    public TypedCacheBuilder<K, V> ttlNs(ToLongBiFunction<? super K, ? super V> ns) {
        this.ttlNs = Objects.requireNonNull(ns, "ns");
        return this;
    }

    /**
     * Sets where {@link Cache#get} has values from that are missing.
     *
     * @param loads values; none by default.
     * @return this.
     */
    public TypedCacheBuilder<K, V> loader(Loader<? super K, ? extends V> loads) {
        this.loader = Objects.requireNonNull(loads, "loads");
        return this;
    }

    /**
     * Makes a hit on an entry that expires within this time load it anew, by the executor, while
     * the value that is there is returned. A refresh that fails is logged, and leaves the value.
     * Needs a loader; what has no time to live is never refreshed.
     *
     * @param ns positive nanoseconds, less than the time to live.
     * @return this.
     */
    public TypedCacheBuilder<K, V> refreshAheadNs(long ns) {
        if (ns <= 0) {
            throw new IllegalArgumentException("refreshAheadNs " + ns + " is not positive");
        }
        this.refreshAheadNs = ns;
        return this;
    }

    /**
     * Sets who runs refreshes and {@link Cache#getAsync}; the common pool by default.
     *
     * @param runs them.
     * @return this.
     */
    public TypedCacheBuilder<K, V> executor(Executor runs) {
        this.executor = Objects.requireNonNull(runs, "runs");
        return this;
    }

    /**
     * Sets who is told of entries that leave.
     *
     * @param listener called under the lock of a segment, as are the codecs for its sake.
     * @return this.
     */
    public TypedCacheBuilder<K, V> removalListener(RemovalListener<? super K, ? super V> listener) {
        engine.removalListener(
                (cause, key, value) ->
                        listener.onRemoval(
                                cause,
                                keys.decode(key, 0, key.capacity()),
                                values.decode(value, 0, value.capacity())));
        return this;
    }

    /**
     * Builds the cache and takes its memory.
     *
     * @return an empty cache.
     * @throws IllegalArgumentException as the engine's builder does, or if there is a refresh
     *     without a loader.
     */
    public Cache<K, V> build() {
        if (refreshAheadNs > 0 && loader == null) {
            throw new IllegalArgumentException(
                    "refreshAheadNs " + refreshAheadNs + " needs a loader");
        }
        return new Cache<>(this, engine.build());
    }
}
