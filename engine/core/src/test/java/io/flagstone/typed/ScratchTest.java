// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Buffers are reused, belong to one operation at a time, and do not stay large. */
@Timeout(120)
class ScratchTest {
    /** More threads than the table and the pool have room for. */
    private static final int THREADS = 200;

    @Test
    void aThreadReusesItsScratch() {
        final Scratch first = Scratch.acquire();
        first.release();
        // The first may come from the pool, if other threads of this JVM have filled the table.
        final Set<Scratch> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 1_000; i++) {
            final Scratch again = Scratch.acquire();
            seen.add(again);
            again.release();
        }
        assertThat(seen).hasSizeLessThanOrEqualTo(3);
        assertThat(TestSupport.allocated(() -> Scratch.acquire().release())).isZero();
    }

    @Test
    void nestedOperationsHaveSeparateBuffers() {
        final Set<Scratch> held = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100; i++) {
            assertThat(held.add(Scratch.acquire())).isTrue();
        }
        held.forEach(Scratch::release);
    }

    @Test
    void nestedOperationsAllocateNothing() {
        assertThat(
                        TestSupport.allocated(
                                () -> {
                                    final Scratch outer = Scratch.acquire();
                                    final Scratch inner = Scratch.acquire();
                                    inner.release();
                                    outer.release();
                                }))
                .isZero();
    }

    @Test
    void twoThreadsNeverShareAScratch() throws Exception {
        inThreads(THREADS, Thread::new, this::checkExclusive);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsNeverShareAScratch() throws Exception {
        inThreads(2_000, virtual(), this::checkExclusive);
    }

    private static ThreadFactory virtual() throws ReflectiveOperationException {
        final Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (ThreadFactory)
                Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
    }

    /** Writes a mark, lets other threads run, and checks the mark. */
    private Void checkExclusive() {
        for (int i = 0; i < 200; i++) {
            final Scratch scratch = Scratch.acquire();
            final Scratch nested = Scratch.acquire();
            final long mark = System.identityHashCode(Thread.currentThread()) * 1_000L + i;
            scratch.longKey = mark;
            nested.longKey = -mark;
            if (i % 20 == 0) {
                Thread.yield();
            }
            assertThat(scratch.longKey).isEqualTo(mark);
            assertThat(nested.longKey).isEqualTo(-mark);
            nested.release();
            scratch.release();
        }
        return null;
    }

    private static void inThreads(
            int threads, ThreadFactory factory, java.util.concurrent.Callable<Void> task)
            throws Exception {
        final ExecutorService pool = Executors.newFixedThreadPool(threads, factory);
        try {
            final List<Future<Void>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                done.add(pool.submit(task));
            }
            for (final Future<Void> one : done) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aThreadTakesThePlaceOfAnEndedThread() throws Exception {
        for (int generation = 0; generation < 5; generation++) {
            inThreads(
                    THREADS,
                    Thread::new,
                    () -> {
                        Scratch.acquire().release();
                        return null;
                    });
        }
        final Scratch[] two = new Scratch[2];
        final Thread late =
                new Thread(
                        () -> {
                            for (int i = 0; i < 100_000; i++) {
                                two[i % 2] = Scratch.acquire();
                                two[i % 2].release();
                            }
                        });
        late.start();
        late.join();
        assertThat(two[0]).as("its own").isSameAs(two[1]);
    }

    /** Lengths around the limit: a large buffer stays neither in the table nor in the pool. */
    @Test
    void largeBuffersAreDropped() {
        try (Cache<String, byte[]> cache =
                Cache.builder(
                                OffHeapCache.builder()
                                        .memoryBytes(24 << 20)
                                        .segments(1)
                                        .slabBytes(4 << 20),
                                Codecs.ofString(),
                                Codecs.ofBytes())
                        .build()) {
            for (final int length : new int[] {100, 40_000, 65_536, 65_537, 1 << 20, 3 << 20}) {
                final byte[] value = new byte[length];
                value[length - 1] = 7;
                for (int i = 0; i < 3; i++) {
                    cache.put("k", value);
                    assertThat(cache.get("k")).isEqualTo(value);
                    assertThat(cache.replace("k", value, value)).isTrue();
                    assertThat(cache.get("x".repeat(length))).isNull();
                    assertThat(cache.asMap().remove("k")).isEqualTo(value);
                    assertKeptSmall();
                }
            }
            // Consecutive lengths that differ too much to be predicted.
            for (int i = 0; i < 20; i++) {
                final byte[] value = new byte[70_000 << i % 5];
                cache.put("k", value);
                assertThat(cache.get("k")).isEqualTo(value);
            }
            assertKeptSmall();
        }
    }

    private static void assertKeptSmall() {
        final Scratch[] held = new Scratch[6];
        for (int i = 0; i < held.length; i++) {
            held[i] = Scratch.acquire();
            assertThat(held[i].key.capacity()).isLessThanOrEqualTo(Scratch.KEPT_BYTES);
            assertThat(held[i].value.capacity()).isLessThanOrEqualTo(Scratch.KEPT_BYTES);
            assertThat(held[i].other.capacity()).isLessThanOrEqualTo(Scratch.KEPT_BYTES);
            assertThat(held[i].found.capacity()).isLessThanOrEqualTo(Scratch.KEPT_BYTES);
        }
        for (final Scratch one : held) {
            one.release();
        }
    }

    @Test
    void aCodecThatFailsLeavesTheBuffersUsable() {
        final Codec<String> failing =
                new Codec<>() {
                    @Override
                    public int encode(String value, MutableDirectBuffer buffer, int offset) {
                        buffer.putBytes(offset, new byte[100_000]);
                        throw new StackOverflowError("seeded");
                    }

                    @Override
                    public String decode(DirectBuffer buffer, int offset, int length) {
                        return "";
                    }
                };
        try (Cache<String, String> cache =
                        Cache.builder(OffHeapCache.builder().memoryBytes(1 << 18), failing, failing)
                                .build();
                Cache<String, String> other =
                        Cache.builder(
                                        OffHeapCache.builder().memoryBytes(1 << 18),
                                        Codecs.ofString(),
                                        Codecs.ofString())
                                .build()) {
            for (int i = 0; i < 100; i++) {
                try {
                    cache.put("a", "1");
                    throw new AssertionError("the codec fails");
                } catch (final StackOverflowError e) {
                    assertThat(e).hasMessage("seeded");
                }
                other.put("k" + i, "v" + i);
                assertThat(other.get("k" + i)).isEqualTo("v" + i);
            }
            assertKeptSmall();
        }
    }

    /** An application that is undeployed while the container's threads live on. */
    public static final class Application implements Runnable {
        @Override
        public void run() {
            try (Cache<String, byte[]> cache =
                    Cache.builder(
                                    OffHeapCache.builder().memoryBytes(1 << 18),
                                    Codecs.ofString(),
                                    Codecs.ofBytes())
                            .build()) {
                for (int i = 0; i < 200; i++) {
                    cache.put("key", new byte[i]);
                    if (cache.get("key").length != i) {
                        throw new IllegalStateException("value " + i);
                    }
                }
            }
        }
    }

    @Test
    void aLongLivedThreadKeepsNoClassLoader() throws Exception {
        final CyclicBarrier used = new CyclicBarrier(2);
        final CountDownLatch end = new CountDownLatch(1);
        final List<WeakReference<ClassLoader>> loaders =
                Collections.synchronizedList(new ArrayList<>());
        final Thread container =
                new Thread(
                        () -> {
                            for (int i = 0; i < 3; i++) {
                                loaders.add(deployed());
                            }
                            await(used);
                            TestSupport.await(end);
                        });
        container.start();
        await(used);
        try {
            assertThat(loaders).hasSize(3);
            for (int i = 0; i < 200 && loaders.stream().anyMatch(l -> l.get() != null); i++) {
                System.gc();
                // Allocates, so that a collector that ignores the call collects eventually.
                assertThat(new byte[4 << 20]).hasSize(4 << 20);
            }
            assertThat(loaders).allMatch(loader -> loader.get() == null);
        } finally {
            end.countDown();
            container.join();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static WeakReference<ClassLoader> deployed() {
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {
                            location(Cache.class),
                            location(ScratchTest.class),
                            location(UnsafeBuffer.class)
                        },
                        ClassLoader.getPlatformClassLoader())) {
            final Class<?> application = loader.loadClass(Application.class.getName());
            assertThat(application).isNotSameAs(Application.class);
            ((Runnable) application.getConstructor().newInstance()).run();
            return new WeakReference<>(loader);
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }
}
