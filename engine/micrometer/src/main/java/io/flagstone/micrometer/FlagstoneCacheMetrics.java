// SPDX-License-Identifier: Apache-2.0
package io.flagstone.micrometer;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheClosedException;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RestartReport;
import io.flagstone.typed.Cache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.cache.CacheMeterBinder;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a cache.
 *
 * <ul>
 *   <li>With Micrometer's names for all caches: {@code cache.gets} by result, {@code cache.puts},
 *       {@code cache.evictions} and {@code cache.size}.
 *   <li>For this cache: {@code cache.evictions.cause}, {@code cache.expirations}, {@code
 *       cache.removals}, {@code cache.lock.contentions}, {@code cache.read.retries}, {@code
 *       cache.segment.resets}, {@code cache.segment.reset.entries}, {@code cache.memory} by part
 *       and {@code cache.memory.budget}.
 *   <li>For a cache with a directory or a checkpoint to restore: {@code cache.restart.kept}, {@code
 *       .expired}, {@code .dropped} and {@code .duration}, by kind.
 *   <li>For the loads of a typed cache: {@code cache.load} by result, {@code cache.load.duration},
 *       and {@code cache.load.refreshes}, {@code .outdated}, {@code .too.large} and {@code
 *       .expired.at.once}.
 * </ul>
 *
 * <p>The cache always counts, with or without meters. Reading a meter takes the lock of each
 * segment for some tens of nanoseconds. Once the cache is closed, counters keep their last count,
 * and its size and memory are 0. Meters can be read while the cache is being closed.
 *
 * <pre>{@code
 * new FlagstoneCacheMetrics(cache, "quotes", List.of()).bindTo(registry);
 * }</pre>
 */
// The module requires Micrometer transitively, so users of these signatures can read it.
@SuppressWarnings("exports")
public final class FlagstoneCacheMetrics extends CacheMeterBinder<OffHeapCache> {
    private static final List<Part> PARTS =
            List.of(
                    new Part("index", MemoryReport::indexBytes),
                    new Part("headers", MemoryReport::headerBytes),
                    new Part("keys", MemoryReport::keyBytes),
                    new Part("values", MemoryReport::valueBytes),
                    new Part("rounding", MemoryReport::roundingBytes),
                    new Part("free.chunks", MemoryReport::freeChunkBytes),
                    new Part("free.slabs", MemoryReport::freeSlabBytes),
                    new Part("unused", MemoryReport::unusedBytes));

    private final WeakReference<Cache<?, ?>> typed;

    /** A part of the memory. */
    private record Part(String name, ToDoubleFunction<MemoryReport> bytes) {}

    /**
     * Creates the meters of a cache.
     *
     * @param cache the cache; held weakly.
     * @param name the value of the tag {@code cache}.
     * @param tags the tags of all meters.
     */
    public FlagstoneCacheMetrics(OffHeapCache cache, String name, Iterable<Tag> tags) {
        super(cache, name, tags);
        this.typed = null;
    }

    /**
     * Creates the meters of a typed cache and of its loads.
     *
     * @param cache the cache; held weakly.
     * @param name the value of the tag {@code cache}.
     * @param tags the tags of all meters.
     */
    public FlagstoneCacheMetrics(Cache<?, ?> cache, String name, Iterable<Tag> tags) {
        super(cache.engine(), name, tags);
        this.typed = new WeakReference<>(cache);
    }

    @Override
    protected Long size() {
        final OffHeapCache cache = getCache();
        return cache == null ? 0 : (long) unlessClosed(cache, OffHeapCache::size);
    }

    /** Returns a figure of a cache, or 0 if another thread has closed the cache. */
    private static double unlessClosed(OffHeapCache cache, ToDoubleFunction<OffHeapCache> figure) {
        try {
            return figure.applyAsDouble(cache);
        } catch (final CacheClosedException e) {
            return 0;
        }
    }

    private long count(ToDoubleFunction<CacheStatistics> figure) {
        final OffHeapCache cache = getCache();
        return cache == null ? 0 : (long) figure.applyAsDouble(cache.statistics());
    }

    @Override
    protected long hitCount() {
        return count(CacheStatistics::hits);
    }

    @Override
    protected Long missCount() {
        return count(CacheStatistics::misses);
    }

    @Override
    protected Long evictionCount() {
        return count(CacheStatistics::evictions);
    }

    @Override
    protected long putCount() {
        return count(statistics -> statistics.insertions() + statistics.replacements());
    }

    @Override
    protected void bindImplementationSpecificMetrics(MeterRegistry registry) {
        eviction(registry, "bound", CacheStatistics::boundEvictions);
        eviction(registry, "room", CacheStatistics::roomEvictions);
        eviction(registry, "slab", CacheStatistics::slabEvictions);
        counter("cache.expirations", CacheStatistics::expirations).register(registry);
        counter("cache.removals", CacheStatistics::removals).register(registry);
        counter("cache.lock.contentions", CacheStatistics::lockContentions).register(registry);
        counter("cache.read.retries", CacheStatistics::readRetries).register(registry);
        counter("cache.segment.resets", CacheStatistics::segmentResets).register(registry);
        counter("cache.segment.reset.entries", CacheStatistics::resetEntries).register(registry);
        if (typed != null) {
            bindLoads(registry, typed.get());
        }
        final OffHeapCache bound = getCache();
        if (bound != null) {
            bound.restartReport().ifPresent(report -> bindRestart(registry, report));
        }
        for (final Part part : PARTS) {
            Gauge.builder("cache.memory", getCache(), cache -> bytes(cache, part.bytes))
                    .tags(getTagsWithCacheName())
                    .tag("part", part.name)
                    .baseUnit(BaseUnits.BYTES)
                    .register(registry);
        }
        Gauge.builder(
                        "cache.memory.budget",
                        getCache(),
                        cache -> bytes(cache, MemoryReport::budgetBytes))
                .tags(getTagsWithCacheName())
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
    }

    /** How the cache began does not change, so these meters need nothing of the cache. */
    private void bindRestart(MeterRegistry registry, RestartReport report) {
        restart("cache.restart.kept", report, RestartReport::kept).register(registry);
        restart("cache.restart.expired", report, RestartReport::expired).register(registry);
        restart("cache.restart.dropped", report, RestartReport::dropped).register(registry);
        TimeGauge.builder(
                        "cache.restart.duration",
                        report,
                        TimeUnit.NANOSECONDS,
                        RestartReport::durationNs)
                .strongReference(true)
                .tags(getTagsWithCacheName())
                .tag("kind", report.kind().name())
                .description("The time that it took to continue or to begin the cache")
                .register(registry);
    }

    private Gauge.Builder<RestartReport> restart(
            String name, RestartReport report, ToDoubleFunction<RestartReport> figure) {
        return Gauge.builder(name, report, figure)
                .strongReference(true)
                .tags(getTagsWithCacheName())
                .tag("kind", report.kind().name());
    }

    private void bindLoads(MeterRegistry registry, Cache<?, ?> cache) {
        if (cache == null) {
            return;
        }
        TimeGauge.builder(
                        "cache.load.duration",
                        cache,
                        TimeUnit.NANOSECONDS,
                        one -> one.loadStatistics().totalLoadNs())
                .tags(getTagsWithCacheName())
                .description("The total time of all loads")
                .register(registry);
        load(cache, "cache.load", LoadStatistics::loads)
                .tag("result", "success")
                .register(registry);
        load(cache, "cache.load", LoadStatistics::failures)
                .tag("result", "failure")
                .register(registry);
        load(cache, "cache.load.refreshes", LoadStatistics::refreshes).register(registry);
        load(cache, "cache.load.outdated", LoadStatistics::outdated).register(registry);
        load(cache, "cache.load.too.large", LoadStatistics::tooLarge).register(registry);
        load(cache, "cache.load.expired.at.once", LoadStatistics::expiredAtOnce).register(registry);
    }

    private FunctionCounter.Builder<Cache<?, ?>> load(
            Cache<?, ?> cache, String name, ToDoubleFunction<LoadStatistics> figure) {
        return FunctionCounter.<Cache<?, ?>>builder(
                        name, cache, one -> figure.applyAsDouble(one.loadStatistics()))
                .tags(getTagsWithCacheName());
    }

    private void eviction(
            MeterRegistry registry, String cause, ToDoubleFunction<CacheStatistics> figure) {
        counter("cache.evictions.cause", figure).tag("cause", cause).register(registry);
    }

    private FunctionCounter.Builder<OffHeapCache> counter(
            String name, ToDoubleFunction<CacheStatistics> figure) {
        return FunctionCounter.builder(
                        name, getCache(), cache -> figure.applyAsDouble(cache.statistics()))
                .tags(getTagsWithCacheName());
    }

    private static double bytes(OffHeapCache cache, ToDoubleFunction<MemoryReport> part) {
        return unlessClosed(cache, open -> part.applyAsDouble(open.memoryReport()));
    }
}
