package io.flagstone.typed;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import org.agrona.MutableDirectBuffer;

/**
 * A cache of objects over an {@link OffHeapCache}: keys and values go through {@link Codec}s.
 *
 * <p>Encoding and decoding happen outside of the engine's locks, in buffers of the calling thread
 * that are reused. What is read is a new object each time, unless it is read into one that is there
 * ({@link #getUsing}); changing it changes nothing in the cache.
 *
 * <p>With a loader, {@link #get} loads what is missing, once for each key however many ask at the
 * same time. All methods may be called by any number of threads. Keys and values may not be {@code
 * null}. Once closed, operations throw an {@link IllegalStateException}.
 *
 * <pre>{@code
 * try (Cache<String, Quote> quotes =
 *         Cache.builder(
 *                         OffHeapCache.builder().memoryBytes(64 << 20),
 *                         Codecs.ofString(),
 *                         quoteCodec)
 *                 .loader(exchange::lastQuote)
 *                 .build()) {
 *     Quote quote = quotes.get("BTC/USD");
 * }
 * }</pre>
 *
 * @param <K> the keys' type; with a loader it needs {@code equals} and {@code hashCode}.
 * @param <V> the values' type.
 */
public final class Cache<K, V> implements AutoCloseable {
    private final OffHeapCache engine;
    final EncodedCache<K, V> encoded;
    private final ToLongBiFunction<? super K, ? super V> ttlNs;
    private final Loader<? super K, ? extends V> loader;
    private final long refreshAheadNs;
    final Loads<K, V> loads;

    Cache(TypedCacheBuilder<K, V> builder, OffHeapCache engine) {
        this.engine = engine;
        this.encoded = new EncodedCache<>(engine, builder.keys, builder.values);
        this.ttlNs = builder.ttlNs;
        this.loader = builder.loader;
        this.refreshAheadNs = builder.refreshAheadNs;
        this.loads = new Loads<>(this, builder.executor);
    }

    /**
     * Starts the configuration of a cache.
     *
     * @param engine how the engine is to be built; its removal listener is set here if there is one
     *     for the objects.
     * @param keys the codec of keys; that of {@link Codecs#ofLong} is the fastest.
     * @param values the codec of values.
     * @param <K> the keys' type.
     * @param <V> the values' type.
     * @return a builder with the defaults.
     */
    public static <K, V> TypedCacheBuilder<K, V> builder(
            CacheBuilder engine, Codec<K> keys, Codec<V> values) {
        return new TypedCacheBuilder<>(engine, keys, values);
    }

    /**
     * The engine below, for its statistics, reports and duty cycle.
     *
     * @return the cache of bytes.
     */
    public OffHeapCache engine() {
        return engine;
    }

    /**
     * Returns what was loaded so far. May be called after the cache was closed.
     *
     * @return the counts since the cache was built.
     */
    public LoadStatistics loadStatistics() {
        return loads.statistics();
    }

    /**
     * Reads a value, and loads it if it is missing and there is a loader.
     *
     * @param key the key.
     * @return the value, or {@code null} if there is none.
     * @throws LoadException if the load failed, this one's or that which it waited for.
     */
    public V get(K key) {
        final V found = getIfPresent(key);
        if (loader == null) {
            return found;
        }
        if (found == null) {
            return loads.load(key, loader);
        }
        refreshIfNearItsEnd(key);
        return found;
    }

    /**
     * The same without waiting: what is missing is loaded by the executor.
     *
     * @param key the key.
     * @return completes with the value or {@code null}, or with a {@link LoadException}. Cancelling
     *     it ends the caller's interest; a load in which nobody is interested any more is
     *     interrupted, and its value not kept.
     * @throws IllegalStateException if there is no loader and the key is missing.
     */
    public CompletableFuture<V> getAsync(K key) {
        final V found = getIfPresent(key);
        if (found != null) {
            if (loader != null) {
                refreshIfNearItsEnd(key);
            }
            return CompletableFuture.completedFuture(found);
        }
        if (loader == null) {
            throw new IllegalStateException("there is no loader for " + key);
        }
        return loads.loadAsync(key, loader);
    }

    private void refreshIfNearItsEnd(K key) {
        if (refreshAheadNs > 0) {
            final long remainingNs = remainingTtlNs(key);
            if (remainingNs > 0 && remainingNs <= refreshAheadNs) {
                loads.refresh(key, loader);
            }
        }
    }

    /**
     * How long a key has to live; not a use of it.
     *
     * @param key the key.
     * @return positive nanoseconds, {@link OffHeapCache#NO_TTL}, or {@link OffHeapCache#NOT_FOUND}.
     */
    public long remainingTtlNs(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.remainingTtlNs(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Gives a key another time to live; not a use of it.
     *
     * @param key the key.
     * @param ns its time to live, as for {@link #put(Object, Object, long)}.
     * @return whether the cache held it.
     */
    public boolean setTtl(K key, long ns) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.setTtl(scratch, ns);
        } finally {
            scratch.release();
        }
    }

    /** Puts what a refresh has loaded in place of what was there, if it still is. */
    void keepRefreshed(K key, V old, V value) {
        if (old == null) {
            return;
        }
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int oldLength = encoded.encodeOther(scratch, old);
            final int length = encoded.encodeValue(scratch, value);
            encoded.exchange(scratch, scratch.other, oldLength, length, ttl(key, value));
        } finally {
            scratch.release();
        }
    }

    void refreshFailed(Throwable failure) {
        System.getLogger("io.flagstone")
                .log(System.Logger.Level.WARNING, "a refresh failed, the value stays", failure);
    }

    /**
     * Reads a value that the cache holds.
     *
     * @param key the key.
     * @return the value, or {@code null}.
     */
    public V getIfPresent(K key) {
        return getUsing(key, null);
    }

    /**
     * Reads a value into an object that is there already. Allocates nothing if the codec does not.
     *
     * @param key the key.
     * @param reuse what the codec may change and return; {@code null} for a new object.
     * @return the value, or {@code null} if the cache does not hold it.
     */
    public V getUsing(K key, V reuse) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.get(scratch, reuse);
        } finally {
            scratch.release();
        }
    }

    /**
     * The same for a key that is not an object.
     *
     * @param key the key, of a cache whose codec of keys is {@link Codecs#ofLong}.
     * @param reuse what the codec may change and return; {@code null} for a new object.
     * @return the value, or {@code null} if the cache does not hold it.
     */
    public V getUsing(long key, V reuse) {
        if (!encoded.longKeys) {
            throw new IllegalStateException("the keys of this cache are not of Codecs.ofLong()");
        }
        final MutableDirectBuffer buffer = encoded.bufferOf(reuse);
        if (buffer != null) {
            final int length = engine.get(key, buffer, 0);
            if (length != OffHeapCache.INSUFFICIENT_SPACE) {
                return length < 0 ? null : reuse;
            }
        }
        final Scratch scratch = Scratch.acquire();
        try {
            scratch.longKey = key;
            return encoded.decode(scratch, encoded.find(scratch), reuse);
        } finally {
            scratch.release();
        }
    }

    /**
     * Shows a value's bytes to a reader where they lie, under the segment's lock.
     *
     * @param key the key.
     * @param reader called at most once; may not call the cache.
     * @return whether the cache holds the key.
     */
    public boolean read(K key, ValueReader reader) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.read(scratch, reader);
        } finally {
            scratch.release();
        }
    }

    /**
     * Lets an updater change a value's bytes where they lie, under the segment's lock; their number
     * stays, and so does the deadline.
     *
     * @param key the key.
     * @param updater called at most once; may not call the cache. If it throws, the value is as it
     *     was.
     * @return whether the cache holds the key.
     */
    public boolean update(K key, ValueUpdater updater) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            loads.outdate(key);
            return encoded.update(scratch, updater);
        } finally {
            scratch.release();
        }
    }

    /**
     * Reads a value that the cache holds.
     *
     * @param key the key.
     * @param otherwise what to return if there is none.
     * @return the value, or the other.
     */
    public V getOrDefault(K key, V otherwise) {
        final V found = getIfPresent(key);
        return found == null ? otherwise : found;
    }

    /**
     * Reads the values of several keys, and loads what is missing if there is a loader.
     *
     * @param several the keys.
     * @return those found, in a new map.
     * @throws LoadException if a load failed.
     */
    public Map<K, V> getAll(Iterable<? extends K> several) {
        final Map<K, V> found = new HashMap<>();
        for (final K key : several) {
            final V value = get(key);
            if (value != null) {
                found.put(key, value);
            }
        }
        return found;
    }

    /**
     * Whether the cache holds a key; not a use of it.
     *
     * @param key the key.
     * @return whether it does.
     */
    public boolean contains(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.contains(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value.
     *
     * @param key the key.
     * @param value the value.
     */
    public void put(K key, V value) {
        put(key, value, ttl(key, value));
    }

    /**
     * Writes a value that is to live for a time of its own.
     *
     * @param key the key.
     * @param value the value.
     * @param ns its time to live, positive nanoseconds, {@link OffHeapCache#NO_TTL}, {@link
     *     OffHeapCache#DEFAULT_TTL} or {@link OffHeapCache#KEEP_TTL}.
     */
    public void put(K key, V value, long ns) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            loads.outdate(key);
            encoded.put(scratch, length, ns);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes the values of several keys, one after the other.
     *
     * @param several keys and values.
     */
    public void putAll(Map<? extends K, ? extends V> several) {
        several.forEach(this::put);
    }

    /**
     * Writes a value whose key the cache does not hold.
     *
     * @param key the key.
     * @param value the value.
     * @return whether it was written.
     */
    public boolean putIfAbsent(K key, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            return encoded.putIfAbsent(scratch, length, ttl(key, value));
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value whose key the cache holds.
     *
     * @param key the key.
     * @param value the value.
     * @return whether it was written.
     */
    public boolean replace(K key, V value) {
        return replaceWithTtl(key, value, ttl(key, value));
    }

    /**
     * Writes a value whose key the cache holds, and which is to live for a time of its own.
     *
     * @param key the key.
     * @param value the value.
     * @param ns its time to live, as for {@link #put(Object, Object, long)}.
     * @return whether it was written.
     */
    public boolean replaceWithTtl(K key, V value, long ns) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            loads.outdate(key);
            return encoded.replace(scratch, length, ns);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value in place of one that is equal, byte for byte, to the expected.
     *
     * @param key the key.
     * @param expected the value that is to be there.
     * @param value the value.
     * @return whether it was written.
     */
    public boolean replace(K key, V expected, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int expectedLength = encoded.encodeOther(scratch, expected);
            final int length = encoded.encodeValue(scratch, value);
            return encoded.exchange(
                    scratch, scratch.other, expectedLength, length, ttl(key, value));
        } finally {
            scratch.release();
        }
    }

    /**
     * Removes a key. A load of it that is under way will not be kept.
     *
     * @param key the key.
     * @return whether the cache held it.
     */
    public boolean remove(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            loads.outdate(key);
            return encoded.remove(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Removes a key whose value is equal, byte for byte, to the expected.
     *
     * @param key the key.
     * @param expected the value that is to be there.
     * @return whether it was removed.
     */
    public boolean remove(K key, V expected) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeOther(scratch, expected);
            return encoded.removeIfEqual(scratch, length);
        } finally {
            scratch.release();
        }
    }

    /**
     * Reads a value, and makes it if it is missing, once for each key however many ask.
     *
     * @param key the key.
     * @param maker makes the value, or returns {@code null} for none.
     * @return the value that is there or was made, or {@code null}.
     * @throws RuntimeException what the maker threw; who waited for another's gets a {@link
     *     LoadException}.
     */
    public V computeIfAbsent(K key, Function<? super K, ? extends V> maker) {
        Objects.requireNonNull(maker, "maker");
        final V found = getIfPresent(key);
        if (found != null) {
            return found;
        }
        final RuntimeException[] thrown = new RuntimeException[1];
        try {
            return loads.load(
                    key,
                    missing -> {
                        try {
                            return maker.apply(missing);
                        } catch (final RuntimeException e) {
                            thrown[0] = e;
                            throw e;
                        }
                    });
        } catch (final LoadException e) {
            throw thrown[0] == null ? e : thrown[0];
        }
    }

    /** Removes everything. Loads under way will not be kept. */
    public void clear() {
        loads.outdateAll();
        engine.clear();
    }

    /**
     * The entries held, those included that have expired and are not yet reclaimed.
     *
     * @return how many.
     */
    public long size() {
        return engine.size();
    }

    /**
     * The cache as a map. Its iterators see each entry that stays there at least once, hold no lock
     * and never fail; what they return was there at some moment. It never loads.
     *
     * @return a view.
     */
    public ConcurrentMap<K, V> asMap() {
        return new CacheMap<>(this);
    }

    /** Closes the engine. */
    @Override
    public void close() {
        engine.close();
    }

    /** The time that an entry is to live for, if it is not said otherwise. */
    long ttl(K key, V value) {
        return ttlNs == null ? OffHeapCache.DEFAULT_TTL : ttlNs.applyAsLong(key, value);
    }
}
