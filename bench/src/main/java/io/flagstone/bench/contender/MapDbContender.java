// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import java.util.concurrent.TimeUnit;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/**
 * MapDB in direct memory. It evicts in order of creation: with order of use, each read would take
 * the segment's write lock and move its entry in a queue, which is stored like the entries.
 *
 * <p>Reads find what is due to expire until a write to the segment lets it go.
 */
final class MapDbContender implements Contender {
    /** Its default. */
    private static final int SEGMENTS = 8;

    /** Its default, of the nodes of the tree of hashes. */
    private static final int NODE_SIZE = 16;

    /** Its default. */
    private static final int LEVELS = 4;

    private final DB db;
    private final HTreeMap<Long, byte[]> map;
    private final int valueBytes;

    MapDbContender(ContenderSettings settings) {
        db = DBMaker.memoryDirectDB().make();
        final DB.HashMapMaker<Long, byte[]> maker =
                db.hashMap("contender", Serializer.LONG, Serializer.BYTE_ARRAY)
                        .layout(SEGMENTS, NODE_SIZE, levels(settings.entries()))
                        .counterEnable()
                        .expireMaxSize(settings.entriesOver(SEGMENTS));
        if (settings.ttlNs() == ContenderSettings.NO_TTL) {
            maker.expireAfterCreate();
        } else {
            maker.expireAfterCreate(settings.ttlNs(), TimeUnit.NANOSECONDS)
                    .expireAfterUpdate(settings.ttlNs(), TimeUnit.NANOSECONDS);
        }
        map = maker.create();
        valueBytes = settings.valueBytes();
    }

    /** So many that the tree has a place for each entry; without, entries would share. */
    private static int levels(int entries) {
        int levels = LEVELS;
        while (SEGMENTS * Math.pow(NODE_SIZE, levels) < entries) {
            levels++;
        }
        return levels;
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
