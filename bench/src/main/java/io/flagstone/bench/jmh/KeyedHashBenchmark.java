// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.internal.index.KeyedHash;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of hashing a key. Calls are chained: each key contains the hash before it, so that the
 * figure is a latency.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
public class KeyedHashBenchmark {
    /** Bytes of a key. */
    @Param({"8", "16", "24", "32"})
    public int keyBytes;

    private final KeyedHash hash = new KeyedHash(20_131_125L);
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[64]);
    private long last;

    /** Fills the key. */
    @Setup
    public void fill() {
        for (int i = 0; i < key.capacity(); i++) {
            key.putByte(i, (byte) (i * 31));
        }
    }

    /** Hashes the key's bytes. */
    @Benchmark
    public long bytes() {
        key.putLong(0, last);
        last = hash.hash(key.byteArray(), key.addressOffset(), keyBytes);
        return last;
    }

    /** Hashes a {@code long}, independent of {@link #keyBytes}. */
    @Benchmark
    public long word() {
        last = hash.hash(last);
        return last;
    }
}
