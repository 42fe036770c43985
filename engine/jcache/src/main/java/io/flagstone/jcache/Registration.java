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
 * <p>One thread at a time notifies an asynchronous listener, in the order of the events. Events
 * wait in a queue. If no thread is notifying when an event arrives, the executor gets a task that
 * handles the whole queue. If the executor drops a task, its events are therefore late, but not
 * lost. If the executor rejects a task, or seems to drop all tasks, the thread that caused the
 * event notifies the listener.
 */
final class Registration<K, V> {
    /** The most events that may wait while no thread notifies; with more, the caller notifies. */
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
     * Creates a listener and its filter by their factories. If this throws, nothing stays open.
     *
     * @param executor runs the listener if it is asynchronous.
     */
    Registration(CacheEntryListenerConfiguration<K, V> configuration, Executor executor) {
        this.configuration = configuration;
        this.executor = executor;
        this.listener =
                Objects.requireNonNull(
                        configuration.getCacheEntryListenerFactory().create(),
                        "the listener factory returned null");
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
                        factory.create(), "the event filter factory returned null");
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
     * Notifies the listener, or makes the executor notify it.
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
            // The notifying thread checks the queue again after it has cleared the flag.
            return;
        }
        if (dropped) {
            tellWaiting();
            return;
        }
        try {
            executor.execute(this::tellWaiting);
        } catch (final Throwable e) {
            refusals.warn(
                    "the executor rejected a notification: the caller notifies the listener", e);
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
                    "the listener failed: event=" + Quietly.name(event), e);
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
