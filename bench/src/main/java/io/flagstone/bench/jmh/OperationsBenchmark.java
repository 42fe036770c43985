package io.flagstone.bench.jmh;

import io.flagstone.OffHeapCache;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The operations on a full cache of 8-byte keys and 64-byte values, beside the least that memory
 * itself asks for: two dependent random loads and the copy.
 *
 * <p>Keys are uniformly random. Calls are chained: each key depends on the value that the call
 * before has read. Every read asserts that it hit.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {
            "--add-opens",
            "java.base/jdk.internal.misc=ALL-UNNAMED",
            "-XX:MaxDirectMemorySize=4g"
        })
public class OperationsBenchmark {
    private static final int VALUE_BYTES = 64;
    private static final int FLOOR_STRIDE = 112;
    private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

    /** Entries held. */
    @Param({"10000", "2000000"})
    public int entries;

    /** 0 for exact LRU. */
    @Param({"0", "0.0625"})
    public double promotion;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private OffHeapCache cache;
    private UnsafeBuffer floorIndex;
    private UnsafeBuffer floorValues;
    private long random;
    private long next;

    /** Fills the cache, and memory of the same footprint. */
    @Setup
    public void fill() {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(Math.max(4L << 20, entries * 132L))
                        .maxEntries(entries * 2L)
                        .promotionDistance(promotion)
                        .build();
        floorIndex = new UnsafeBuffer(ByteBuffer.allocateDirect(entries * Long.BYTES));
        floorValues = new UnsafeBuffer(ByteBuffer.allocateDirect(entries * FLOOR_STRIDE));
        for (int key = 0; key < entries; key++) {
            cache.put(key, value, 0, VALUE_BYTES);
            floorIndex.putInt(key * Long.BYTES, (int) ((key * GOLDEN_GAMMA >>> 1) % entries));
        }
        if (cache.size() != entries) {
            throw new IllegalStateException(cache.size() + " of " + entries + " entries held");
        }
        next = entries;
    }

    /** Lets the memory go. */
    @TearDown
    public void close() {
        cache.close();
    }

    private long key() {
        // Values are all zero, which the processor does not know: so the key waits for the value.
        random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        random += destination.getLong(0);
        return ((random >>> 32) * entries) >>> 32;
    }

    /** A hit. */
    @Benchmark
    public long get() {
        if (cache.get(key(), destination, 0) != VALUE_BYTES) {
            throw new IllegalStateException("a miss");
        }
        return destination.getLong(0);
    }

    /** A put of a present key. */
    @Benchmark
    public boolean putUpdate() {
        return cache.put(key(), value, 0, VALUE_BYTES);
    }

    /** A put of a new key, which evicts once the cache is full. */
    @Benchmark
    public boolean putEvict() {
        return cache.put(next++, value, 0, VALUE_BYTES);
    }

    /** Two dependent loads and the copy: what no cache can be faster than. */
    @Benchmark
    public long floor() {
        final int slot = floorIndex.getInt((int) key() * Long.BYTES);
        floorValues.getBytes(slot * FLOOR_STRIDE, destination, 0, VALUE_BYTES);
        return destination.getLong(0);
    }
}
