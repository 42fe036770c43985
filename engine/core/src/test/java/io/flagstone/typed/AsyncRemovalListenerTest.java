// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalCause;
import io.flagstone.testing.TestSupport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Events are delivered on an executor: a bounded number waits, in order, and an exception stops no
 * delivery.
 */
@Timeout(60)
class AsyncRemovalListenerTest {
    private final List<String> delivered = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private AsyncRemovalListener<String, String> queued(int capacity) {
        return new AsyncRemovalListener<>(
                (cause, key, value) -> delivered.add(key), tasks::add, capacity, errors::add);
    }

    private static void remove(AsyncRemovalListener<String, String> listener, String... keys) {
        for (final String key : keys) {
            listener.onRemoval(RemovalCause.REMOVED, key, "v");
        }
    }

    @Test
    void eventsBeyondTheCapacityAreDroppedAndCounted() {
        final AsyncRemovalListener<String, String> listener = queued(3);
        remove(listener, "a", "b", "c");
        assertThat(delivered).isEmpty();
        assertThat(listener.waiting()).isEqualTo(3);
        assertThat(errors).isEmpty();
        for (int i = 0; i < 5; i++) {
            remove(listener, "too many");
        }
        assertThat(listener.dropped()).isEqualTo(5);
        assertThat(errors).as("at 1, 2 and 4").hasSize(3);
        assertThat(errors.get(2))
                .hasMessageContaining("the queue is full")
                .hasMessageEndingWith("capacity=3, dropped=4");
        tasks.remove().run();
        assertThat(delivered).containsExactly("a", "b", "c");
        assertThat(listener.waiting()).isZero();
        remove(listener, "d");
        tasks.forEach(Runnable::run);
        assertThat(delivered).containsExactly("a", "b", "c", "d");
    }

    @Test
    void allEventsSubmitTheSameTask() {
        remove(queued(3), "a", "b", "c");
        final Runnable first = tasks.remove();
        assertThat(tasks).hasSize(2).allMatch(task -> task == first);
    }

    @Test
    void oneEventWaitsIfTheCapacityIsOne() {
        final AsyncRemovalListener<String, String> listener = queued(1);
        remove(listener, "a", "b");
        listener.drain();
        assertThat(delivered).containsExactly("a");
        assertThat(listener.dropped()).isOne();
    }

    @Test
    void anExceptionOfTheListenerIsReportedAndTheNextEventIsDelivered() {
        final AsyncRemovalListener<String, String> listener =
                new AsyncRemovalListener<>(
                        (cause, key, value) -> {
                            delivered.add(key);
                            if (key.equals("error")) {
                                throw new AssertionError(key);
                            }
                            throw new IllegalStateException(key);
                        },
                        Runnable::run,
                        8,
                        thrown -> {
                            errors.add(thrown);
                            throw new IllegalStateException("expected in this test's log");
                        });
        remove(listener, "error", "exception", "error", "last");
        assertThat(delivered).containsExactly("error", "exception", "error", "last");
        assertThat(errors).hasSize(4);
        assertThat(listener.dropped()).isZero();
    }

    @Test
    void noEventIsLostIfTheExecutorRefusesOrDropsTasks() {
        final AtomicBoolean works = new AtomicBoolean();
        final Error refusal = new OutOfMemoryError("no thread");
        final AsyncRemovalListener<String, String> refused =
                new AsyncRemovalListener<>(
                        (cause, key, value) -> delivered.add(key),
                        task -> {
                            if (!works.get()) {
                                throw refusal;
                            }
                            task.run();
                        },
                        8,
                        errors::add);
        remove(refused, "a", "b");
        assertThat(errors).containsExactly(refusal, refusal);
        works.set(true);
        remove(refused, "c");
        assertThat(delivered).containsExactly("a", "b", "c");

        delivered.clear();
        final AsyncRemovalListener<String, String> dropped = queued(8);
        remove(dropped, "a");
        tasks.clear();
        remove(dropped, "b");
        tasks.remove().run();
        assertThat(delivered).containsExactly("a", "b");
        remove(dropped, "c");
        tasks.clear();
        dropped.drain();
        assertThat(delivered).containsExactly("a", "b", "c");
    }

    @Test
    void aCapacityOutsideItsLimitsIsRefused() {
        for (final int capacity : new int[] {0, -1, (1 << 30) + 1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> queued(capacity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("capacity=" + capacity);
        }
    }

    /**
     * While several threads write, the events of each key arrive in order, and none is lost or
     * delivered twice.
     */
    @Test
    void theEventsOfAKeyArriveInOrder() throws Exception {
        final ExecutorService pool = Executors.newFixedThreadPool(4);
        final Map<String, Long> last = new HashMap<>();
        final long[] count = new long[1];
        final AsyncRemovalListener<String, Long> listener =
                new AsyncRemovalListener<>(
                        (cause, key, value) -> {
                            count[0]++;
                            final Long before = last.put(key, value);
                            if (before != null && before >= value) {
                                throw new AssertionError(key + ": " + value + " after " + before);
                            }
                        },
                        pool,
                        1 << 17,
                        errors::add);
        final Cache<String, Long> cache =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(1 << 20),
                                Codecs.ofString(),
                                Codecs.ofLong())
                        .removalListener(listener)
                        .build();
        final Thread[] writers = new Thread[3];
        for (int t = 0; t < writers.length; t++) {
            final int number = t;
            writers[t] =
                    new Thread(
                            () -> {
                                for (long i = 0; i <= 10_000; i++) {
                                    cache.put(number + "-" + i % 10, i);
                                }
                            });
            writers[t].start();
        }
        for (final Thread writer : writers) {
            writer.join();
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        listener.drain();
        TestSupport.assertClean(cache.engine());
        cache.close();
        assertThat(errors).isEmpty();
        assertThat(listener.dropped()).isZero();
        assertThat(count[0]).isEqualTo(3 * (10_001 - 10));
    }

    @Test
    void theRefusalOfAPoolThatIsShutDownIsReported() {
        final ExecutorService pool = Executors.newSingleThreadExecutor();
        pool.shutdownNow();
        final AsyncRemovalListener<String, String> listener =
                new AsyncRemovalListener<>(
                        (cause, key, value) -> delivered.add(key), pool, 8, errors::add);
        remove(listener, "a");
        assertThat(errors).hasSize(1).first().isInstanceOf(RejectedExecutionException.class);
        listener.drain();
        assertThat(delivered).containsExactly("a");
    }
}
