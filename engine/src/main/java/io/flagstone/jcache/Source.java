package io.flagstone.jcache;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.cache.Cache;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CacheWriter;
import javax.cache.integration.CacheWriterException;

/** What is behind the cache: where values are loaded from and written to, if anywhere. */
final class Source<K, V> {
    private final CacheLoader<K, V> loader;
    private final CacheWriter<? super K, ? super V> writer;
    private final boolean readThrough;

    Source(CompleteConfiguration<K, V> configuration) {
        this.loader =
                configuration.getCacheLoaderFactory() == null
                        ? null
                        : configuration.getCacheLoaderFactory().create();
        this.writer =
                configuration.getCacheWriterFactory() == null || !configuration.isWriteThrough()
                        ? null
                        : configuration.getCacheWriterFactory().create();
        this.readThrough = configuration.isReadThrough();
    }

    boolean canLoad() {
        return loader != null;
    }

    boolean readsThrough() {
        return readThrough && loader != null;
    }

    V load(K key) {
        try {
            return loader.load(key);
        } catch (final RuntimeException e) {
            throw notLoaded("loading " + key + " failed", e);
        }
    }

    /** Loads several; without those that there are no values of. */
    Map<K, V> loadAll(Set<? extends K> keys) {
        final Map<K, V> loaded;
        try {
            loaded = new HashMap<>(loader.loadAll(keys));
        } catch (final RuntimeException e) {
            throw notLoaded("loading " + keys.size() + " keys failed", e);
        }
        loaded.values().removeIf(value -> value == null);
        return loaded;
    }

    /** What a loader threw, as the specification wants it. */
    static CacheLoaderException notLoaded(String what, RuntimeException cause) {
        return cause instanceof CacheLoaderException failure
                ? failure
                : new CacheLoaderException(what, cause);
    }

    void write(K key, V value) {
        if (writer != null) {
            try {
                writer.write(new StoredEntry<>(key, value));
            } catch (final RuntimeException e) {
                throw notWritten("writing " + key + " failed", e);
            }
        }
    }

    void delete(K key) {
        if (writer != null) {
            try {
                writer.delete(key);
            } catch (final RuntimeException e) {
                throw notWritten("deleting " + key + " failed", e);
            }
        }
    }

    /**
     * Writes several.
     *
     * @param entries those are taken out that were written, also if it fails.
     * @return the failure, or null.
     */
    CacheWriterException writeAll(Collection<Cache.Entry<? extends K, ? extends V>> entries) {
        try {
            if (writer != null && !entries.isEmpty()) {
                writer.writeAll(widen(entries));
            }
            entries.clear();
            return null;
        } catch (final RuntimeException e) {
            return notWritten(entries.size() + " entries were not written", e);
        }
    }

    /** A writer of wider types takes entries of the narrower as well. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> Collection<T> widen(Collection<?> entries) {
        return (Collection) entries;
    }

    /**
     * Deletes several.
     *
     * @param keys those are taken out that were deleted, also if it fails.
     * @return the failure, or null.
     */
    CacheWriterException deleteAll(Collection<? extends K> keys) {
        try {
            if (writer != null && !keys.isEmpty()) {
                writer.deleteAll(keys);
            }
            keys.clear();
            return null;
        } catch (final RuntimeException e) {
            return notWritten(keys.size() + " keys were not deleted", e);
        }
    }

    private static CacheWriterException notWritten(String what, RuntimeException cause) {
        return cause instanceof CacheWriterException failure
                ? failure
                : new CacheWriterException(what, cause);
    }

    void close() {
        Quietly.close(loader);
        Quietly.close(writer);
    }
}
