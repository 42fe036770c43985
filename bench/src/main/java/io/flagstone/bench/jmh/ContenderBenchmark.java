// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.keys.KeySequence;
import io.flagstone.bench.report.EffectiveSettings;
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
 * The operations by which contenders are compared.
 *
 * <p>Reads are chained, as in a program that looks at a value before it asks for the next: each key
 * waits for the value before it. Only the reads of the throughput floor are not chained. Every read
 * asserts that it found the value of its key, or that it missed if the key is absent.
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
            "-Xms2g",
            "-Xmx8g",
            "-XX:+AlwaysPreTouch",
            "-XX:MaxDirectMemorySize=8g"
        })
public class ContenderBenchmark {
    /** Keys in a batch. */
    public static final int BATCH = 32;

    private static final int HUNDRED = 100;

    /** The first of the keys that only {@link #putEvict} puts. */
    private static final long NEW_KEYS = 1L << 30;

    private static final int NEW_KEYS_SHIFT = 28;

    /**
     * Returns the effective settings of the contender that this JVM measured last.
     *
     * @return the settings.
     */
    public static EffectiveSettings settings() {
        return Filling.settings();
    }

    /** A contender that holds all keys. */
    @State(Scope.Benchmark)
    public static class Filled {
        /** The contender's {@link ContenderType#title()}. */
        @Param("flagstone")
        public String impl;

        /** The number of keys that the contender holds. */
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
         * Fills the contender, unless the benchmark before left one that fits.
         *
         * @param benchmark the benchmark that is about to run.
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
         * Prepares the thread's session and keys.
         *
         * @param filled the contender it calls.
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
                // The upper half is 0, but unlike word - key the compiler cannot know it.
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
     * Gets a present key.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void get(Caller caller) {
        caller.get();
    }

    /**
     * Gets a present key whose entry has a time to live of an hour.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void getTtl(Caller caller) {
        caller.get();
    }

    /**
     * Gets an absent key. There is no value to wait for, so misses are not chained.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void getMiss(Caller caller) {
        if (caller.session.get(NEW_KEYS + caller.keys.next(0)) != Session.MISSING) {
            throw new IllegalStateException("a hit on a key that was never put");
        }
    }

    /**
     * Gets {@link #BATCH} present keys with one call; the figure is the time of one key.
     *
     * @param caller the calling thread's state.
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
     * Puts a new value of the same length for a present key.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void putUpdate(Caller caller) {
        caller.put();
    }

    /**
     * Puts a new key into a full cache, which evicts another.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void putEvict(Caller caller) {
        caller.session.put(caller.fresh++);
    }

    /**
     * Mixes 95 % hits and 5 % updates.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void mixed95(Caller caller) {
        caller.getOrPut(5);
    }

    /**
     * Mixes hits and updates in equal parts.
     *
     * @param caller the calling thread's state.
     */
    @Benchmark
    public void mixed50(Caller caller) {
        caller.getOrPut(50);
    }
}
