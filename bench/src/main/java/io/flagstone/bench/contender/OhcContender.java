// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.caffinitas.ohc.CacheSerializer;
import org.caffinitas.ohc.DirectValueAccess;
import org.caffinitas.ohc.OHCache;
import org.caffinitas.ohc.OHCacheBuilder;

/**
 * OHC in one of its two implementations. A read of the linked one copies from its memory into an
 * array of the session. The chunked one has no such access and returns a new array.
 */
final class OhcContender implements Contender {
    private static final int LINKED_HEADER_BYTES = 64;
    private static final int CHUNKED_HEADER_BYTES = 16;
    private static final long MAX_CHUNKED_SEGMENT_BYTES = 1L << 30;

    /** Chunks of a segment. OHC searches all of them for the oldest, and evicts it as a whole. */
    private static final int CHUNKS = 64;

    private static final long LINKED_BUCKET_BYTES = 8;
    private static final long CHUNKED_BUCKET_BYTES = 4;

    private final OHCache<Long, byte[]> cache;
    private final int valueBytes;
    private final EffectiveSettings effective;
    private final boolean linked;

    private OhcContender(
            OHCacheBuilder<Long, byte[]> builder, ContenderSettings settings, boolean linked) {
        final long buckets =
                (long) (settings.entries() / builder.getLoadFactor()) / builder.getSegmentCount();
        cache =
                builder.keySerializer(new LongSerializer())
                        .valueSerializer(new ArraySerializer())
                        .hashTableSize(Math.toIntExact(buckets))
                        .build();
        valueBytes = settings.valueBytes();
        effective =
                settings.effective()
                        .with("capacityBytes", cache.capacity())
                        .with("segments", builder.getSegmentCount())
                        .with("hashTableSize", buckets);
        this.linked = linked;
    }

    /** Makes a cache with one allocation for each entry. */
    static Contender linked(ContenderSettings settings) {
        final OHCacheBuilder<Long, byte[]> builder = OHCacheBuilder.newBuilder();
        final long entryBytes = LINKED_HEADER_BYTES + Long.BYTES + settings.valueBytes();
        builder.capacity(settings.entriesOver(builder.getSegmentCount()) * entryBytes);
        if (settings.ttlNs() != ContenderSettings.NO_TTL) {
            builder.timeouts(true)
                    .defaultTTLmillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(settings.ttlNs())));
        }
        return new OhcContender(builder, settings, true);
    }

    /** Makes a cache with one allocation for each segment, in chunks of entries of one size. */
    static Contender chunked(ContenderSettings settings) {
        final OHCacheBuilder<Long, byte[]> builder = OHCacheBuilder.newBuilder();
        final int entryBytes = CHUNKED_HEADER_BYTES + Long.BYTES + settings.valueBytes();
        while (chunkedSegmentBytes(settings, builder.getSegmentCount(), entryBytes)
                > MAX_CHUNKED_SEGMENT_BYTES) {
            builder.segmentCount(2 * builder.getSegmentCount());
        }
        final int segments = builder.getSegmentCount();
        final long segmentBytes = chunkedSegmentBytes(settings, segments, entryBytes);
        builder.fixedEntrySize(Long.BYTES, settings.valueBytes())
                .chunkSize((int) (segmentBytes / CHUNKS))
                .capacity(segmentBytes * segments);
        return new OhcContender(builder, settings, false);
    }

    /** Returns the size of a segment: whole entries in whole chunks. */
    private static long chunkedSegmentBytes(
            ContenderSettings settings, int segments, int entryBytes) {
        final long perSegment = settings.entriesOver(segments) / segments + 1;
        return CHUNKS * entryBytes * (perSegment / CHUNKS + 1);
    }

    @Override
    public Session session() {
        return linked ? new LinkedSession() : new ChunkedSession();
    }

    @Override
    public long entries() {
        return cache.size();
    }

    /** Returns the bytes that OHC counts, without malloc's overhead for each allocation. */
    @Override
    public long nativeBytes() {
        final long buckets = Arrays.stream(cache.hashTableSizes()).asLongStream().sum();
        return cache.memUsed() + buckets * (linked ? LINKED_BUCKET_BYTES : CHUNKED_BUCKET_BYTES);
    }

    @Override
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        try {
            cache.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private final class LinkedSession implements Session {
        private final byte[] found = new byte[valueBytes];
        private final byte[] value = new byte[valueBytes];

        @Override
        public long get(long key) {
            try (DirectValueAccess access = cache.getDirect(key)) {
                if (access == null) {
                    return MISSING;
                }
                access.buffer().get(found);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            return HeapValues.firstWord(found);
        }

        @Override
        public void put(long key) {
            HeapValues.set(value, key);
            cache.put(key, value);
        }
    }

    private final class ChunkedSession implements Session {
        private final byte[] value = new byte[valueBytes];

        @Override
        public long get(long key) {
            return HeapValues.firstWord(cache.get(key));
        }

        @Override
        public void put(long key) {
            HeapValues.set(value, key);
            cache.put(key, value);
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

    private static final class ArraySerializer implements CacheSerializer<byte[]> {
        @Override
        public void serialize(byte[] value, ByteBuffer buffer) {
            buffer.put(value);
        }

        @Override
        public byte[] deserialize(ByteBuffer buffer) {
            final byte[] value = new byte[buffer.remaining()];
            buffer.get(value);
            return value;
        }

        @Override
        public int serializedSize(byte[] value) {
            return value.length;
        }
    }
}
