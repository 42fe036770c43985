// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.typed.Codecs;
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

    /**
     * The locks of names. A creation holds its name's lock, so that one of several creations with
     * the same name calls the factories. Factories may create caches with other names, in any
     * thread.
     */
    private final KeyLocks<String> names = new KeyLocks<>(Codecs.ofString());

    /** Guards the end of a creation and the manager's close. No factory runs under it. */
    private final ReentrantLock publication = new ReentrantLock();

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
        return names.locked(name, () -> create(name, configuration));
    }

    private <K, V> Cache<K, V> create(String name, Configuration<K, V> configuration) {
        checkOpen();
        checkNew(caches.get(name));
        final FlagstoneCache<K, V> cache =
                new FlagstoneCache<>(
                        name, this, FlagstoneConfiguration.copyOf(configuration), memoryBytes());
        boolean published = false;
        try {
            publish(cache);
            published = true;
            return cache;
        } finally {
            if (!published) {
                cache.close();
            }
        }
    }

    private void publish(FlagstoneCache<?, ?> cache) {
        publication.lock();
        try {
            // Another thread, or a factory in the configuration, may have closed the manager.
            checkOpen();
            // A factory in the configuration may have created a cache with this name.
            checkNew(caches.putIfAbsent(cache.getName(), cache));
        } finally {
            publication.unlock();
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
        publication.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = new ArrayList<>(caches.values());
        } finally {
            publication.unlock();
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
