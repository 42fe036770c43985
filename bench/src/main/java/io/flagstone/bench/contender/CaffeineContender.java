package io.flagstone.bench.contender;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Caffeine, bounded by entries. A read returns the array that is there, uncopied. */
final class CaffeineContender implements Contender {
    private final Cache<Long, byte[]> cache;
    private final int valueBytes;

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
    }

    @Override
    public Session session() {
        return new Session() {
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
                HeapValues.box(keys, batch);
                return HeapValues.check(cache.getAllPresent(batch));
            }
        };
    }

    @Override
    public long entries() {
        cache.cleanUp();
        return cache.estimatedSize();
    }

    @Override
    public void close() {
        cache.invalidateAll();
    }
}
