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
 * Tells another listener of removals by an executor, so that it may take its time and call the
 * cache.
 *
 * <p>Under the segment's lock, an event is put into a queue and nothing else is done: the caller
 * never waits. If the queue is full, the event is dropped and counted; the error handler is told of
 * the first and then of each time that their number has doubled. One thread at a time tells the
 * events, in the order in which they came, so those of a key are in order. What the listener
 * throws, an Error included, is reported to the error handler, and the next event is told.
 *
 * <p>An executor that refuses or drops the task that tells loses no event: the next event, or
 * {@link #drain}, tries again. To be safe against one that drops silently, each event submits a
 * task if none has begun.
 *
 * <pre>{@code
 * AsyncRemovalListener<String, Quote> listener =
 *         new AsyncRemovalListener<>((cause, key, value) -> audit(cause, key), executor, 1_024, onError);
 * Cache<String, Quote> quotes =
 *         Cache.builder(engine, keys, values).removalListener(listener).build();
 * }</pre>
 *
 * <p>Thread-safe. Allocates an object for each event, besides what the codecs do.
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

    /** Set by the thread that tells. */
    private final AtomicBoolean telling = new AtomicBoolean();

    private record Event<K, V>(RemovalCause cause, K key, V value) {}

    /**
     * A listener that is told later.
     *
     * @param listener called by one thread at a time, under no lock.
     * @param executor runs what tells the listener.
     * @param capacity the events that may wait, from 1 to 2^30.
     * @param errorHandler told of what the listener throws, and of events that were dropped; may be
     *     called under the lock of a segment, so it has to be short.
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

    /** Puts an event into the queue, or drops it. */
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
                            "the queue of "
                                    + capacity
                                    + " removal events is full: "
                                    + count
                                    + " were dropped so far"));
        }
    }

    private void submit() {
        if (!telling.get()) {
            try {
                executor.execute(this::drain);
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
                    .log(System.Logger.Level.WARNING, "an error handler failed", again);
        }
    }

    /**
     * Tells the listener of the events that wait, by the calling thread, unless another thread does
     * so already. May be called at any time, as after the cache was closed.
     */
    public void drain() {
        // Again after the end, for an event that came just before it and submitted nothing.
        while (!queue.isEmpty() && telling.compareAndSet(false, true)) {
            try {
                tellAll();
            } finally {
                telling.set(false);
            }
        }
    }

    private void tellAll() {
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
     * Counts the events that were dropped because the queue was full.
     *
     * @return how many, since this was made.
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Counts the events that wait.
     *
     * @return how many, about.
     */
    public int waiting() {
        return (int) Math.max(0, Math.min(capacity, queued.get()));
    }
}
