// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The JDK's maps of boxed keys to arrays. A read returns the stored array without copying it. */
final class HashMapContender implements Contender {
    private static final float LOAD_FACTOR = 0.75f;

    private final Map<Long, byte[]> map;
    private final int valueBytes;
    private final EffectiveSettings effective;

    private HashMapContender(Map<Long, byte[]> map, ContenderSettings settings, Object bound) {
        this.map = map;
        this.valueBytes = settings.valueBytes();
        this.effective = settings.effective().with("maximumSize", bound);
    }

    /** Makes a map without a bound, which shows the least that the heap costs. */
    static Contender concurrent(ContenderSettings settings) {
        return new HashMapContender(new ConcurrentHashMap<>(settings.entries()), settings, "none");
    }

    /** Makes the textbook's LRU cache, under one lock. */
    static Contender linked(ContenderSettings settings) {
        return new HashMapContender(new LruMap(settings.entries()), settings, settings.entries());
    }

    @Override
    public Session session() {
        return new Session() {
            @Override
            public long get(long key) {
                return HeapValues.firstWord(map.get(key));
            }

            @Override
            public void put(long key) {
                map.put(key, HeapValues.of(key, valueBytes));
            }
        };
    }

    @Override
    public long entries() {
        return map.size();
    }

    @Override
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        map.clear();
    }

    private static final class LruMap extends LinkedHashMap<Long, byte[]> {
        private static final long serialVersionUID = 1;

        private final int maxEntries;

        LruMap(int maxEntries) {
            super((int) (maxEntries / LOAD_FACTOR) + 1, LOAD_FACTOR, true);
            this.maxEntries = maxEntries;
        }

        @Override
        public synchronized byte[] get(Object key) {
            return super.get(key);
        }

        @Override
        public synchronized byte[] put(Long key, byte[] value) {
            return super.put(key, value);
        }

        @Override
        public synchronized int size() {
            return super.size();
        }

        @Override
        public synchronized void clear() {
            super.clear();
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
            return size() > maxEntries;
        }
    }
}
