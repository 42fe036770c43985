// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.RawMemory;
import java.util.concurrent.TimeUnit;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Compares steps of a get with rejected variants. docs/design-decisions.md has their costs and says
 * why the cheaper ones were rejected.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
public class VariantsBenchmark {
    private static final long SECRET_1 = 0x9E37_79B9_7F4A_7C15L;
    private static final long SECRET_2 = 0xBF58_476D_1CE4_E5B9L;
    private static final int CAPACITY = 1 << 12;

    /** Bytes of a value. */
    @Param({"16", "64", "512"})
    public int valueBytes;

    private final KeyedHash hash = new KeyedHash(20_131_125L);
    private final UnsafeBuffer source = new UnsafeBuffer(new byte[CAPACITY]);
    private final UnsafeBuffer target = new UnsafeBuffer(new byte[CAPACITY]);
    private long last;

    /** In use: hashes a {@code long} with two folded multiplications, one after the other. */
    @Benchmark
    public long hashByTwoFolds() {
        last = hash.hash(last);
        return last;
    }

    /** Rejected: one folded multiplication, where sequential keys cluster under some secrets. */
    @Benchmark
    public long hashByOneFold() {
        final long a = last ^ SECRET_1;
        last = Math.multiplyHigh(a, SECRET_2) ^ a * SECRET_2;
        return last;
    }

    /** In use: copies forward, in blocks that halve, one for each bit of the length. */
    @Benchmark
    public UnsafeBuffer copyInHalvingBlocks() {
        RawMemory.copy(
                source.byteArray(),
                source.addressOffset(),
                target.byteArray(),
                target.addressOffset(),
                valueBytes);
        return target;
    }

    /**
     * Rejected: copies blocks of 16 bytes, the last of which may overlap the one before. Its
     * address depends on the length, so that in a get the loads after it wait for the length.
     */
    @Benchmark
    public UnsafeBuffer copyInOverlappingBlocks() {
        final int end = valueBytes - 2 * Long.BYTES;
        for (int i = 0; i < end; i += 2 * Long.BYTES) {
            copyWord(i);
            copyWord(i + Long.BYTES);
        }
        copyWord(end);
        copyWord(end + Long.BYTES);
        return target;
    }

    private void copyWord(int at) {
        UnsafeApi.putLong(
                target.byteArray(),
                target.addressOffset() + at,
                UnsafeApi.getLong(source.byteArray(), source.addressOffset() + at));
    }

    /** Rejected: copies word by word, with a branch for each word. */
    @Benchmark
    public UnsafeBuffer copyWordByWord() {
        for (int i = 0; i < valueBytes; i += Long.BYTES) {
            UnsafeApi.putLong(
                    target.byteArray(),
                    target.addressOffset() + i,
                    UnsafeApi.getLong(source.byteArray(), source.addressOffset() + i));
        }
        return target;
    }

    /** Rejected for small values: the JVM's own copy, which costs a call. */
    @Benchmark
    public UnsafeBuffer copyByTheJvm() {
        UnsafeApi.copyMemory(
                source.byteArray(),
                source.addressOffset(),
                target.byteArray(),
                target.addressOffset(),
                valueBytes);
        return target;
    }
}
