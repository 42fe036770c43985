package io.flagstone.jcache;

import io.flagstone.typed.Cache;
import io.flagstone.typed.Codec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.cache.CacheManager;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.configuration.Configuration;
import javax.cache.integration.CacheWriterException;
import javax.cache.integration.CompletionListener;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorException;
import javax.cache.processor.EntryProcessorResult;

/**
 * The specification's cache over a typed one.
 *
 * <p>A read that no expiry policy has to hear of takes no lock; every other operation holds its
 * key's while it asks the policy, writes through, stores, and tells synchronous listeners. Reading
 * through is done under that lock, so that a key is loaded once.
 */
final class FlagstoneCache<K, V> implements javax.cache.Cache<K, V> {
    private final String name;
    private final FlagstoneCacheManager manager;
    private final FlagstoneConfiguration<K, V> configuration;
    private final Cache<K, V> cache;
    private final Entries<K, V> entries;
    private final Listeners<K, V> listeners;
    private final Source<K, V> source;
    private final Expiry expiry;
    private final Counters counters;
    private final ManagementBeans beans;
    private final AtomicBoolean closed = new AtomicBoolean();

    FlagstoneCache(
            String name,
            FlagstoneCacheManager manager,
            FlagstoneConfiguration<K, V> configuration,
            long memoryBytes) {
        this.name = name;
        this.manager = manager;
        this.configuration = configuration;
        final Codec<K> keys = configuration.keyCodec(manager.getClassLoader());
        final Codec<V> values = configuration.valueCodec(manager.getClassLoader());
        this.listeners = new Listeners<>(this, keys, values);
        this.expiry = new Expiry(configuration.getExpiryPolicyFactory().create());
        this.source = new Source<>(configuration);
        configuration.getCacheEntryListenerConfigurations().forEach(listeners::add);
        this.cache =
                Cache.builder(
                                configuration.newEngine(memoryBytes).removalListener(listeners),
                                keys,
                                values)
                        .build();
        this.entries = new Entries<>(cache, expiry, listeners);
        this.counters = new Counters(cache.engine());
        this.beans = new ManagementBeans(manager.getURI(), name, configuration, counters);
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the cache " + name + " is closed");
        }
        if (listeners.wantsExpired()) {
            cache.engine().doWork();
            listeners.tellExpired();
        }
    }

    private void checkKey(K key) {
        check("key", key, configuration.getKeyType());
    }

    private static void check(String what, Object object, Class<?> type) {
        if (!type.isInstance(Objects.requireNonNull(object, what))) {
            throw new ClassCastException(
                    "the " + what + " is of " + object.getClass() + ", not of " + type);
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
        if (value != null || !source.readsThrough()) {
            return value;
        }
        return entries.locked(
                key,
                () -> {
                    final V present = entries.peek(key);
                    return present == null ? entries.keep(key, source.load(key)) : present;
                });
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
        final Set<K> missing = new HashSet<>();
        for (final K key : keys) {
            final V value = find(key);
            if (value == null) {
                missing.add(key);
            } else {
                found.put(key, value);
            }
        }
        if (source.readsThrough() && !missing.isEmpty()) {
            source.loadAll(missing)
                    .forEach((key, value) -> found.put(key, entries.keep(key, value)));
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
        final CompletionListener told = listener == null ? new Unheard() : listener;
        final Set<K> wanted = new HashSet<>(keys);
        if (source.canLoad()) {
            ForkJoinPool.commonPool().execute(() -> load(wanted, replaceExistingValues, told));
        } else {
            told.onCompletion();
        }
    }

    private void load(Set<K> wanted, boolean replace, CompletionListener listener) {
        try {
            if (!replace) {
                wanted.removeIf(entries::contains);
            }
            source.loadAll(wanted).forEach(replace ? entries::put : entries::keep);
        } catch (final RuntimeException e) {
            listener.onException(Source.notLoaded("loading failed", e));
            return;
        }
        listener.onCompletion();
    }

    @Override
    public void put(K key, V value) {
        check(key, value);
        final long startNs = counters.start();
        entries.locked(
                key,
                () -> {
                    source.write(key, value);
                    counters.put(entries.put(key, value), startNs);
                    return null;
                });
    }

    @Override
    public V getAndPut(K key, V value) {
        check(key, value);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    source.write(key, value);
                    final V old = entries.peek(key);
                    counters.got(old != null, startNs);
                    counters.put(entries.put(key, value, old), startNs);
                    return old;
                });
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> map) {
        checkOpen();
        map.forEach(this::check);
        final List<Entry<? extends K, ? extends V>> all = new ArrayList<>();
        map.forEach((key, value) -> all.add(new StoredEntry<>(key, value)));
        final Collection<Entry<? extends K, ? extends V>> unwritten = new ArrayList<>(all);
        final CacheWriterException failure = source.writeAll(unwritten);
        all.removeAll(unwritten);
        for (final Entry<? extends K, ? extends V> entry : all) {
            final long startNs = counters.start();
            counters.put(entries.put(entry.getKey(), entry.getValue()), startNs);
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public boolean putIfAbsent(K key, V value) {
        check(key, value);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    final boolean absent = !entries.contains(key);
                    counters.got(!absent, startNs);
                    if (absent) {
                        source.write(key, value);
                        counters.put(entries.create(key, value), startNs);
                    }
                    return absent;
                });
    }

    @Override
    public boolean remove(K key) {
        check(key);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    source.delete(key);
                    return counters.removed(entries.remove(key), startNs);
                });
    }

    @Override
    public boolean remove(K key, V expected) {
        check(key, expected);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    final boolean equal = isEqual(key, expected, startNs);
                    if (equal) {
                        source.delete(key);
                        counters.removed(entries.remove(key), startNs);
                    }
                    return equal;
                });
    }

    /** Whether a value is as expected; one that is not has been read. */
    private boolean isEqual(K key, V expected, long startNs) {
        final V value = entries.peek(key);
        counters.got(value != null, startNs);
        final boolean equal = expected.equals(value);
        if (value != null && !equal) {
            entries.accessed(key, value);
        }
        return equal;
    }

    @Override
    public V getAndRemove(K key) {
        check(key);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    source.delete(key);
                    final V old = entries.peek(key);
                    counters.got(old != null, startNs);
                    counters.removed(entries.remove(key, old), startNs);
                    return old;
                });
    }

    @Override
    public boolean replace(K key, V expected, V value) {
        check(key, expected);
        check(key, value);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    final boolean equal = isEqual(key, expected, startNs);
                    if (equal) {
                        source.write(key, value);
                        counters.put(entries.put(key, value, expected), startNs);
                    }
                    return equal;
                });
    }

    @Override
    public boolean replace(K key, V value) {
        return getAndReplace(key, value) != null;
    }

    @Override
    public V getAndReplace(K key, V value) {
        check(key, value);
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    final V old = entries.peek(key);
                    counters.got(old != null, startNs);
                    if (old != null) {
                        source.write(key, value);
                        counters.put(entries.put(key, value, old), startNs);
                    }
                    return old;
                });
    }

    @Override
    public void removeAll(Set<? extends K> keys) {
        checkOpen();
        keys.forEach(this::checkKey);
        final Set<K> undeleted = new HashSet<>(keys);
        final CacheWriterException failure = source.deleteAll(undeleted);
        for (final K key : keys) {
            if (!undeleted.contains(key)) {
                final long startNs = counters.start();
                counters.removed(entries.locked(key, () -> entries.remove(key)), startNs);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void removeAll() {
        checkOpen();
        final Set<K> keys = new HashSet<>();
        entries.keys().forEachRemaining(keys::add);
        removeAll(keys);
    }

    @Override
    public void clear() {
        checkOpen();
        cache.clear();
    }

    @Override
    public <T> T invoke(K key, EntryProcessor<K, V, T> processor, Object... arguments) {
        check(key);
        Objects.requireNonNull(processor, "processor");
        final long startNs = counters.start();
        return entries.locked(
                key,
                () -> {
                    final V initial = entries.peek(key);
                    counters.got(initial != null, startNs);
                    final ProcessedEntry<K, V> entry =
                            new ProcessedEntry<>(key, initial, entries, source);
                    final T result = process(processor, entry, arguments);
                    entry.finish(counters);
                    return result;
                });
    }

    private static <K, V, T> T process(
            EntryProcessor<K, V, T> processor, ProcessedEntry<K, V> entry, Object... arguments) {
        try {
            return processor.process(entry, arguments);
        } catch (final EntryProcessorException e) {
            throw e;
        } catch (final RuntimeException e) {
            throw new EntryProcessorException(
                    "the processor failed with the key " + entry.getKey(), e);
        }
    }

    @Override
    public <T> Map<K, EntryProcessorResult<T>> invokeAll(
            Set<? extends K> keys, EntryProcessor<K, V, T> processor, Object... arguments) {
        checkOpen();
        keys.forEach(this::checkKey);
        Objects.requireNonNull(processor, "processor");
        final Map<K, EntryProcessorResult<T>> results = new HashMap<>();
        for (final K key : keys) {
            try {
                final T result = invoke(key, processor, arguments);
                if (result != null) {
                    results.put(key, () -> result);
                }
            } catch (final EntryProcessorException e) {
                results.put(key, failed(e));
            } catch (final RuntimeException e) {
                results.put(key, failed(new EntryProcessorException(e)));
            }
        }
        return results;
    }

    private static <T> EntryProcessorResult<T> failed(EntryProcessorException failure) {
        return () -> {
            throw failure;
        };
    }

    @Override
    public Iterator<Entry<K, V>> iterator() {
        checkOpen();
        return new EntryIterator();
    }

    @Override
    public void registerCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
        checkOpen();
        configuration.addCacheEntryListenerConfiguration(listener);
        listeners.add(listener);
    }

    @Override
    public void deregisterCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
        checkOpen();
        configuration.removeCacheEntryListenerConfiguration(
                Objects.requireNonNull(listener, "listener"));
        listeners.remove(listener);
    }

    @Override
    public <C extends Configuration<K, V>> C getConfiguration(Class<C> type) {
        return Unwrap.as(type, new FlagstoneConfiguration<>(configuration));
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public CacheManager getCacheManager() {
        return manager;
    }

    /** Switches the statistics and their bean on or off. */
    void enableStatistics(boolean on) {
        configuration.setStatisticsEnabled(on);
        counters.enable(on);
        beans.showStatistics(on);
    }

    /** Switches the bean of the configuration on or off. */
    void enableManagement(boolean on) {
        configuration.setManagementEnabled(on);
        beans.showConfiguration(on);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            manager.release(this);
            beans.showStatistics(false);
            beans.showConfiguration(false);
            listeners.close();
            source.close();
            Quietly.close(expiry.policy);
            cache.close();
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

    /** To this class, the typed cache, or the engine. */
    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this, cache, cache.engine());
    }

    /** Sees what is there when it comes to it. */
    private final class EntryIterator implements Iterator<Entry<K, V>> {
        private final Iterator<K> keys = entries.keys();
        private StoredEntry<K, V> next;
        private StoredEntry<K, V> last;

        @Override
        public boolean hasNext() {
            while (next == null && keys.hasNext()) {
                final K key = keys.next();
                final V value = entries.peek(key);
                next = value == null ? null : new StoredEntry<>(key, value);
            }
            return next != null;
        }

        @Override
        public Entry<K, V> next() {
            checkOpen();
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            last = next;
            next = null;
            counters.got(entries.read(last.key()) != null, 0);
            return last;
        }

        @Override
        public void remove() {
            checkOpen();
            if (last == null) {
                throw new IllegalStateException("there is no entry to remove");
            }
            FlagstoneCache.this.remove(last.key());
            last = null;
        }
    }

    /** Nobody is told of the end of a load. */
    private static final class Unheard implements CompletionListener {
        @Override
        public void onCompletion() {}

        @Override
        public void onException(Exception failure) {
            Quietly.warn("a load failed", failure);
        }
    }
}
