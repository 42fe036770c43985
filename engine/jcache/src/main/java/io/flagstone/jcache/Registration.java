// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.configuration.Factory;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.CacheEntryEventFilter;
import javax.cache.event.CacheEntryExpiredListener;
import javax.cache.event.CacheEntryListener;
import javax.cache.event.CacheEntryListenerException;
import javax.cache.event.CacheEntryRemovedListener;
import javax.cache.event.CacheEntryUpdatedListener;
import javax.cache.event.EventType;

/**
 * One listener with its filter.
 *
 * <p>An asynchronous listener is told by one thread at a time, in the order of the events. Its
 * events wait in a queue, and each event that finds nobody telling gives the executor a task that
 * tells all that wait. So an event is late, and not lost, if the executor drops a task. If the
 * executor refuses a task, or seems to drop all of them, the thread that caused the event tells.
 */
final class Registration<K, V> {
    /** With more events than this untold and nobody telling, the executor drops its tasks. */
    static final int MAX_WAITING = 1024;

    private final CacheEntryListenerConfiguration<K, V> configuration;
    private final CacheEntryListener<? super K, ? super V> listener;
    private final CacheEntryEventFilter<? super K, ? super V> filter;
    private final Executor executor;
    private final Queue<EntryEvent<K, V>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicBoolean telling = new AtomicBoolean();
    private final RateLimitedLog refusals = new RateLimitedLog();
    private volatile boolean closed;

    /**
     * Makes a listener and its filter by their factories. If this throws, nothing stays open.
     *
     * @param executor runs the listener if it is not synchronous.
     */
    Registration(CacheEntryListenerConfiguration<K, V> configuration, Executor executor) {
        this.configuration = configuration;
        this.executor = executor;
        this.listener =
                Objects.requireNonNull(
                        configuration.getCacheEntryListenerFactory().create(),
                        "the factory of listeners returned null");
        try {
            this.filter = filter(configuration.getCacheEntryEventFilterFactory());
        } catch (final Throwable e) {
            Quietly.close(listener);
            throw e;
        }
    }

    private static <T> T filter(Factory<T> factory) {
        return factory == null
                ? null
                : Objects.requireNonNull(
                        factory.create(), "the factory of event filters returned null");
    }

    boolean is(CacheEntryListenerConfiguration<K, V> other) {
        return configuration.equals(other);
    }

    boolean wantsOldValue() {
        return configuration.isOldValueRequired();
    }

    boolean takes(EventType type) {
        return switch (type) {
            case CREATED -> listener instanceof CacheEntryCreatedListener;
            case UPDATED -> listener instanceof CacheEntryUpdatedListener;
            case REMOVED -> listener instanceof CacheEntryRemovedListener;
            case EXPIRED -> listener instanceof CacheEntryExpiredListener;
        };
    }

    /**
     * Tells the listener, or has it told.
     *
     * @throws CacheEntryListenerException if the listener is synchronous and fails.
     */
    void tell(EntryEvent<K, V> event) {
        if (configuration.isSynchronous()) {
            tellNow(event);
            return;
        }
        waiting.add(event);
        final boolean dropped = untold.incrementAndGet() > MAX_WAITING;
        if (telling.get()) {
            // The thread that tells looks at the queue once more after it has stopped.
            return;
        }
        if (dropped) {
            tellWaiting();
            return;
        }
        try {
            executor.execute(this::tellWaiting);
        } catch (final Throwable e) {
            refusals.warn("the executor refused to tell a listener: the caller tells it", e);
            tellWaiting();
        }
    }

    private void tellWaiting() {
        while (!waiting.isEmpty() && telling.compareAndSet(false, true)) {
            try {
                EntryEvent<K, V> event = waiting.poll();
                while (event != null) {
                    untold.decrementAndGet();
                    tellQuietly(event);
                    event = waiting.poll();
                }
            } finally {
                telling.set(false);
            }
        }
    }

    private void tellQuietly(EntryEvent<K, V> event) {
        try {
            tellNow(event);
        } catch (final Throwable e) {
            Quietly.warn("an asynchronous listener failed", e);
        }
    }

    private void tellNow(EntryEvent<K, V> event) {
        if (closed) {
            return;
        }
        try {
            if (filter == null || filter.evaluate(event)) {
                call(event);
            }
        } catch (final CacheEntryListenerException e) {
            throw e;
        } catch (final Throwable e) {
            throw new CacheEntryListenerException(
                    "the listener failed with " + Quietly.name(event), e);
        }
    }

    @SuppressWarnings("unchecked")
    private void call(EntryEvent<K, V> event) {
        final List<CacheEntryEvent<? extends K, ? extends V>> events = List.of(event);
        switch (event.getEventType()) {
            case CREATED -> ((CacheEntryCreatedListener<K, V>) listener).onCreated(events);
            case UPDATED -> ((CacheEntryUpdatedListener<K, V>) listener).onUpdated(events);
            case REMOVED -> ((CacheEntryRemovedListener<K, V>) listener).onRemoved(events);
            case EXPIRED -> ((CacheEntryExpiredListener<K, V>) listener).onExpired(events);
        }
    }

    void close() {
        closed = true;
        Quietly.close(listener);
        Quietly.close(filter);
    }
}
