package io.flagstone.bench.contender;

import java.util.concurrent.TimeUnit;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/** MapDB's hash map in direct memory, bounded by entries, the oldest of which leave first. */
final class MapDbContender implements Contender {
    /** It evicts a few entries before it is full. */
    private static final double HEADROOM = 1.01;

    private final DB db = DBMaker.memoryDirectDB().make();
    private final HTreeMap<Long, byte[]> map;
    private final int valueBytes;

    MapDbContender(ContenderSettings settings) {
        final DB.HashMapMaker<Long, byte[]> maker =
                db.hashMap("contender", Serializer.LONG, Serializer.BYTE_ARRAY)
                        .counterEnable()
                        .expireMaxSize((long) (settings.entries() * HEADROOM));
        map =
                (settings.ttlNs() == ContenderSettings.NO_TTL
                                ? maker.expireAfterCreate()
                                : maker.expireAfterCreate(settings.ttlNs(), TimeUnit.NANOSECONDS)
                                        .expireAfterUpdate(settings.ttlNs(), TimeUnit.NANOSECONDS))
                        .create();
        valueBytes = settings.valueBytes();
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
        return map.sizeLong();
    }

    @Override
    public void close() {
        db.close();
    }
}
