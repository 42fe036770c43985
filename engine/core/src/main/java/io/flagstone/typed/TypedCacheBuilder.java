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
 * Builds a {@link Cache}. Not thread-safe.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
public final class TypedCacheBuilder<K, V> {
    /** The value of a time that is not set in the effective configuration. */
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
    private Long defaultTtlNs;
    private Long expireAfterAccessNs;

    TypedCacheBuilder(CacheBuilder engine, Codec<K> keys, Codec<V> values) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.keys = Objects.requireNonNull(keys, "keys");
        this.values = Objects.requireNonNull(values, "values");
    }

    /**
     * Sets the time to live of entries that are written without one. Replaces the engine's {@link
     * CacheBuilder#defaultTtlNs}.
     *
     * @param ttl the time to live, positive; more than 292 years means for ever.
     * @return this.
     */
    public TypedCacheBuilder<K, V> defaultTtl(Duration ttl) {
        this.defaultTtlNs = TimeToLive.toNs("defaultTtl", ttl);
        return this;
    }

    /**
     * Sets the time after which unused entries expire, if they were written without a time to live.
     * Replaces the engine's {@link CacheBuilder#expireAfterAccessNs}.
     *
     * @param idle the time without use, positive; more than 292 years means for ever.
     * @return this.
     */
    public TypedCacheBuilder<K, V> expireAfterAccess(Duration idle) {
        this.expireAfterAccessNs = TimeToLive.toNs("expireAfterAccess", idle);
        return this;
    }

    /**
     * Sets a function that returns each entry's time to live. Replaces the engine's default.
     *
     * @param ns a function of key and value. It returns positive nanoseconds, {@link
     *     OffHeapCache#NO_TTL}, {@link OffHeapCache#DEFAULT_TTL} or {@link OffHeapCache#KEEP_TTL}.
     * @return this.
     */
    public TypedCacheBuilder<K, V> ttlNs(ToLongBiFunction<? super K, ? super V> ns) {
        this.ttlNs = Objects.requireNonNull(ns, "ns");
        return this;
    }

    /**
     * Returns the common pool, or an executor with a thread for each task if the parallelism of
     * that pool is 1 or less. Such a pool may have no thread, which JDK 17 does not report, and a
     * load that blocks would delay the others.
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
     * Sets a function that returns each entry's time to live. Replaces the engine's default.
     *
     * @param ttl a function of key and value. It returns a positive duration; more than 292 years
     *     means for ever.
     * @return this.
     */
    public TypedCacheBuilder<K, V> ttl(BiFunction<? super K, ? super V, Duration> ttl) {
        Objects.requireNonNull(ttl, "ttl");
        return ttlNs((key, value) -> toTtlNs(ttl.apply(key, value)));
    }

    /** Returns the nanoseconds of a time to live, or 0 if it is 0 or less. */
    private static long toTtlNs(Duration ttl) {
        return ttl.isNegative() || ttl.isZero() ? 0 : TimeToLive.toNs("ttl", ttl);
    }

    /**
     * Sets the loader that {@link Cache#get} calls for a missing value.
     *
     * @param loads the loader; none by default.
     * @return this.
     */
    public TypedCacheBuilder<K, V> loader(Loader<? super K, ? extends V> loads) {
        this.loader = Objects.requireNonNull(loads, "loads");
        return this;
    }

    /**
     * Sets the loader that {@link Cache#getAll} calls for missing values. Without a {@link
     * #loader(Loader)}, it also loads single values.
     *
     * @param loads the loader; none by default.
     * @return this.
     */
    public TypedCacheBuilder<K, V> bulkLoader(BulkLoader<K, V> loads) {
        this.bulkLoader = Objects.requireNonNull(loads, "loads");
        return this;
    }

    /** Returns the loader of single values, or null. */
    Loader<? super K, ? extends V> loader() {
        return loader == null && bulkLoader != null ? single(bulkLoader) : loader;
    }

    private static <K, V> Loader<K, V> single(BulkLoader<K, V> bulk) {
        return key -> bulk.loadAll(Set.of(key)).get(key);
    }

    /**
     * Sets how long before its deadline an entry is refreshed. A hit within this time reloads the
     * entry on the executor, and returns the old value. The new value is cached unless the key was
     * written or removed meanwhile; if the loader returns {@code null}, the key is removed. If a
     * refresh fails, the failure is logged and the old value stays. The next attempt is made when
     * half of the time that was left has passed. Refreshing needs a loader. An entry without a time
     * to live is never refreshed. An entry whose time to live is shorter than this time is
     * refreshed at half of its time to live.
     *
     * @param ns positive nanoseconds, less than the engine's default time to live unless {@link
     *     #ttlNs(ToLongBiFunction)} is set.
     * @return this.
     */
    public TypedCacheBuilder<K, V> refreshAheadNs(long ns) {
        if (ns <= 0) {
            throw new IllegalArgumentException(
                    "refreshAheadNs must be positive: refreshAheadNs=" + ns);
        }
        this.refreshAheadNs = ns;
        return this;
    }

    /**
     * Sets how long before its deadline an entry is refreshed, as {@link #refreshAheadNs(long)}
     * does.
     *
     * @param ahead a positive duration, less than the engine's default time to live unless {@link
     *     #ttlNs(ToLongBiFunction)} is set.
     * @return this.
     */
    public TypedCacheBuilder<K, V> refreshAhead(Duration ahead) {
        return refreshAheadNs(TimeToLive.toNs("refreshAhead", ahead));
    }

    /**
     * Sets the executor of asynchronous loads and refreshes. The default is the common pool, or a
     * daemon thread for each load if the parallelism of the common pool is less than two.
     *
     * @param runs the executor. It may be slow, refuse or drop tasks, or run them in the calling
     *     thread.
     * @return this.
     */
    public TypedCacheBuilder<K, V> executor(Executor runs) {
        this.executor = Objects.requireNonNull(runs, "runs");
        return this;
    }

    /**
     * Sets the listener that receives entries that leave the cache. Replaces the engine's removal
     * handler.
     *
     * @param listener called under the lock of a segment, and so are the codecs that decode its
     *     arguments.
     * @return this.
     */
    public TypedCacheBuilder<K, V> removalListener(RemovalListener<? super K, ? super V> listener) {
        this.removalListener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Builds the cache and allocates its memory. May be called several times: the caches share only
     * the objects that were passed to this builder.
     *
     * @return an empty cache.
     * @throws IllegalArgumentException if the engine's builder throws it, or if {@link
     *     #refreshAheadNs(long)} is set without a loader, with {@link
     *     #expireAfterAccess(Duration)}, or to the default time to live or more.
     */
    public Cache<K, V> build() {
        if (refreshAheadNs > 0 && loader() == null) {
            throw new IllegalArgumentException(
                    "refreshAheadNs needs a loader: refreshAheadNs=" + refreshAheadNs);
        }
        final CacheBuilder own = engine.copy();
        if (defaultTtlNs != null) {
            own.defaultTtlNs(defaultTtlNs);
        }
        if (expireAfterAccessNs != null) {
            own.expireAfterAccessNs(expireAfterAccessNs);
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
                    "refreshAheadNs must not be set with expireAfterAccessNs, since each hit moves"
                            + " the deadline; set defaultTtlNs instead: refreshAheadNs="
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
