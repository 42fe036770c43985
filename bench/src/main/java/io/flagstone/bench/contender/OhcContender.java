package io.flagstone.bench.contender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.caffinitas.ohc.CacheSerializer;
import org.caffinitas.ohc.OHCache;
import org.caffinitas.ohc.OHCacheBuilder;

/**
 * OHC, with each entry in memory of its own (linked) or all of a fixed size in one stretch for each
 * segment (chunked). Reads deserialize into a new array, since that is quicker than its direct
 * access, which reference counts.
 */
final class OhcContender implements Contender {
    /** Of an entry in memory of its own, as OHC counts it; malloc adds to it. */
    private static final int LINKED_OVERHEAD_BYTES = 64;

    private static final int CHUNKED_OVERHEAD_BYTES = 16;
    private static final int MAX_CHUNK_BYTES = 1 << 17;

    /** It evicts by the chunk. */
    private static final int CHUNKS_IN_SEGMENT = 32;

    private static final int SEGMENTS =
            Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1);
    private static final double LOAD_FACTOR = 0.75;

    private final OHCache<Long, byte[]> cache;
    private final int valueBytes;

    private OhcContender(OHCacheBuilder<Long, byte[]> builder, ContenderSettings settings) {
        final int buckets = (int) (settings.entries() / LOAD_FACTOR / SEGMENTS);
        valueBytes = settings.valueBytes();
        builder.keySerializer(new LongSerializer())
                .valueSerializer(new ArraySerializer(valueBytes))
                .segmentCount(SEGMENTS)
                .hashTableSize(Math.max(1 << 8, Integer.highestOneBit(2 * buckets - 1)));
        if (settings.ttlNs() != ContenderSettings.NO_TTL) {
            builder.timeouts(true)
                    .defaultTTLmillis(TimeUnit.NANOSECONDS.toMillis(settings.ttlNs()));
        }
        cache = builder.build();
    }

    static Contender linked(ContenderSettings settings) {
        return new OhcContender(
                OHCacheBuilder.<Long, byte[]>newBuilder()
                        .capacity(settings.budgetBytes(LINKED_OVERHEAD_BYTES)),
                settings);
    }

    static Contender chunked(ContenderSettings settings) {
        final long bytes = settings.budgetBytes(CHUNKED_OVERHEAD_BYTES);
        final long chunkBytes =
                Math.min(MAX_CHUNK_BYTES, Long.highestOneBit(bytes / SEGMENTS / CHUNKS_IN_SEGMENT));
        return new OhcContender(
                OHCacheBuilder.<Long, byte[]>newBuilder()
                        .capacity(bytes)
                        .chunkSize((int) chunkBytes)
                        .fixedEntrySize(Long.BYTES, settings.valueBytes()),
                settings);
    }

    @Override
    public Session session() {
        return new Session() {
            @Override
            public long get(long key) {
                return HeapValues.firstWord(cache.get(key));
            }

            @Override
            public void put(long key) {
                if (!cache.put(key, HeapValues.of(key, valueBytes))) {
                    throw new IllegalStateException("OHC has not stored " + key);
                }
            }
        };
    }

    @Override
    public long entries() {
        return cache.size();
    }

    @Override
    public long nativeBytes() {
        long buckets = 0;
        for (final int size : cache.hashTableSizes()) {
            buckets += size;
        }
        return cache.memUsed() + buckets * Long.BYTES;
    }

    @Override
    public void close() {
        try {
            cache.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static final class LongSerializer implements CacheSerializer<Long> {
        @Override
        public void serialize(Long key, ByteBuffer buffer) {
            buffer.putLong(key);
        }

        @Override
        public Long deserialize(ByteBuffer buffer) {
            return buffer.getLong();
        }

        @Override
        public int serializedSize(Long key) {
            return Long.BYTES;
        }
    }

    private record ArraySerializer(int valueBytes) implements CacheSerializer<byte[]> {
        @Override
        public void serialize(byte[] value, ByteBuffer buffer) {
            buffer.put(value);
        }

        @Override
        public byte[] deserialize(ByteBuffer buffer) {
            final byte[] value = new byte[valueBytes];
            buffer.get(value);
            return value;
        }

        @Override
        public int serializedSize(byte[] value) {
            return value.length;
        }
    }
}
