package io.flagstone.bench.jmh;

import io.flagstone.MultiGet;
import io.flagstone.MultiPut;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What reads of ready keys cost a thread: alone, beside other readers ({@code -t 2}), beside a
 * writer at full speed, one at a time and 32 at once; and puts of present keys, one at a time and
 * 32 at once. Every read asserts that it hit.
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
public class ReadBenchmark {
    private static final int BATCH = 32;

    private final UnsafeBuffer destination =
            new UnsafeBuffer(new byte[BATCH * FullCache.VALUE_BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[FullCache.VALUE_BYTES]);
    private final MultiGet batch = new MultiGet(BATCH);
    private final MultiPut puts = new MultiPut(BATCH);

    private static void check(boolean hit) {
        if (!hit) {
            throw new IllegalStateException("a miss");
        }
    }

    /** One key. */
    @Benchmark
    public long get(FullCache full, Keys keys) {
        check(full.cache.get(keys.next(), destination, 0) == FullCache.VALUE_BYTES);
        return destination.getLong(0);
    }

    /** The key that everybody reads. */
    @Benchmark
    public long getHottest(FullCache full) {
        check(full.cache.get(7, destination, 0) == FullCache.VALUE_BYTES);
        return destination.getLong(0);
    }

    /** 32 keys, one after the other; by the key. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long getMany(FullCache full, Keys keys) {
        for (int i = 0; i < BATCH; i++) {
            final int offset = i * FullCache.VALUE_BYTES;
            check(full.cache.get(keys.next(), destination, offset) == FullCache.VALUE_BYTES);
        }
        return destination.getLong(0);
    }

    /** 32 keys at once; by the key. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long multiGet(FullCache full, Keys keys) {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            batch.add((long) keys.next());
        }
        check(full.cache.get(batch, destination, 0) == BATCH);
        return destination.getLong(0);
    }

    /** 32 puts of present keys, one after the other; by the key. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int putMany(FullCache full, Keys keys) {
        int absent = 0;
        for (int i = 0; i < BATCH; i++) {
            absent += full.cache.put(keys.next(), value, 0, FullCache.VALUE_BYTES) ? 1 : 0;
        }
        check(absent == 0);
        return absent;
    }

    /** 32 puts of present keys at once; by the key. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int multiPut(FullCache full, Keys keys) {
        puts.clear();
        for (int i = 0; i < BATCH; i++) {
            puts.add((long) keys.next(), 0, FullCache.VALUE_BYTES);
        }
        final int absent = full.cache.put(puts, value);
        check(absent == 0);
        return absent;
    }

    /** One key, beside a writer. */
    @Benchmark
    @Group("getBesideWriter")
    public long reader(FullCache full, Keys keys) {
        return get(full, keys);
    }

    /** A writer that gives present keys another value as fast as it can. */
    @Benchmark
    @Group("getBesideWriter")
    public boolean writer(FullCache full, Keys keys) {
        return full.cache.put(keys.next(), value, 0, FullCache.VALUE_BYTES);
    }
}
