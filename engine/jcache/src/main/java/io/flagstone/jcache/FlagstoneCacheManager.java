// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.CacheManager;
import javax.cache.configuration.Configuration;
import javax.cache.spi.CachingProvider;

/** The caches of one URI and one class loader. */
final class FlagstoneCacheManager implements CacheManager {
    private final Map<String, FlagstoneCache<?, ?>> caches = new ConcurrentHashMap<>();
    private final FlagstoneCachingProvider provider;
    private final URI uri;
    private final ClassLoader classes;
    private final Properties properties;

    /** Held while a cache is created, and by the manager's close. */
    private final ReentrantLock creation = new ReentrantLock();

    private volatile boolean closed;

    FlagstoneCacheManager(
            FlagstoneCachingProvider provider,
            URI uri,
            ClassLoader classes,
            Properties properties) {
        this.provider = provider;
        this.uri = uri;
        this.classes = classes;
        this.properties = properties;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the cache manager " + uri + " is closed");
        }
    }

    @Override
    public CachingProvider getCachingProvider() {
        return provider;
    }

    @Override
    public URI getURI() {
        return uri;
    }

    @Override
    public ClassLoader getClassLoader() {
        return classes;
    }

    /** Returns a copy. Changing it does not change the manager. */
    @Override
    public Properties getProperties() {
        return (Properties) properties.clone();
    }

    @Override
    public <K, V, C extends Configuration<K, V>> Cache<K, V> createCache(
            String name, C configuration) {
        checkOpen();
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(configuration, "configuration");
        if (!configuration.isStoreByValue()) {
            throw new UnsupportedOperationException(
                    "store by reference is not supported, call setStoreByValue(true): cache="
                            + name);
        }
        creation.lock();
        try {
            checkOpen();
            checkNew(caches.get(name));
            final FlagstoneCache<K, V> cache =
                    new FlagstoneCache<>(
                            name,
                            this,
                            FlagstoneConfiguration.copyOf(configuration),
                            memoryBytes());
            // A factory in the configuration may have created this cache or closed the manager.
            final FlagstoneCache<?, ?> other = closed ? null : caches.putIfAbsent(name, cache);
            if (closed || other != null) {
                cache.close();
            }
            checkOpen();
            checkNew(other);
            return cache;
        } finally {
            creation.unlock();
        }
    }

    private static void checkNew(FlagstoneCache<?, ?> present) {
        if (present != null) {
            throw new CacheException(
                    "a cache with this name already exists: name=" + present.getName());
        }
    }

    private long memoryBytes() {
        final String bytes = properties.getProperty(FlagstoneConfiguration.MEMORY_BYTES_PROPERTY);
        try {
            return bytes == null
                    ? FlagstoneConfiguration.DEFAULT_MEMORY_BYTES
                    : Long.parseLong(bytes);
        } catch (final NumberFormatException e) {
            throw new CacheException(
                    FlagstoneConfiguration.MEMORY_BYTES_PROPERTY
                            + " must be a whole number of bytes: \""
                            + bytes
                            + '"',
                    e);
        }
    }

    private FlagstoneCache<?, ?> find(String name) {
        checkOpen();
        return caches.get(Objects.requireNonNull(name, "name"));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <K, V> Cache<K, V> getCache(String name, Class<K> keyType, Class<V> valueType) {
        Objects.requireNonNull(keyType, "keyType");
        Objects.requireNonNull(valueType, "valueType");
        final FlagstoneCache<?, ?> cache = find(name);
        if (cache == null) {
            return null;
        }
        final Configuration<?, ?> configuration = cache.getConfiguration(Configuration.class);
        check(name, "key", keyType, configuration.getKeyType());
        check(name, "value", valueType, configuration.getValueType());
        return (Cache<K, V>) cache;
    }

    private static void check(String name, String what, Class<?> type, Class<?> configured) {
        if (type != configured) {
            throw new ClassCastException(
                    "the "
                            + what
                            + " type of the cache "
                            + name
                            + " is "
                            + configured.getName()
                            + ": requested="
                            + type.getName());
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <K, V> Cache<K, V> getCache(String name) {
        return (Cache<K, V>) find(name);
    }

    @Override
    public Iterable<String> getCacheNames() {
        checkOpen();
        return Collections.unmodifiableList(new ArrayList<>(caches.keySet()));
    }

    @Override
    public void destroyCache(String name) {
        final FlagstoneCache<?, ?> cache = find(name);
        if (cache != null) {
            cache.close();
        }
    }

    /** Removes a cache that is being closed. */
    void release(FlagstoneCache<?, ?> cache) {
        caches.remove(cache.getName(), cache);
    }

    @Override
    public void enableManagement(String name, boolean enabled) {
        final FlagstoneCache<?, ?> cache = find(name);
        if (cache != null) {
            cache.enableManagement(enabled);
        }
    }

    @Override
    public void enableStatistics(String name, boolean enabled) {
        final FlagstoneCache<?, ?> cache = find(name);
        if (cache != null) {
            cache.enableStatistics(enabled);
        }
    }

    @Override
    public void close() {
        final List<FlagstoneCache<?, ?>> open;
        creation.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = new ArrayList<>(caches.values());
        } finally {
            creation.unlock();
        }
        provider.release(this);
        for (final FlagstoneCache<?, ?> cache : open) {
            Quietly.close(cache);
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this);
    }
}
