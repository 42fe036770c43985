// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.CheckpointReport;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A callback that does not return blocks only its segment. An interrupt ends no wait, and is still
 * set when the operation returns.
 */
class WaitingTest {
    /**
     * Operations that do not wait for a callback: reads, and doWork, which looks before it locks.
     */
    private static final Set<String> GOES_ON =
            Set.of("get", "getLong", "peek", "contains", "remainingTtlNs", "doWork");

    private static final long GUARD_MS = TimeUnit.MINUTES.toMillis(1);

    private volatile Runnable onRemoval = () -> {};
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
    private final OffHeapCache cache = create();
    private final long here = keyOf(0);
    private final long there = keyOf(1);
    private Blocker blocker;

    private OffHeapCache create() {
        return OffHeapCache.builder()
                .memoryBytes(1 << 18)
                .segments(2)
                .slabBytes(1 << 12)
                .hashSeed(5)
                .clock(new TestClock())
                .removalHandler((cause, key, view) -> onRemoval.run())
                .build();
    }

    private long keyOf(int segment) {
        return LongStream.iterate(1, key -> key + 1)
                .filter(key -> cache.segmentIndex(key) == segment)
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void auditAndClose() {
        if (blocker != null) {
            // After a failure the blocker may still be inside.
            blocker.release.countDown();
        }
        if (!cache.isClosed()) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private static List<PublicOperation> operationsButClose() {
        return PublicOperation.all().stream().filter(o -> !o.name().equals("close")).toList();
    }

    /** A thread that runs an operation and keeps its outcome. */
    private static final class Caller extends Thread {
        private final PublicOperation operation;
        private final OffHeapCache cache;
        private final Object[] arguments;
        private volatile Throwable thrown;
        private volatile boolean interruptedAfter;

        Caller(PublicOperation operation, OffHeapCache cache, long key) {
            super(operation.toString());
            this.operation = operation;
            this.cache = cache;
            this.arguments = operation.arguments(Inputs.of(key));
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                operation.call(cache, arguments);
            } catch (final Throwable e) {
                thrown = e;
            }
            interruptedAfter = isInterrupted();
        }

        void assertReturns() throws InterruptedException {
            join(GUARD_MS);
            assertThat(isAlive()).as("%s is still running", this).isFalse();
            assertThat(thrown).as(toString()).isNull();
        }
    }

    /** A thread that stays inside a callback until it is released. */
    private final class Blocker extends Thread {
        private final CountDownLatch inside = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final Runnable operation;

        Blocker(Runnable operation) {
            this.operation = operation;
            setDaemon(true);
        }

        @Override
        public void run() {
            operation.run();
        }

        void block() {
            if (Thread.currentThread() == this) {
                inside.countDown();
                TestSupport.await(release);
            }
        }

        void begin() {
            start();
            TestSupport.await(inside);
        }

        void end() throws InterruptedException {
            release.countDown();
            join(GUARD_MS);
            assertThat(isAlive()).isFalse();
        }
    }

    private void blockInReader() {
        blocker = new Blocker(() -> cache.read(here, view -> blocker.block()));
        blocker.begin();
    }

    private void blockInRemovalHandler() {
        blocker = new Blocker(() -> cache.put(here, value, 0, 8));
        onRemoval = blocker::block;
        blocker.begin();
    }

    @Test
    void anInterruptedThreadCompletesEveryOperation() {
        try (OffHeapCache twin = create()) {
            for (final PublicOperation operation : operationsButClose()) {
                cache.put(here, value, 0, 8);
                twin.put(here, value, 0, 8);
                final Object[] arguments = operation.arguments(Inputs.of(here));
                final Object expected = operation.call(twin, arguments);
                Thread.currentThread().interrupt();
                final Object result;
                try {
                    result = operation.call(cache, arguments);
                } finally {
                    assertThat(Thread.interrupted()).as(operation.toString()).isTrue();
                }
                assertThat(comparable(result))
                        .as(operation.toString())
                        .isEqualTo(comparable(expected));
            }
        }
        TestSupport.assertClean(cache);
        Thread.currentThread().interrupt();
        cache.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(cache.isClosed()).isTrue();
    }

    /** Returns a result without the number of a checkpoint. Both caches write to one directory. */
    private static Object comparable(Object result) {
        return result instanceof CheckpointReport report ? report.entries() : result;
    }

    @Test
    void aThreadInterruptedWhileItWaitsCompletesEveryOperation() throws Exception {
        final Set<String> wentOn = new TreeSet<>();
        for (final PublicOperation operation : operationsButClose()) {
            if (operation.needsLock()) {
                cache.put(here, value, 0, 8);
                if (!completesDespiteInterrupt(operation)) {
                    wentOn.add(operation.name());
                }
                TestSupport.assertClean(cache);
            }
        }
        assertThat(wentOn).isEqualTo(GOES_ON);
        cache.put(here, value, 0, 8);
        for (final PublicOperation operation : PublicOperation.all()) {
            if (operation.name().equals("close")) {
                assertThat(completesDespiteInterrupt(operation)).isTrue();
            }
        }
        assertThat(cache.isClosed()).isTrue();
    }

    /** Interrupts the operation while it waits. Returns false if it does not wait. */
    private boolean completesDespiteInterrupt(PublicOperation operation) throws Exception {
        blockInReader();
        final Caller caller = new Caller(operation, cache, here);
        caller.start();
        Thread.State state = caller.getState();
        while (!isWaiting(state) && state != Thread.State.TERMINATED) {
            Thread.onSpinWait();
            state = caller.getState();
        }
        caller.interrupt();
        blocker.end();
        caller.assertReturns();
        final boolean waited = isWaiting(state);
        assertThat(caller.interruptedAfter || !waited).as(caller.toString()).isTrue();
        return waited;
    }

    /** Returns whether a thread waits, for the lock or for a thread that waits for the lock. */
    private static boolean isWaiting(Thread.State state) {
        return state == Thread.State.TIMED_WAITING || state == Thread.State.WAITING;
    }

    @Test
    void aRemovalHandlerThatBlocksBlocksOnlyItsSegment() throws Exception {
        cache.put(here, value, 0, 8);
        cache.put(there, value, 0, 8);
        blockInRemovalHandler();
        for (final PublicOperation operation : operationsButClose()) {
            if (operation.isOfKey() || !operation.needsLock()) {
                final Caller caller = new Caller(operation, cache, there);
                caller.start();
                caller.assertReturns();
            }
        }
        final List<Caller> callers = new ArrayList<>();
        for (final PublicOperation operation : operationsButClose()) {
            callers.add(new Caller(operation, cache, here));
        }
        callers.forEach(Thread::start);
        for (final Caller caller : callers) {
            if (caller.operation.needsLock() && !GOES_ON.contains(caller.operation.name())) {
                assertThat(caller.isAlive()).as("%s waits", caller).isTrue();
            }
        }
        blocker.end();
        for (final Caller caller : callers) {
            caller.assertReturns();
        }
    }

    @Test
    void aCloseWaitsForARemovalHandlerThatBlocks() throws Exception {
        cache.put(here, value, 0, 8);
        blockInRemovalHandler();
        final Thread closer = new Thread(cache::close);
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(cache.isClosed()).isFalse();
        blocker.end();
        closer.join(GUARD_MS);
        assertThat(cache.isClosed()).isTrue();
    }
}
