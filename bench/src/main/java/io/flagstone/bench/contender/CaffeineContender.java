// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.flagstone.bench.report.EffectiveSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Caffeine. A read returns the stored array without copying it. */
final class CaffeineContender implements Contender {
    private final Cache<Long, byte[]> cache;
    private final int valueBytes;
    private final EffectiveSettings effective;

    CaffeineContender(ContenderSettings settings) {
        final Caffeine<Object, Object> builder =
                Caffeine.newBuilder()
                        .maximumSize(settings.entries())
                        .initialCapacity(settings.entries());
        if (settings.ttlNs() != ContenderSettings.NO_TTL) {
            builder.expireAfterWrite(settings.ttlNs(), TimeUnit.NANOSECONDS);
        }
        cache = builder.build();
        valueBytes = settings.valueBytes();
        effective = settings.effective().with("maximumSize", settings.entries());
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
