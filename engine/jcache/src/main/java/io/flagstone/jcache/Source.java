// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import javax.cache.Cache;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CacheWriter;
import javax.cache.integration.CacheWriterException;

/** The loader and the writer of a cache, each of which may be missing. */
final class Source<K, V> {
    private final CacheLoader<K, V> loader;
    private final CacheWriter<? super K, ? super V> writer;
    private final boolean readThrough;

    /**
     * Creates the loader and the writer by their factories.
     *
     * @param opened closes them with the cache.
     */
    Source(CompleteConfiguration<K, V> configuration, Opened opened) {
        this.loader =
                configuration.getCacheLoaderFactory() == null
                        ? null
                        : opened.add(configuration.getCacheLoaderFactory().create());
        this.writer =
                configuration.getCacheWriterFactory() == null || !configuration.isWriteThrough()
                        ? null
                        : opened.add(configuration.getCacheWriterFactory().create());
        this.readThrough = configuration.isReadThrough();
    }

    boolean canLoad() {
        return loader != null;
    }

    boolean readsThrough() {
        return readThrough && loader != null;
    }

    /** Returns whether writes go through to a writer. */
    boolean writes() {
        return writer != null;
    }

    V load(K key) {
        try {
            return loader.load(key);
        } catch (final Exception e) {
            throw notLoaded("loading " + Quietly.name(key) + " failed", e);
        }
    }

    /** Returns the result of the loader, never {@code null}. It may have fewer or other keys. */
    Map<K, V> loadAll(Iterable<? extends K> keys) {
        try {
            return Objects.requireNonNull(
                    loader.loadAll(keys), "the loader's loadAll returned null");
        } catch (final Exception e) {
            throw notLoaded("loading several keys failed", e);
        }
    }

    /** Returns a loader's exception as the type that the specification requires. */
    static CacheLoaderException notLoaded(String what, Throwable cause) {
        return cause instanceof CacheLoaderException failure
                ? failure
                : new CacheLoaderException(what, cause);
    }

    void write(K key, V value) {
        if (writer != null) {
            try {
                writer.write(new StoredEntry<>(key, value));
            } catch (final Exception e) {
                throw notWritten("writing " + Quietly.name(key) + " failed", e);
            }
        }
    }

    void delete(K key) {
        if (writer != null) {
            try {
                writer.delete(key);
            } catch (final Exception e) {
                throw notWritten("deleting " + Quietly.name(key) + " failed", e);
            }
        }
    }

    /**
     * Writes several entries.
     *
     * @param entries the entries; if the writer fails, it leaves those that it did not write. After
     *     an Error, the store may have some of those as well.
     * @return the exception or Error, or null.
     */
    Throwable writeAll(Collection<Cache.Entry<? extends K, ? extends V>> entries) {
        try {
            if (writer != null && !entries.isEmpty()) {
                writer.writeAll(widen(entries));
            }
            entries.clear();
            return null;
        } catch (final Exception e) {
            return notWritten(entries.size() + " entries were not written", e);
        } catch (final Error e) {
            return e;
        }
    }

    /** Casts entries for a writer of supertypes. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> Collection<T> widen(Collection<?> entries) {
        return (Collection) entries;
    }

    /**
     * Deletes several keys.
     *
     * @param keys the keys; if the writer fails, it leaves those that it did not delete. After an
     *     Error, the store may lack some of those as well.
     * @return the exception or Error, or null.
     */
    Throwable deleteAll(Collection<? extends K> keys) {
        try {
            if (writer != null && !keys.isEmpty()) {
                writer.deleteAll(keys);
            }
            keys.clear();
            return null;
        } catch (final Exception e) {
            return notWritten(keys.size() + " keys were not deleted", e);
        } catch (final Error e) {
            return e;
        }
    }

    private static CacheWriterException notWritten(String what, Exception cause) {
        return cause instanceof CacheWriterException failure
                ? failure
                : new CacheWriterException(what, cause);
    }
}
