package io.flagstone.bench.contender;

import net.openhft.chronicle.core.values.LongValue;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.values.Values;

/** Chronicle Map in memory, which never evicts. Reads fill an array that is reused. */
final class ChronicleMapContender implements Contender {
    private final ChronicleMap<LongValue, byte[]> map;
    private final int valueBytes;

    ChronicleMapContender(ContenderSettings settings) {
        valueBytes = settings.valueBytes();
        map =
                ChronicleMap.of(LongValue.class, byte[].class)
                        .constantValueSizeBySample(new byte[valueBytes])
                        .entries(settings.entries())
                        .create();
    }

    @Override
    public Session session() {
        final LongValue boxed = Values.newHeapInstance(LongValue.class);
        final byte[] found = new byte[valueBytes];
        final byte[] value = new byte[valueBytes];
        return new Session() {
            @Override
            public long get(long key) {
                boxed.setValue(key);
                return HeapValues.firstWord(map.getUsing(boxed, found));
            }

            @Override
            public void put(long key) {
                boxed.setValue(key);
                HeapValues.set(value, key);
                map.put(boxed, value);
            }
        };
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
    public void close() {
        map.close();
    }
}
