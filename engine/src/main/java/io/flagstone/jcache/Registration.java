package io.flagstone.jcache;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.CacheEntryEventFilter;
import javax.cache.event.CacheEntryExpiredListener;
import javax.cache.event.CacheEntryListener;
import javax.cache.event.CacheEntryListenerException;
import javax.cache.event.CacheEntryRemovedListener;
import javax.cache.event.CacheEntryUpdatedListener;
import javax.cache.event.EventType;

/** One listener with its filter. One that is not synchronous is told by one thread at a time. */
final class Registration<K, V> {
    private final CacheEntryListenerConfiguration<K, V> configuration;
    private final CacheEntryListener<? super K, ? super V> listener;
    private final CacheEntryEventFilter<? super K, ? super V> filter;
    private final Executor executor;
    private final Queue<EntryEvent<K, V>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger untold = new AtomicInteger();
    private volatile boolean closed;

    /** A listener with who tells it if it is not synchronous. */
    Registration(CacheEntryListenerConfiguration<K, V> configuration, Executor executor) {
        this.configuration = configuration;
        this.executor = executor;
        this.listener = configuration.getCacheEntryListenerFactory().create();
        this.filter =
                configuration.getCacheEntryEventFilterFactory() == null
                        ? null
                        : configuration.getCacheEntryEventFilterFactory().create();
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

    /** Tells the listener, or has it told. */
    void tell(EntryEvent<K, V> event) {
        if (configuration.isSynchronous()) {
            tellNow(event);
        } else {
            waiting.add(event);
            if (untold.getAndIncrement() == 0) {
                executor.execute(this::tellWaiting);
            }
        }
    }

    private void tellWaiting() {
        do {
            try {
                tellNow(waiting.remove());
            } catch (final RuntimeException e) {
                Quietly.warn("a listener failed", e);
            }
        } while (untold.decrementAndGet() > 0);
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
        } catch (final RuntimeException e) {
            throw new CacheEntryListenerException("the listener failed with " + event, e);
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
