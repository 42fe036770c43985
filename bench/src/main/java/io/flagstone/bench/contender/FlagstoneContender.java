// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.CacheBuilder;
import io.flagstone.MultiGet;
import io.flagstone.OffHeapCache;
import io.flagstone.bench.report.EffectiveSettings;
import org.agrona.concurrent.UnsafeBuffer;

/** Flagstone, with long keys or with keys in buffers. */
final class FlagstoneContender implements Contender {
    private static final int HEADER_BYTES = 48;

    /** A chunk exceeds its value by at most a twelfth of the value. */
    private static final int ROUNDING = 12;

    private static final int MAX_BATCH = 1024;

    private final OffHeapCache cache;
    private final int valueBytes;
    private final boolean longKeys;

    private FlagstoneContender(CacheBuilder builder, ContenderSettings settings, boolean longKeys) {
        if (settings.ttlNs() != ContenderSettings.NO_TTL) {
            builder.defaultTtlNs(settings.ttlNs());
        }
        this.cache =
                builder.memoryBytes(
                                settings.budgetBytes(
                                        HEADER_BYTES + settings.valueBytes() / ROUNDING))
                        .expectedEntryBytes(Long.BYTES + settings.valueBytes())
                        .build();
        this.valueBytes = settings.valueBytes();
        this.longKeys = longKeys;
    }

    static Contender relaxed(ContenderSettings settings) {
        return new FlagstoneContender(OffHeapCache.builder(), settings, true);
    }

    static Contender exact(ContenderSettings settings) {
        return new FlagstoneContender(OffHeapCache.builder().promotionDistance(0), settings, true);
    }

    static Contender byteKeys(ContenderSettings settings) {
        return new FlagstoneContender(OffHeapCache.builder(), settings, false);
    }

    @Override
    public Session session() {
        return longKeys ? new LongKeySession() : new ByteKeySession();
    }

    @Override
    public long entries() {
        return cache.size();
    }

    @Override
    public EffectiveSettings settings() {
        return EffectiveSettings.of(cache.configuration());
    }

    @Override
    public void close() {
        cache.close();
    }

    private static long firstWord(UnsafeBuffer value, int length) {
        return length == OffHeapCache.NOT_FOUND ? Session.MISSING : value.getLong(0);
    }

    private int getAll(MultiGet batch, UnsafeBuffer values, long[] keys) {
        final int found = cache.get(batch, values, 0);
        for (int i = 0; i < keys.length; i++) {
            if (batch.length(i) >= 0 && values.getLong(batch.offset(i)) != keys[i]) {
                throw new IllegalStateException("key " + keys[i] + " has another key's value");
            }
        }
        return found;
    }

    private final class LongKeySession implements Session {
        private final UnsafeBuffer found = new UnsafeBuffer(new byte[valueBytes]);
        private final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        private final UnsafeBuffer many = new UnsafeBuffer(new byte[MAX_BATCH * valueBytes]);
        private final MultiGet batch = new MultiGet(MAX_BATCH);

        @Override
        public long get(long key) {
            return firstWord(found, cache.get(key, found, 0));
        }

        @Override
        public void put(long key) {
            value.putLong(0, key);
            cache.put(key, value, 0, valueBytes);
        }

        @Override
        public int getAll(long[] keys) {
            batch.clear();
            for (final long key : keys) {
                batch.add(key);
            }
            return FlagstoneContender.this.getAll(batch, many, keys);
        }
    }

    private final class ByteKeySession implements Session {
        private final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[MAX_BATCH * Long.BYTES]);
        private final UnsafeBuffer found = new UnsafeBuffer(new byte[valueBytes]);
        private final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        private final UnsafeBuffer many = new UnsafeBuffer(new byte[MAX_BATCH * valueBytes]);
        private final MultiGet batch = new MultiGet(MAX_BATCH);

        @Override
        public long get(long key) {
            keyBytes.putLong(0, key);
            return firstWord(found, cache.get(keyBytes, 0, Long.BYTES, found, 0));
        }

        @Override
        public void put(long key) {
            keyBytes.putLong(0, key);
            value.putLong(0, key);
            cache.put(keyBytes, 0, Long.BYTES, value, 0, valueBytes);
        }

        @Override
        public int getAll(long[] keys) {
            batch.clear();
            for (int i = 0; i < keys.length; i++) {
                keyBytes.putLong(i * Long.BYTES, keys[i]);
                batch.add(keyBytes, i * Long.BYTES, Long.BYTES);
            }
            return FlagstoneContender.this.getAll(batch, many, keys);
        }
    }
}
