package io.flagstone.bench.jmh;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A cache that all threads share, with keys from 0 and values of 64 bytes. */
@State(Scope.Benchmark)
public class FullCache {
    static final int VALUE_BYTES = 64;

    /** Entries held. */
    @Param({"10000", "2000000"})
    public int entries;

    /** The promotion distance; 0 for exact LRU, -1 for the default. */
    @Param("-1")
    public double promotion;

    /** Whether reads are counted. */
    @Param("true")
    public boolean countReads;

    OffHeapCache cache;

    /** Fills the cache. */
    @Setup(Level.Trial)
    public void fill() {
        final var builder =
                OffHeapCache.builder()
                        .memoryBytes(Math.max(4L << 20, entries * 132L))
                        .maxEntries(entries * 2L)
                        .countReads(countReads);
        if (promotion >= 0) {
            builder.promotionDistance(promotion);
        }
        cache = builder.build();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        for (int key = 0; key < entries; key++) {
            value.putLong(0, key);
            cache.put(key, value, 0, VALUE_BYTES);
        }
        if (cache.size() != entries) {
            throw new IllegalStateException(cache.size() + " of " + entries + " entries held");
        }
    }

    /** Prints what the reads have met, and lets the memory go. */
    @TearDown(Level.Trial)
    public void close() {
        System.out.println("# " + cache.statistics());
        cache.close();
    }
}
