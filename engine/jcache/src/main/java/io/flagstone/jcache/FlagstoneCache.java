// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.api.Setting;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.cache.CacheManager;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.configuration.Configuration;
import javax.cache.integration.CompletionListener;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorResult;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The specification's cache over a typed one. It checks arguments and delegates.
 *
 * <p>A read takes no lock if the expiry policy ignores reads. A write, a processor, a load of one
 * key and any other read hold the key's lock while they ask the policy, write through, store and
 * notify synchronous listeners. Concurrent loads of one key therefore run once. {@link BulkWrites}
 * describes the locks of operations on several keys.
 */
final class FlagstoneCache<K, V> implements javax.cache.Cache<K, V> {
    private final String name;
    private final FlagstoneCacheManager manager;

    /** The configuration. It is not thread-safe: its monitor guards all changes and copies. */
    private final FlagstoneConfiguration<K, V> configuration;

    private final Opened opened = new Opened();
    private final Cache<K, V> cache;
    private final Entries<K, V> entries;
    private final Listeners<K, V> listeners;
    private final ReadThrough<K, V> readThrough;
    private final Writes<K, V> writes;
    private final BulkWrites<K, V> bulkWrites;
    private final Processing<K, V> processing;
    private final Counters counters;
    private final ManagementBeans beans;
    private final Pace pace;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Opens a cache. If this throws, everything that was opened for it has been closed.
     *
     * @param configuration the configuration; the cache keeps it and does not copy it.
     * @param memoryBytes the memory of the cache if the configuration has no engine's builder.
     */
    FlagstoneCache(
            String name,
            FlagstoneCacheManager manager,
            FlagstoneConfiguration<K, V> configuration,
            long memoryBytes) {
        this.name = name;
        this.manager = manager;
        this.configuration = configuration;
        try {
            final Codec<K> keys = configuration.keyCodec(manager.getClassLoader());
            final Codec<V> values = configuration.valueCodec(manager.getClassLoader());
            final Executor executor = configuration.executorOrDefault();
            final KeyLocks<K> locks = new KeyLocks<>(keys);
            final Expiry expiry =
                    new Expiry(opened.add(configuration.getExpiryPolicyFactory().create()));
            final Source<K, V> source = new Source<>(configuration, opened);
            listeners = new Listeners<>(this, keys, values, executor);
            opened.onClose(listeners::close);
            configuration.getCacheEntryListenerConfigurations().forEach(listeners::add);
            cache =
                    Cache.builder(
                                    configuration.newEngine(memoryBytes).removalHandler(listeners),
                                    keys,
                                    values)
                            .build();
            opened.onClose(cache::close);
            counters = new Counters(cache.engine());
            entries = new Entries<>(cache, keys, values, locks, expiry, listeners, counters);
            readThrough = new ReadThrough<>(source, entries, locks, executor);
            writes = new Writes<>(source, entries, locks, counters);
            bulkWrites = new BulkWrites<>(source, entries, locks, writes, listeners, counters);
            processing = new Processing<>(entries, locks, writes, readThrough, counters);
            pace = paceOf(cache.engine(), configuration.clock());
            beans = new ManagementBeans(manager.getURI(), name, configuration, counters);
            opened.onClose(beans::close);
            enableStatistics(configuration.isStatisticsEnabled());
            enableManagement(configuration.isManagementEnabled());
        } catch (final Throwable e) {
            opened.close();
            throw e;
        }
    }

    /** Returns the pace of looks for expired entries: once per tick if the clock is known. */
    private static Pace paceOf(OffHeapCache engine, NanoClock configured) {
        final boolean unset =
                engine.configuration().setting("clock").origin() == Setting.Origin.DEFAULT;
        final NanoClock byDefault = unset ? SystemNanoClock.INSTANCE : null;
        return new Pace(
                configured == null ? byDefault : configured,
                Long.parseLong(engine.configuration().setting("tickNs").value()));
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the cache " + name + " is closed");
        }
        listeners.tellExpired(cache.engine(), pace);
    }

    private void checkKey(K key) {
        check("key", key, configuration.getKeyType());
    }

    private static void check(String what, Object object, Class<?> type) {
        if (!type.isInstance(Objects.requireNonNull(object, what))) {
            throw new ClassCastException(
                    "the "
                            + what
                            + " must be of type "
                            + type.getName()
                            + ": class="
                            + object.getClass().getName());
        }
    }

    private void check(K key) {
        checkOpen();
        checkKey(key);
    }

    private void check(K key, V value) {
        check(key);
        check("value", value, configuration.getValueType());
    }

    @Override
    public V get(K key) {
        check(key);
        final V value = find(key);
        return value == null && readThrough.isOn() ? readThrough.get(key) : value;
    }

    private V find(K key) {
        final long startNs = counters.start();
        final V value = entries.read(key);
        counters.got(value != null, startNs);
        return value;
    }

    @Override
    public Map<K, V> getAll(Set<? extends K> keys) {
        checkOpen();
        keys.forEach(this::checkKey);
        final Map<K, V> found = new HashMap<>();
        final List<K> missing = new ArrayList<>();
        for (final K key : keys) {
            final V value = find(key);
            if (value == null) {
                missing.add(key);
            } else {
                found.put(key, value);
            }
        }
        if (readThrough.isOn()) {
            readThrough.getAll(missing, found);
        }
        return found;
    }

    @Override
    public boolean containsKey(K key) {
        check(key);
        return entries.contains(key);
    }

    @Override
    public void loadAll(
            Set<? extends K> keys, boolean replaceExistingValues, CompletionListener listener) {
        checkOpen();
        keys.forEach(this::checkKey);
        readThrough.loadAll(
                keys, replaceExistingValues, listener == null ? new Unheard() : listener);
    }

    @Override
    public void put(K key, V value) {
        check(key, value);
        writes.put(key, value);
    }

    @Override
    public V getAndPut(K key, V value) {
        check(key, value);
        return writes.getAndPut(key, value);
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> map) {
        checkOpen();
        map.forEach(this::check);
        bulkWrites.putAll(map);
    }

    @Override
    public boolean putIfAbsent(K key, V value) {
        check(key, value);
        return writes.putIfAbsent(key, value);
    }

    @Override
    public boolean remove(K key) {
        check(key);
        return writes.remove(key);
    }

    @Override
    public boolean remove(K key, V expected) {
        check(key, expected);
        return writes.remove(key, expected);
    }

    @Override
    public V getAndRemove(K key) {
        check(key);
        return writes.getAndRemove(key);
    }

    @Override
    public boolean replace(K key, V expected, V value) {
        check(key, expected);
        check(key, value);
        return writes.replace(key, expected, value);
    }

    @Override
    public boolean replace(K key, V value) {
        return getAndReplace(key, value) != null;
    }

    @Override
    public V getAndReplace(K key, V value) {
        check(key, value);
        return writes.getAndReplace(key, value);
    }

    @Override
    public void removeAll(Set<? extends K> keys) {
        checkOpen();
        keys.forEach(this::checkKey);
        bulkWrites.removeAll(keys);
    }

    @Override
    public void removeAll() {
        checkOpen();
        bulkWrites.removeAll();
    }

    @Override
    public void clear() {
        checkOpen();
        entries.clear();
    }

    @Override
    public <T> T invoke(K key, EntryProcessor<K, V, T> processor, Object... arguments) {
        check(key);
        return processing.invoke(key, Objects.requireNonNull(processor, "processor"), arguments);
    }

    @Override
    public <T> Map<K, EntryProcessorResult<T>> invokeAll(
            Set<? extends K> keys, EntryProcessor<K, V, T> processor, Object... arguments) {
        checkOpen();
        keys.forEach(this::checkKey);
        return processing.invokeAll(
                keys, Objects.requireNonNull(processor, "processor"), arguments);
    }

    @Override
    public Iterator<Entry<K, V>> iterator() {
        checkOpen();
        return new EntryIterator<>(entries, counters, this::checkOpen, this::remove);
    }

    @Override
    public void registerCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
        checkOpen();
        synchronized (configuration) {
            configuration.addCacheEntryListenerConfiguration(listener);
        }
        boolean added = false;
        try {
            listeners.add(listener);
            added = true;
        } finally {
            if (!added) {
                unlist(listener);
            }
        }
    }

    @Override
    public void deregisterCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
        checkOpen();
        unlist(Objects.requireNonNull(listener, "listener"));
        listeners.remove(listener);
    }

    private void unlist(CacheEntryListenerConfiguration<K, V> listener) {
        synchronized (configuration) {
            configuration.removeCacheEntryListenerConfiguration(listener);
        }
    }

    @Override
    public <C extends Configuration<K, V>> C getConfiguration(Class<C> type) {
        synchronized (configuration) {
            return Unwrap.as(type, new FlagstoneConfiguration<>(configuration));
        }
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public CacheManager getCacheManager() {
        return manager;
    }

    /** Enables or disables the statistics and their bean. */
    void enableStatistics(boolean on) {
        beans.showStatistics(on);
        synchronized (configuration) {
            configuration.setStatisticsEnabled(on);
        }
        counters.enable(on);
    }

    /** Enables or disables the bean of the configuration. */
    void enableManagement(boolean on) {
        beans.showConfiguration(on);
        synchronized (configuration) {
            configuration.setManagementEnabled(on);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            manager.release(this);
            opened.close();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }

    /** Unwraps to this class, the typed cache or the engine. */
    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this, cache, cache.engine());
    }

    /** The listener of a load without one: logs its failure. */
    private static final class Unheard implements CompletionListener {
        @Override
        public void onCompletion() {}

        @Override
        public void onException(Exception failure) {
            Quietly.warn("a load failed", failure);
        }
    }
}
