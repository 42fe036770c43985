// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.cache.CacheManager;
import javax.cache.configuration.OptionalFeature;
import javax.cache.spi.CachingProvider;

/**
 * The JCache provider of Flagstone, which {@code javax.cache.Caching} finds. Thread-safe.
 *
 * <p>A URI is only the name of a manager. A manager has one property: {@link
 * FlagstoneConfiguration#MEMORY_BYTES_PROPERTY}. Caches store by value, off the heap. Store by
 * reference is not supported.
 */
public final class FlagstoneCachingProvider implements CachingProvider {
    private static final URI DEFAULT_URI = URI.create("flagstone:default");

    /** The open managers. A class loader stays reachable until its managers are closed. */
    private final Map<ClassLoader, Map<URI, FlagstoneCacheManager>> managers = new HashMap<>();

    /** Creates a provider; the service loader calls this. */
    public FlagstoneCachingProvider() {}

    @Override
    public synchronized CacheManager getCacheManager(
            URI uri, ClassLoader classLoader, Properties properties) {
        final URI name = orDefault(uri);
        final ClassLoader classes = orDefault(classLoader);
        final Properties copy = new Properties();
        if (properties != null) {
            copy.putAll(properties);
        }
        return managers.computeIfAbsent(classes, any -> new HashMap<>())
                .compute(
                        name,
                        (any, present) ->
                                // A closed manager is about to be released.
                                present == null || present.isClosed()
                                        ? new FlagstoneCacheManager(this, name, classes, copy)
                                        : present);
    }

    @Override
    public CacheManager getCacheManager(URI uri, ClassLoader classLoader) {
        return getCacheManager(uri, classLoader, getDefaultProperties());
    }

    @Override
    public CacheManager getCacheManager() {
        return getCacheManager(getDefaultURI(), getDefaultClassLoader());
    }

    @Override
    public ClassLoader getDefaultClassLoader() {
        return getClass().getClassLoader();
    }

    @Override
    public URI getDefaultURI() {
        return DEFAULT_URI;
    }

    @Override
    public Properties getDefaultProperties() {
        return new Properties();
    }

    @Override
    public void close() {
        final List<FlagstoneCacheManager> open = new ArrayList<>();
        synchronized (this) {
            managers.values().forEach(some -> open.addAll(some.values()));
        }
        open.forEach(CacheManager::close);
    }

    @Override
    public void close(ClassLoader classLoader) {
        final List<FlagstoneCacheManager> open;
        synchronized (this) {
            final ClassLoader classes = orDefault(classLoader);
            open = new ArrayList<>(managers.getOrDefault(classes, Map.of()).values());
        }
        open.forEach(CacheManager::close);
    }

    @Override
    public void close(URI uri, ClassLoader classLoader) {
        final FlagstoneCacheManager open;
        synchronized (this) {
            final ClassLoader classes = orDefault(classLoader);
            open = managers.getOrDefault(classes, Map.of()).get(orDefault(uri));
        }
        if (open != null) {
            open.close();
        }
    }

    private ClassLoader orDefault(ClassLoader classLoader) {
        return classLoader == null ? getDefaultClassLoader() : classLoader;
    }

    private URI orDefault(URI uri) {
        return uri == null ? getDefaultURI() : uri;
    }

    /** Removes a manager that is being closed. */
    synchronized void release(FlagstoneCacheManager manager) {
        final Map<URI, FlagstoneCacheManager> some = managers.get(manager.getClassLoader());
        if (some != null && some.remove(manager.getURI(), manager) && some.isEmpty()) {
            managers.remove(manager.getClassLoader());
        }
    }

    @Override
    public boolean isSupported(OptionalFeature feature) {
        return false;
    }
}
