// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.flagstone.bench.report.EffectiveSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Caffeine. A read returns the stored array without copying it.
 *
 * <p>Reads and writes leave their maintenance to an executor, by default a pool of the JVM. On a
 * machine where a cache line takes long from one processor to the other, callers that do it
 * themselves are faster. So there are two contenders.
 */
final class CaffeineContender implements Contender {
    private final Cache<Long, byte[]> cache;
    private final int valueBytes;
    private final EffectiveSettings effective;

    private CaffeineContender(ContenderSettings settings, Caffeine<Object, Object> builder) {
        builder.maximumSize(settings.entries()).initialCapacity(settings.entries());
        if (settings.ttlNs() != ContenderSettings.NO_TTL) {
            builder.expireAfterWrite(settings.ttlNs(), TimeUnit.NANOSECONDS);
        }
        cache = builder.build();
        valueBytes = settings.valueBytes();
        effective = settings.effective().with("maximumSize", settings.entries());
    }

    /** Caffeine with its default executor. */
    static Contender pooled(ContenderSettings settings) {
        return new CaffeineContender(settings, Caffeine.newBuilder());
    }

    /** Caffeine whose maintenance runs in the thread that causes it. */
    static Contender inCaller(ContenderSettings settings) {
        return new CaffeineContender(settings, Caffeine.newBuilder().executor(Runnable::run));
    }

    @Override
    public Session session() {
        return new CaffeineSession();
    }

    /** Counts entries after running the evictions that Caffeine has delayed. */
    @Override
    public long entries() {
        cache.cleanUp();
        return cache.estimatedSize();
    }

    @Override
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        cache.invalidateAll();
    }

    private final class CaffeineSession implements Session {
        private final List<Long> batch = new ArrayList<>();

        @Override
        public long get(long key) {
            return HeapValues.firstWord(cache.getIfPresent(key));
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
            final Map<Long, byte[]> found = cache.getAllPresent(batch);
            return HeapValues.count(found);
        }
    }
}
