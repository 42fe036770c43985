// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.OffHeapCache;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
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
 * The cost that a codec adds to a get, with {@code long} keys, values of 64 bytes and only hits.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
public class TypedBenchmark {
    private static final int VALUE_BYTES = 64;
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

    /** The number of entries. */
    @Param({"10000", "2000000"})
    public int entries;

    /** How the codec reads. */
    @Param({"flyweight", "copying"})
    public String codec;

    private final Flyweight flyweight = new Flyweight();
    private Cache<Long, Flyweight> cache;
    private OffHeapCache engine;
    private long state;

    /** A value that reads its fields in place from its bytes. */
    private static final class Flyweight {
        private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[VALUE_BYTES]);
    }

    private static class CopyingCodec implements Codec<Flyweight> {
        @Override
        public int encode(Flyweight value, MutableDirectBuffer buffer, int offset) {
            buffer.putBytes(offset, value.bytes, 0, VALUE_BYTES);
            return VALUE_BYTES;
        }

        @Override
        public Flyweight decode(DirectBuffer buffer, int offset, int length) {
            return decode(buffer, offset, length, new Flyweight());
        }

        @Override
        public Flyweight decode(DirectBuffer buffer, int offset, int length, Flyweight reuse) {
            reuse.bytes.putBytes(0, buffer, offset, length);
            return reuse;
        }
    }

    /** Lets the engine copy values directly into the flyweight's bytes. */
    private static final class FlyweightCodec extends CopyingCodec {
        @Override
        public MutableDirectBuffer bufferOf(Flyweight reuse) {
            return reuse.bytes;
        }
    }

    /** Fills the cache. */
    @Setup
    public void fill() {
        cache =
                Cache.builder(
                                OffHeapCache.builder()
                                        .memoryBytes(entries * 160L + (4 << 20))
                                        .maxEntries(2L * entries),
                                Codecs.ofLong(),
                                codec.equals("copying") ? new CopyingCodec() : new FlyweightCodec())
                        .build();
        engine = cache.engine();
        for (long key = 0; key < entries; key++) {
            flyweight.bytes.putLong(0, key);
            cache.put(key, flyweight);
        }
    }

    /** Closes the cache. */
    @TearDown
    public void close() {
        cache.close();
    }

    /** Returns the next key of a chain: each key waits for the value before it. */
    private long nextKey() {
        state += STEP + flyweight.bytes.getLong(0);
        return Math.floorMod(state >>> 20, (long) entries);
    }

    private long checked(long key) {
        final long found = flyweight.bytes.getLong(0);
        if (found != key) {
            throw new IllegalStateException("key " + key + " has the value of key " + found);
        }
        return found;
    }

    /** The engine's get, into the flyweight's bytes. */
    @Benchmark
    public long bytes() {
        final long key = nextKey();
        if (engine.get(key, flyweight.bytes, 0) != VALUE_BYTES) {
            throw new IllegalStateException("key " + key + " is missing");
        }
        return checked(key);
    }

    /** The typed get, into the flyweight. */
    @Benchmark
    public long typed() {
        final long key = nextKey();
        if (cache.getUsing(key, flyweight) != flyweight) {
            throw new IllegalStateException("key " + key + " is missing");
        }
        return checked(key);
    }
}
