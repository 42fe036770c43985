// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The caller reports progress, helpers share the work, and no helper outlives the build. */
@Timeout(60)
class RegionAllocatorTest {
    private static final int BYTES = 1 << 16;
    private static final int COUNT = 16;

    private final List<Thread> helpers = new CopyOnWriteArrayList<>();
    private final List<Thread> callers = new ArrayList<>();
    private final List<Long> told = new ArrayList<>();

    private final ThreadFactory threads =
            task -> {
                final Thread thread = new Thread(task, "helper");
                helpers.add(thread);
                return thread;
            };

    private final LongConsumer progress =
            bytes -> {
                callers.add(Thread.currentThread());
                told.add(bytes);
            };

    private void assertEnded() {
        assertThat(helpers).noneMatch(Thread::isAlive);
    }

    private static Long[] steps(int steps, long bytes) {
        return LongStream.rangeClosed(1, steps).mapToObj(step -> step * bytes).toArray(Long[]::new);
    }

    @Test
    void progressIsReportedOnceAfterEachRegionWithRisingValues() {
        final RegionAllocator allocator = new RegionAllocator(BYTES * COUNT, COUNT, false, threads);
        final Region[] regions = allocator.allocate(progress);
        assertEnded();
        assertThat(helpers)
                .hasSize(Math.min(COUNT, Runtime.getRuntime().availableProcessors()) - 1);
        assertThat(told).containsExactly(steps(COUNT, BYTES));
        assertThat(callers).containsOnly(Thread.currentThread());
        assertThat(Arrays.stream(regions).map(Region::address)).doesNotHaveDuplicates();
        assertThat(regions).allMatch(region -> region.capacity() == allocator.capacity());
    }

    @Test
    void progressIsReportedOnceAfterEachBlockOfHugePages() {
        final int bytes = 1 << 22;
        final RegionAllocator allocator =
                new RegionAllocator((long) COUNT * bytes, COUNT, true, threads);
        assertThat(allocator.allocate(progress)).hasSize(COUNT).doesNotContainNull();
        assertThat(told).containsExactly((long) COUNT * bytes);
        assertThat(callers).containsOnly(Thread.currentThread());
        assertThat(helpers).as("there is one block").isEmpty();
    }

    @Test
    void helpersFinishTheWorkWhileTheCallerIsInTheCallback() {
        final RegionAllocator allocator =
                new RegionAllocator(
                        BYTES * COUNT,
                        COUNT,
                        false,
                        task -> {
                            final Thread thread = threads.newThread(task);
                            thread.setDaemon(true);
                            return thread;
                        });
        final Region[] regions =
                allocator.allocate(
                        bytes -> {
                            progress.accept(bytes);
                            helpers.forEach(RegionAllocatorTest::awaitEnd);
                        });
        assertThat(regions).doesNotContainNull();
        assertThat(told).containsExactly(steps(COUNT, BYTES));
    }

    private static void awaitEnd(Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theCallerWorksAloneIfNoThreadCanBeStarted() {
        final RegionAllocator allocator =
                new RegionAllocator(
                        BYTES * COUNT,
                        COUNT,
                        false,
                        task ->
                                new Thread(task) {
                                    @Override
                                    public synchronized void start() {
                                        throw new OutOfMemoryError("no more threads");
                                    }
                                });
        assertThat(allocator.allocate(progress)).hasSize(COUNT).doesNotContainNull();
        assertThat(told).containsExactly(steps(COUNT, BYTES));
    }

    @Test
    void anExceptionFromTheCallbackEndsTheBuildUnchanged() {
        final List<Throwable> kinds =
                List.of(
                        new IllegalStateException("stop"),
                        new AssertionError("stop"),
                        new OutOfMemoryError("stop"),
                        new StackOverflowError());
        for (final Throwable thrown : kinds) {
            for (final int call : new int[] {1, 3, COUNT}) {
                told.clear();
                final RegionAllocator allocator =
                        new RegionAllocator(BYTES * COUNT, COUNT, false, threads);
                assertThatThrownBy(
                                () ->
                                        allocator.allocate(
                                                bytes -> {
                                                    progress.accept(bytes);
                                                    if (told.size() == call) {
                                                        throw TestSupport.sneak(thrown);
                                                    }
                                                }))
                        .isSameAs(thrown);
                assertThat(told).containsExactly(steps(call, BYTES));
                assertEnded();
            }
        }
    }

    /** A helper that starts only when the caller waits for its end must find no work left. */
    @Test
    void helpersStopWhenTheCallbackThrows() {
        final Thread caller = Thread.currentThread();
        final CountDownLatch threw = new CountDownLatch(1);
        final RegionAllocator allocator =
                new RegionAllocator(
                        BYTES << 10,
                        1 << 10,
                        false,
                        task ->
                                threads.newThread(
                                        () -> {
                                            TestSupport.await(threw);
                                            while (caller.getState() != Thread.State.WAITING) {
                                                Thread.onSpinWait();
                                            }
                                            task.run();
                                        }));
        final long before = DirectMemory.usedBytes();
        assertThatThrownBy(
                        () ->
                                allocator.allocate(
                                        bytes -> {
                                            threw.countDown();
                                            throw new IllegalStateException("stop");
                                        }))
                .hasMessage("stop");
        assertEnded();
        assertThat(DirectMemory.usedBytes() - before)
                .as("the caller's block and none of the helpers")
                .isLessThanOrEqualTo(BYTES);
    }

    @Test
    void anInterruptNeitherBreaksTheBuildNorIsLost() {
        final Thread caller = Thread.currentThread();
        final RegionAllocator allocator = new RegionAllocator(BYTES * COUNT, COUNT, false, threads);
        for (final boolean before : new boolean[] {true, false}) {
            told.clear();
            if (before) {
                caller.interrupt();
            }
            final Region[] regions =
                    allocator.allocate(
                            bytes -> {
                                progress.accept(bytes);
                                caller.interrupt();
                            });
            assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
            assertThat(regions).doesNotContainNull();
            assertThat(told).containsExactly(steps(COUNT, BYTES));
            assertEnded();
        }
    }

    /** A cache in a static initializer whose callback belongs to the class being initialized. */
    private static final class Holder {
        private static final List<Long> TOLD = new ArrayList<>();
        private static final OffHeapCache CACHE =
                OffHeapCache.builder()
                        .memoryBytes(1 << 22)
                        .segments(16)
                        .buildProgress(TOLD::add)
                        .build();

        private Holder() {}
    }

    @Test
    void aCacheCanBeBuiltInAStaticInitializer() throws InterruptedException {
        final List<Integer> sizes = new CopyOnWriteArrayList<>();
        final Thread user =
                new Thread(
                        () -> {
                            Holder.CACHE.close();
                            sizes.add(Holder.TOLD.size());
                        });
        user.setDaemon(true);
        user.start();
        user.join(30_000);
        assertThat(sizes).as("built within half a minute").containsExactly(16);
    }
}
