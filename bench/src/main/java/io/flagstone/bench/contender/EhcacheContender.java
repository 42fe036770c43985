package io.flagstone.bench.contender;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ExpiryPolicyBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.config.units.MemoryUnit;
import org.ehcache.core.internal.statistics.DefaultStatisticsService;

/** Ehcache with nothing but its off-heap tier, and its own serializers of Long and byte[]. */
final class EhcacheContender implements Contender {
    private static final String NAME = "contender";
    private static final String TIER = "OffHeap";

    /** Found by trying: with less, entries are missing. */
    private static final int OVERHEAD_BYTES = 112;

    private static final long MIN_BYTES = 2L << 20;

    private final DefaultStatisticsService statistics = new DefaultStatisticsService();
    private final CacheManager manager;
    private final Cache<Long, byte[]> cache;
    private final int valueBytes;

    EhcacheContender(ContenderSettings settings) {
        final long bytes = Math.max(MIN_BYTES, settings.budgetBytes(OVERHEAD_BYTES));
        CacheConfigurationBuilder<Long, byte[]> configuration =
                CacheConfigurationBuilder.newCacheConfigurationBuilder(
                        Long.class,
                        byte[].class,
                        ResourcePoolsBuilder.newResourcePoolsBuilder()
                                .offheap(bytes, MemoryUnit.B));
        if (settings.ttlNs() != ContenderSettings.NO_TTL) {
            configuration =
                    configuration.withExpiry(
                            ExpiryPolicyBuilder.timeToLiveExpiration(
                                    Duration.ofNanos(settings.ttlNs())));
        }
        manager =
                CacheManagerBuilder.newCacheManagerBuilder()
                        .using(statistics)
                        .withCache(NAME, configuration)
                        .build(true);
        cache = manager.getCache(NAME, Long.class, byte[].class);
        valueBytes = settings.valueBytes();
    }

    @Override
    public Session session() {
        return new Session() {
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
                HeapValues.box(keys, batch);
                return HeapValues.check(cache.getAll(batch));
            }
        };
    }

    @Override
    public long entries() {
        return statistics.getCacheStatistics(NAME).getTierStatistics().get(TIER).getMappings();
    }

    @Override
    public void close() {
        manager.close();
    }
}
