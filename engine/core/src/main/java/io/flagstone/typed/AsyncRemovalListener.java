// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.api.RemovalCause;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * A removal listener that passes events to another listener on an executor. The other listener may
 * be slow and may call the cache.
 *
 * <p>Under the segment's lock, an event is only added to a queue and a task submitted: the caller
 * never waits. If the queue is full, the event is dropped and counted. The error handler is called
 * for the first dropped event, and again each time the number of dropped events has doubled. One
 * thread at a time delivers the events, in the order of arrival, so the events of a key stay in
 * order. If the listener throws, the exception or Error goes to the error handler, and the next
 * event is delivered.
 *
 * <p>No event is lost if the executor refuses or drops a task: the next event, or {@link #drain},
 * delivers it. Each event submits a task unless a delivery is running, because an executor may drop
 * tasks silently.
 *
 * <pre>{@code
 * AsyncRemovalListener<String, Quote> listener =
 *         new AsyncRemovalListener<>((cause, key, value) -> audit(cause, key), executor, 1_024, onError);
 * Cache<String, Quote> quotes =
 *         Cache.builder(engine, keys, values).removalListener(listener).build();
 * }</pre>
 *
 * <p>Thread-safe. Allocates an event for each removal, in addition to what the codecs and the
 * executor allocate.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
public final class AsyncRemovalListener<K, V> implements RemovalListener<K, V> {
    private static final int MAX_CAPACITY = 1 << 30;

    private final RemovalListener<? super K, ? super V> listener;
    private final Executor executor;
    private final ErrorHandler errorHandler;
    private final int capacity;
    private final ManyToOneConcurrentArrayQueue<Event<K, V>> queue;
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    /** The task for the executor, always the same. */
    private final Runnable delivery = this::drain;

    /** True while a thread delivers events. */
    private final AtomicBoolean delivering = new AtomicBoolean();

    private record Event<K, V>(RemovalCause cause, K key, V value) {}

    /**
     * Creates a listener that delivers events later.
     *
     * @param listener called by one thread at a time, without a lock unless the executor runs tasks
     *     in the calling thread.
     * @param executor runs the tasks that call the listener.
     * @param capacity the number of events that may wait, from 1 to 2^30.
     * @param errorHandler receives what the listener or the executor throws, and reports of dropped
     *     events. It may be called under the lock of a segment, so it must be short.
     */
    public AsyncRemovalListener(
            RemovalListener<? super K, ? super V> listener,
            Executor executor,
            int capacity,
            ErrorHandler errorHandler) {
        this.listener = Objects.requireNonNull(listener, "listener");
        this.executor = Objects.requireNonNull(executor, "executor");
        this.errorHandler = Objects.requireNonNull(errorHandler, "errorHandler");
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be from 1 to " + MAX_CAPACITY + ": capacity=" + capacity);
        }
        this.capacity = capacity;
        // The queue's own capacity is a power of two, and at least two.
        this.queue = new ManyToOneConcurrentArrayQueue<>(Math.max(2, capacity));
    }

    /** Adds an event to the queue, or drops it if the queue is full. */
    @Override
    public void onRemoval(RemovalCause cause, K key, V value) {
        if (queued.incrementAndGet() > capacity || !queue.offer(new Event<>(cause, key, value))) {
            queued.decrementAndGet();
            drop();
        }
        submit();
    }

    private void drop() {
        final long count = dropped.incrementAndGet();
        if (Long.bitCount(count) == 1) {
            report(
                    new IllegalStateException(
                            "the queue is full, a removal event was dropped; raise the capacity or"
                                    + " make the listener faster: capacity="
                                    + capacity
                                    + ", dropped="
                                    + count));
        }
    }

    private void submit() {
        if (!delivering.get()) {
            try {
                executor.execute(delivery);
            } catch (final Throwable refusal) {
                report(refusal);
            }
        }
    }

    private void report(Throwable thrown) {
        try {
            errorHandler.onError(thrown);
        } catch (final Throwable again) {
            System.getLogger("io.flagstone")
                    .log(
                            System.Logger.Level.WARNING,
                            "the error handler threw an exception",
                            again);
        }
    }

    /**
     * Delivers the waiting events in the calling thread, unless another thread is delivering them.
     * May be called at any time, also after the cache was closed.
     */
    public void drain() {
        // Looks again at the end: an event that arrived just before it submitted no task.
        while (!queue.isEmpty() && delivering.compareAndSet(false, true)) {
            try {
                deliverAll();
            } finally {
                delivering.set(false);
            }
        }
    }

    private void deliverAll() {
        Event<K, V> event = queue.poll();
        while (event != null) {
            queued.decrementAndGet();
            try {
                listener.onRemoval(event.cause, event.key, event.value);
            } catch (final Throwable thrown) {
                report(thrown);
            }
            event = queue.poll();
        }
    }

    /**
     * Returns the number of events that were dropped because the queue was full.
     *
     * @return the count since this listener was created.
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Returns the number of events that wait in the queue.
     *
     * @return an estimate if other threads add or deliver events.
     */
    public int waiting() {
        return (int) Math.max(0, Math.min(capacity, queued.get()));
    }
}
