// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.OffHeapCache;
import io.flagstone.metrics.MetricsPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
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

/** The cost of being watched: a get that hits and a put over a present key, with 10 000 entries. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {"--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"})
public class MetricsBenchmark {
    private static final int ENTRIES = 10_000;
    private static final int VALUE_BYTES = 64;
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

    /** The watcher: none, a metrics file every 100 ms, or the Flight Recorder. */
    @Param({"nobody", "file", "recorder"})
    public String watcher;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private OffHeapCache cache;
    private Path file;
    private AgentRunner runner;
    private Recording recording;
    private long state;

    /** Fills the cache and starts the watcher. */
    @Setup
    public void fill() throws IOException {
        if (watcher.equals("recorder")) {
            recording = new Recording();
            recording.start();
        }
        cache = OffHeapCache.builder().memoryBytes(8 << 20).maxEntries(2 * ENTRIES).build();
        for (long key = 0; key < ENTRIES; key++) {
            value.putLong(0, key);
            cache.put(key, value, 0, VALUE_BYTES);
        }
        if (watcher.equals("file")) {
            file = Files.createTempDirectory("flagstone").resolve("metrics");
            final MetricsPublisher publisher =
                    MetricsPublisher.open(cache, file, "benchmark", 100, System::currentTimeMillis);
            runner =
                    new AgentRunner(
                            new SleepingMillisIdleStrategy(20),
                            Throwable::printStackTrace,
                            null,
                            publisher);
            AgentRunner.startOnThread(runner);
        }
    }

    /** Stops the watcher and closes the cache. */
    @TearDown
    public void close() throws IOException {
        if (runner != null) {
            runner.close();
            Files.delete(file);
            Files.delete(file.getParent());
        }
        cache.close();
        if (recording != null) {
            recording.close();
        }
    }

    /** Returns the next key of a chain: each key waits for the value before it. */
    private long nextKey() {
        state += STEP + value.getLong(0);
        return Math.floorMod(state >>> 20, (long) ENTRIES);
    }

    /** Gets a present key. */
    @Benchmark
    public long get() {
        final long key = nextKey();
        if (cache.get(key, value, 0) != VALUE_BYTES || value.getLong(0) != key) {
            throw new IllegalStateException("key " + key + " is missing or has a wrong value");
        }
        return key;
    }

    /** Puts a new value for a present key. */
    @Benchmark
    public boolean put() {
        final long key = nextKey();
        value.putLong(0, key);
        if (cache.put(key, value, 0, VALUE_BYTES)) {
            throw new IllegalStateException("key " + key + " is missing");
        }
        return true;
    }
}
