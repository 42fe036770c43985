// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;
import java.util.concurrent.TimeUnit;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/**
 * MapDB in direct memory. It evicts in order of creation. In order of use, each read would take the
 * segment's write lock and move its entry in a queue, which is stored like the entries.
 *
 * <p>Reads find an expired entry until a write to its segment removes it.
 */
final class MapDbContender implements Contender {
    /** MapDB's default. */
    private static final int SEGMENTS = 8;

    /** MapDB's default for the nodes of the tree of hashes. */
    private static final int NODE_SIZE = 16;

    /** MapDB's default. */
    private static final int LEVELS = 4;

    private final DB db;
    private final HTreeMap<Long, byte[]> map;
    private final int valueBytes;
    private final EffectiveSettings effective;

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
        effective =
                settings.effective()
                        .with("expireMaxSize", settings.entriesOver(SEGMENTS))
                        .with("segments", SEGMENTS);
    }

    /** Returns enough levels for the tree to have a place for each entry; else entries share. */
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
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        db.close();
    }
}
