// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.RemovalHandler;
import io.flagstone.api.Setting;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.BiFunction;
import java.util.function.ToLongBiFunction;

/**
 * Collects what a cache of objects is to do. Not thread-safe.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
public final class TypedCacheBuilder<K, V> {
    /** What the effective configuration says of a time that is not set. */
    private static final String NONE = "none";

    private final CacheBuilder engine;
    final Codec<K> keys;
    final Codec<V> values;
    ToLongBiFunction<? super K, ? super V> ttlNs;
    BulkLoader<K, V> bulkLoader;
    long refreshAheadNs;
    Executor executor = defaultExecutor();
    private Loader<? super K, ? extends V> loader;
    private RemovalListener<? super K, ? super V> removalListener;
    private Duration defaultTtl;
    private Duration expireAfterAccess;

    TypedCacheBuilder(CacheBuilder engine, Codec<K> keys, Codec<V> values) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.keys = Objects.requireNonNull(keys, "keys");
        this.values = Objects.requireNonNull(values, "values");
    }

    /**
     * Sets the time to live of entries that are put without one, in place of the engine's {@link
     * CacheBuilder#defaultTtlNs}.
     *
     * @param ttl positive; more than 292 years is for ever.
     * @return this.
     */
    public TypedCacheBuilder<K, V> defaultTtl(Duration ttl) {
        TimeToLive.toNs("defaultTtl", ttl);
        this.defaultTtl = ttl;
        return this;
    }

    /**
     * Makes entries that are put without a time to live expire when they have not been used for
     * this long, in place of the engine's {@link CacheBuilder#expireAfterAccessNs}.
     *
     * @param idle positive; more than 292 years is for ever.
     * @return this.
     */
    public TypedCacheBuilder<K, V> expireAfterAccess(Duration idle) {
        TimeToLive.toNs("expireAfterAccess", idle);
        this.expireAfterAccess = idle;
        return this;
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
     * The common pool, or a thread for each task where that pool has no more than one: it may have
     * none then, which JDK 17 does not tell apart, and a load that blocks would hold up the others.
     */
    private static Executor defaultExecutor() {
        return ForkJoinPool.getCommonPoolParallelism() > 1
                ? ForkJoinPool.commonPool()
                : task -> {
                    final Thread thread = new Thread(task, "flagstone-load");
                    thread.setDaemon(true);
                    thread.start();
                };
    }

    /**
     * Sets each entry's time to live, in place of the engine's default.
     *
     * @param ttl of key and value: positive; more than 292 years is for ever.
     * @return this.
     */
    public TypedCacheBuilder<K, V> ttl(BiFunction<? super K, ? super V, Duration> ttl) {
        Objects.requireNonNull(ttl, "ttl");
        return ttlNs((key, value) -> toTtlNs(ttl.apply(key, value)));
    }

    /** The nanoseconds of a time to live; 0 or less is expired at once. */
    private static long toTtlNs(Duration ttl) {
        return ttl.isNegative() || ttl.isZero() ? 0 : TimeToLive.toNs("ttl", ttl);
    }

    /**
     * Sets the loader of values that {@link Cache#get} misses.
     *
     * @param loads values; none by default.
     * @return this.
     */
    public TypedCacheBuilder<K, V> loader(Loader<? super K, ? extends V> loads) {
        this.loader = Objects.requireNonNull(loads, "loads");
        return this;
    }

    /**
     * Sets the loader of values that {@link Cache#getAll} misses. Without a {@link #loader}, it
     * loads single values as well.
     *
     * @param loads values; none by default.
     * @return this.
     */
    public TypedCacheBuilder<K, V> bulkLoader(BulkLoader<K, V> loads) {
        this.bulkLoader = Objects.requireNonNull(loads, "loads");
        return this;
    }

    /** The loader of single values, or null. */
    Loader<? super K, ? extends V> loader() {
        return loader == null && bulkLoader != null ? single(bulkLoader) : loader;
    }

    private static <K, V> Loader<K, V> single(BulkLoader<K, V> bulk) {
        return key -> bulk.loadAll(Set.of(key)).get(key);
    }

    /**
     * Makes a hit on an entry that expires within this time load it anew, by the executor, while
     * the value that is there is returned. The new value is kept unless the key was written or
     * removed meanwhile; if there is none, the key is removed. A refresh that fails is logged, and
     * leaves the value; it is tried again when half of the time that was left has passed. Needs a
     * loader; an entry that has no time to live is never refreshed, and one whose own time to live
     * is shorter than this is refreshed at half of it.
     *
     * @param ns positive nanoseconds, less than the engine's default time to live.
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
     * Does what {@link #refreshAheadNs} does.
     *
     * @param ahead positive, less than the engine's default time to live.
     * @return this.
     */
    public TypedCacheBuilder<K, V> refreshAhead(Duration ahead) {
        return refreshAheadNs(TimeToLive.toNs("refreshAhead", ahead));
    }

    /**
     * Sets the executor of refreshes and {@link Cache#getAsync}. By default that is the common
     * pool, or a daemon thread for each load where the common pool has less than two threads.
     *
     * @param runs them; may be slow, refuse or drop tasks, or run them in the calling thread.
     * @return this.
     */
    public TypedCacheBuilder<K, V> executor(Executor runs) {
        this.executor = Objects.requireNonNull(runs, "runs");
        return this;
    }

    /**
     * Sets the listener that is told of entries that leave.
     *
     * @param listener called under the lock of a segment, as are the codecs for its sake.
     * @return this.
     */
    public TypedCacheBuilder<K, V> removalListener(RemovalListener<? super K, ? super V> listener) {
        this.removalListener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Builds the cache and takes its memory. May be called several times: the caches share nothing
     * but what was passed to this builder.
     *
     * @return an empty cache.
     * @throws IllegalArgumentException as the engine's builder does, or if there is a refresh
     *     without a loader, with a sliding deadline, or of all the time to live.
     */
    public Cache<K, V> build() {
        if (refreshAheadNs > 0 && loader() == null) {
            throw new IllegalArgumentException(
                    "refreshAheadNs " + refreshAheadNs + " needs a loader");
        }
        final CacheBuilder own = engine.copy();
        if (defaultTtl != null) {
            own.defaultTtlNs(TimeToLive.toNs("defaultTtl", defaultTtl));
        }
        if (expireAfterAccess != null) {
            own.expireAfterAccessNs(TimeToLive.toNs("expireAfterAccess", expireAfterAccess));
        }
        if (removalListener != null) {
            own.removalHandler(decoding(removalListener));
        }
        final OffHeapCache built = own.build();
        try {
            checkRefresh(built.configuration());
            return new Cache<>(this, built);
        } catch (final RuntimeException | Error e) {
            built.close();
            throw e;
        }
    }

    private RemovalHandler decoding(RemovalListener<? super K, ? super V> listener) {
        return (cause, key, value) ->
                listener.onRemoval(
                        cause,
                        keys.decode(key, 0, key.capacity()),
                        values.decode(value, 0, value.capacity()));
    }

    private void checkRefresh(EffectiveConfiguration configuration) {
        if (refreshAheadNs == 0) {
            return;
        }
        final Setting idle = configuration.setting("expireAfterAccessNs");
        if (!idle.value().equals(NONE)) {
            throw new IllegalArgumentException(
                    "refreshAheadNs does not work with expireAfterAccessNs, since each hit renews"
                            + " the deadline: set defaultTtlNs instead: refreshAheadNs="
                            + refreshAheadNs);
        }
        final Setting ttl = configuration.setting("defaultTtlNs");
        if (ttlNs == null
                && !ttl.value().equals(NONE)
                && refreshAheadNs >= Long.parseLong(ttl.value())) {
            throw new IllegalArgumentException(
                    "refreshAheadNs must be less than defaultTtlNs, "
                            + ttl.value()
                            + ": refreshAheadNs="
                            + refreshAheadNs);
        }
    }
}
