// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.keys.KeySequence;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The operations that caches are compared by, on any contender.
 *
 * <p>Reads are chained, as those of a program that looks at a value before it asks for the next:
 * each key waits for the value before it. Only those of the floor for throughput are not. Every
 * read asserts that it found the value of its key, or where it should miss, that it missed.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
            "-Dchronicle.analytics.disable=true",
            "-Xmx8g",
            "-XX:MaxDirectMemorySize=8g"
        })
public class ContenderBenchmark {
    /** Keys in a batch. */
    public static final int BATCH = 32;

    private static final int HUNDRED = 100;

    /** Keys from here on are put by nobody but {@link #putEvict}. */
    private static final long NEW_KEYS = 1L << 30;

    private static final int NEW_KEYS_SHIFT = 28;

    /** A contender that holds all keys. */
    @State(Scope.Benchmark)
    public static class Filled {
        /** As {@link ContenderType#title()}. */
        @Param("flagstone")
        public String impl;

        /** Keys that are there. */
        @Param({"10000", "2000000"})
        public int entries;

        /** Bytes of a value. */
        @Param("64")
        public int valueBytes;

        /** How keys are drawn: uniform or zipf. */
        @Param("uniform")
        public String keys;

        private final AtomicInteger threads = new AtomicInteger();
        private ContenderType type;
        private Contender contender;

        /**
         * Fills it, unless the benchmark before has left it as it is needed.
         *
         * @param benchmark the one that is about to run.
         */
        @Setup
        public void fill(BenchmarkParams benchmark) {
            final String name = benchmark.getBenchmark();
            final boolean timed = name.endsWith(".getTtl");
            final long ttlNs = timed ? TimeUnit.HOURS.toNanos(1) : ContenderSettings.NO_TTL;
            type = ContenderType.of(impl).orElseThrow(() -> new IllegalArgumentException(impl));
            threads.set(0);
            contender = Filling.of(type, new ContenderSettings(entries, valueBytes, ttlNs));
            if (name.endsWith(".putEvict")) {
                Filling.toTheBrim();
            }
        }
    }

    /** A thread of the benchmark. */
    @State(Scope.Thread)
    public static class Caller {
        private final long[] batch = new long[BATCH];
        private Session session;
        private KeySequence keys;
        private boolean chained;
        private long carried;
        private long fresh;

        /**
         * Takes what the thread needs.
         *
         * @param filled what it calls.
         */
        @Setup
        public void prepare(Filled filled) {
            final int thread = filled.threads.getAndIncrement();
            session = filled.contender.session();
            chained = filled.type.isChained();
            keys = KeySequence.of(filled.keys, filled.entries, BATCH, thread + 1);
            fresh = NEW_KEYS + ((long) thread << NEW_KEYS_SHIFT);
        }

        void get() {
            final long key = keys.next(carried);
            final long word = session.get(key);
            if ((int) word != key) {
                throw new IllegalStateException("key " + key + " gave " + word);
            }
            if (chained) {
                // The upper half, which is 0: the compiler cannot know, as it could of word - key.
                carried = word >>> Integer.SIZE;
            }
        }

        void put() {
            session.put(keys.next(0));
        }

        void getOrPut(int writesInHundred) {
            if (keys.draw(HUNDRED) < writesInHundred) {
                put();
            } else {
                get();
            }
        }
    }

    /**
     * A hit.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void get(Caller caller) {
        caller.get();
    }

    /**
     * A hit on an entry that has an hour to live.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void getTtl(Caller caller) {
        caller.get();
    }

    /**
     * A miss. There is no value to wait for, so misses are not chained.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void getMiss(Caller caller) {
        if (caller.session.get(NEW_KEYS + caller.keys.next(0)) != Session.MISSING) {
            throw new IllegalStateException("a hit on a key that was never put");
        }
    }

    /**
     * Hits on {@link #BATCH} keys at once; the figure is that of one.
     *
     * @param caller of the thread.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void multiGet(Caller caller) {
        caller.keys.next(caller.batch);
        if (caller.session.getAll(caller.batch) != BATCH) {
            throw new IllegalStateException("a miss in a batch");
        }
    }

    /**
     * A new value of the same length for a present key.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void putUpdate(Caller caller) {
        caller.put();
    }

    /**
     * A new key in a full cache, for which another has to leave.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void putEvict(Caller caller) {
        caller.session.put(caller.fresh++);
    }

    /**
     * 95 hits to 5 updates.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void mixed95(Caller caller) {
        caller.getOrPut(5);
    }

    /**
     * As many hits as updates.
     *
     * @param caller of the thread.
     */
    @Benchmark
    public void mixed50(Caller caller) {
        caller.getOrPut(50);
    }
}
