// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.feed.ChangeFeed;
import io.flagstone.feed.ChangeHandler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

/** Measures the cost of the feed of changes to the thread that puts. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
public class FeedBenchmark {
    private static final int KEYS = 10_000;
    private static final int RING_BYTES = 1 << 24;
    private static final int VALUE_BYTES = 64;
    private static final int MOST_BYTES = 200;
    private static final int POLLED = 256;
    private static final long PAUSE_NS = 100_000;

    /** How the feed is used. */
    public enum Feed {
        /** There is none. */
        OFF,
        /** A thread polls and pauses for 100 µs when there is nothing more. */
        POLLED,
        /** A thread polls without a pause. */
        SPINNING,
        /** Nobody polls, so changes are lost. */
        LOSING
    }

    /** How the feed is used. */
    @Param public Feed feed;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[MOST_BYTES]);
    private OffHeapCache cache;
    private Thread reader;
    private volatile boolean stopped;
    private long random = 88_172_645_463_325_252L;
    private long next;

    /** The sum of what the reader saw, so that the compiler keeps its reads. */
    private long seen;

    /** Builds and fills a cache, and starts the reader. */
    @Setup
    public void setUp() {
        final CacheBuilder builder =
                OffHeapCache.builder().memoryBytes(8 << 20).slabBytes(1 << 16).hashSeed(7);
        if (feed != Feed.OFF) {
            builder.changeFeedBytes(RING_BYTES);
        }
        cache = builder.build();
        for (long key = 0; key < KEYS; key++) {
            cache.put(key, value, 0, VALUE_BYTES);
        }
        if (feed == Feed.POLLED || feed == Feed.SPINNING) {
            reader = new Thread(this::read, "reader");
            reader.start();
        }
    }

    private void read() {
        final ChangeFeed changes = cache.changeFeed();
        final ChangeHandler handler = change -> seen += change.valueLength();
        while (!stopped) {
            if (changes.poll(handler, POLLED) == 0) {
                if (feed == Feed.POLLED) {
                    LockSupport.parkNanos(PAUSE_NS);
                } else {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** Stops the reader and closes the cache. */
    @TearDown
    public void tearDown() throws InterruptedException {
        stopped = true;
        if (reader != null) {
            reader.join();
        }
        cache.close();
    }

    private long randomKey() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (random >>> 1) % KEYS;
    }

    /** Puts a value of the same length over another. */
    @Benchmark
    public boolean inPlace() {
        return cache.put(randomKey(), value, 0, VALUE_BYTES);
    }

    /** Puts a value of another length. */
    @Benchmark
    public boolean otherLength() {
        return cache.put(randomKey(), value, 0, VALUE_BYTES + (int) (random >>> 57));
    }

    /** Puts a new key, for which another entry leaves. */
    @Benchmark
    public boolean evicting() {
        return cache.put(next++, value, 0, VALUE_BYTES);
    }
}
