// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.SegmentLock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Compares a segment's lock with {@link ReentrantLock}. Both guard the same short critical section,
 * which reads and writes one cache line. All threads ({@code -t}) take the same lock.
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.Throughput, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
        value = 2,
        jvmArgsPrepend = {"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
public class LockBenchmark {
    private static final int DATA = 5 * Region.CACHE_LINE;

    private final Region region = Region.allocate(8 * Region.CACHE_LINE);
    private final SegmentLock segmentLock = new SegmentLock(SegmentEvents.ofNewCache());
    private final ReentrantLock reentrantLock = new ReentrantLock();

    private long work() {
        long sum = 0;
        for (int i = 0; i < Region.CACHE_LINE; i += Long.BYTES) {
            sum += region.getLong(DATA + i) + i;
            region.putLong(DATA + i, sum);
        }
        return sum;
    }

    /** The engine's lock. */
    @Benchmark
    public long segmentLock() {
        segmentLock.lock(Thread.currentThread().getId());
        try {
            return work();
        } finally {
            segmentLock.unlock();
        }
    }

    /** The JDK's lock. */
    @Benchmark
    public long reentrantLock() {
        reentrantLock.lock();
        try {
            return work();
        } finally {
            reentrantLock.unlock();
        }
    }
}
