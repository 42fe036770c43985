// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;
import net.openhft.chronicle.core.values.LongValue;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.values.Values;

/**
 * Chronicle Map in memory. Keys use its value interface, which it prefers to boxed keys. A read
 * copies into an array of the session.
 */
final class ChronicleMapContender implements Contender {
    private final ChronicleMap<LongValue, byte[]> map;
    private final int valueBytes;
    private final EffectiveSettings effective;

    ChronicleMapContender(ContenderSettings settings) {
        valueBytes = settings.valueBytes();
        effective = settings.effective();
        map =
                ChronicleMap.of(LongValue.class, byte[].class)
                        .name("contender")
                        .entries(settings.entries())
                        .constantValueSizeBySample(new byte[valueBytes])
                        .putReturnsNull(true)
                        .create();
    }

    @Override
    public Session session() {
        return new ChronicleMapSession();
    }

    @Override
    public long entries() {
        return map.longSize();
    }

    @Override
    public long nativeBytes() {
        return map.offHeapMemoryUsed();
    }

    @Override
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        map.close();
    }

    private final class ChronicleMapSession implements Session {
        private final LongValue wanted = Values.newHeapInstance(LongValue.class);
        private final byte[] found = new byte[valueBytes];
        private final byte[] value = new byte[valueBytes];

        @Override
        public long get(long key) {
            wanted.setValue(key);
            return HeapValues.firstWord(map.getUsing(wanted, found));
        }

        @Override
        public void put(long key) {
            wanted.setValue(key);
            HeapValues.set(value, key);
            map.put(wanted, value);
        }
    }
}
