// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ExpiryPolicyBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.config.units.MemoryUnit;
import org.ehcache.core.internal.statistics.DefaultStatisticsService;
import org.ehcache.core.spi.service.StatisticsService;

/** Ehcache with the off-heap tier alone and its own serializers. */
final class EhcacheContender implements Contender {
    private static final String NAME = "contender";

    /**
     * Far more than an entry's header: a segment grows its table and its data in powers of two, and
     * has both the old and the new table while it grows.
     */
    private static final int OVERHEAD_BYTES = 128;

    /** The smallest budget that Ehcache accepts. */
    private static final long MIN_BYTES = 1L << 20;

    private final StatisticsService statistics = new DefaultStatisticsService();
    private final CacheManager manager;
    private final Cache<Long, byte[]> cache;
    private final int valueBytes;
    private final EffectiveSettings effective;

    EhcacheContender(ContenderSettings settings) {
        final long offHeapBytes = Math.max(MIN_BYTES, settings.budgetBytes(OVERHEAD_BYTES));
        final CacheConfigurationBuilder<Long, byte[]> configuration =
                CacheConfigurationBuilder.newCacheConfigurationBuilder(
                        Long.class,
                        byte[].class,
                        ResourcePoolsBuilder.newResourcePoolsBuilder()
                                .offheap(offHeapBytes, MemoryUnit.B));
        manager = CacheManagerBuilder.newCacheManagerBuilder().using(statistics).build(true);
        cache =
                manager.createCache(
                        NAME,
                        settings.ttlNs() == ContenderSettings.NO_TTL
                                ? configuration
                                : configuration.withExpiry(
                                        ExpiryPolicyBuilder.timeToLiveExpiration(
                                                Duration.ofNanos(settings.ttlNs()))));
        valueBytes = settings.valueBytes();
        effective = settings.effective().with("offHeapBytes", offHeapBytes);
    }

    @Override
    public Session session() {
        return new EhcacheSession();
    }

    @Override
    public long entries() {
        return statistics.getCacheStatistics(NAME).getTierStatistics().get("OffHeap").getMappings();
    }

    @Override
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        manager.close();
    }

    private final class EhcacheSession implements Session {
        private final Set<Long> batch = new HashSet<>();

        @Override
        public long get(long key) {
            return HeapValues.firstWord(cache.get(key));
        }

        @Override
        public void put(long key) {
            cache.put(key, HeapValues.of(key, valueBytes));
        }

        @Override
        public int getAll(long[] keys) {
            batch.clear();
            for (final long key : keys) {
                batch.add(key);
            }
            final Map<Long, byte[]> found = cache.getAll(batch);
            return HeapValues.count(found);
        }
    }
}
