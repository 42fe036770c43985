// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import java.util.List;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Encodes keys and values into a {@link Scratch} and calls the engine with them. It uses the
 * engine's {@code long} keys if the codec is {@link Codecs#ofLong}, otherwise its keys of bytes.
 */
final class EncodedCache<K, V> {
    /** The lease on a key that no entry can have. It is always current. */
    static final long NO_LEASE = Long.MAX_VALUE;

    /** True if the engine takes the keys as {@code long} numbers. */
    final boolean longKeys;

    private final OffHeapCache engine;
    private final Codec<K> keys;
    private final Codec<V> values;

    EncodedCache(OffHeapCache engine, Codec<K> keys, Codec<V> values) {
        this.engine = engine;
        this.keys = keys;
        this.values = values;
        this.longKeys = keys == (Object) Codecs.LONG;
    }

    void encodeKey(Scratch scratch, K key) {
        Objects.requireNonNull(key, "key");
        if (longKeys) {
            scratch.longKey = (Long) key;
        } else {
            scratch.keyLength = scratch.key.encode(keys, key, 0);
        }
    }

    /**
     * Returns whether an entry can have the key. A key whose encoding is empty or too long is
     * missing to every operation, except those that would add it: there the engine throws and gives
     * the reason.
     *
     * @throws IllegalStateException if the cache is closed.
     */
    private boolean isPossible(Scratch scratch) {
        if (scratch.keyLength > 0 && scratch.keyLength <= OffHeapCache.MAX_KEY_LENGTH) {
            return true;
        }
        // Any operation of the engine throws if the cache is closed, or if it is called in a
        // callback.
        engine.contains(0L);
        return false;
    }

    /** Encodes a value to write. Returns its length. */
    int encodeValue(Scratch scratch, V value) {
        return scratch.value.encode(values, Objects.requireNonNull(value, "value"), 0);
    }

    /** Encodes a value to compare. Returns its length. */
    int encodeOther(Scratch scratch, V value) {
        return scratch.other.encode(values, Objects.requireNonNull(value, "value"), 0);
    }

    /** Returns the buffer of a flyweight, or null. */
    MutableDirectBuffer bufferOf(V reuse) {
        return reuse == null ? null : values.bufferOf(reuse);
    }

    /**
     * Returns a value, read into {@code reuse} unless that is null. Returns null if there is no
     * value.
     */
    V get(Scratch scratch, V reuse) {
        final MutableDirectBuffer buffer = bufferOf(reuse);
        if (buffer != null) {
            final int length = findOnce(scratch, buffer);
            if (length != OffHeapCache.INSUFFICIENT_CAPACITY) {
                return length < 0 ? null : reuse;
            }
        }
        return decode(scratch, find(scratch), reuse);
    }

    /** Decodes the bytes that were found. Returns null for a negative length. */
    V decode(Scratch scratch, int length, V reuse) {
        if (length < 0) {
            return null;
        }
        return reuse == null
                ? values.decode(scratch.found, 0, length)
                : values.decode(scratch.found, 0, length, reuse);
    }

    /**
     * Copies the bytes of some entries.
     *
     * @param cursor where to continue, 0 to begin.
     * @param bytes receives each key, followed by its value, or by null if values are not wanted.
     * @return the cursor to continue with, or {@link OffHeapCache#SCAN_DONE}.
     */
    long scan(long cursor, int most, boolean withValues, List<byte[]> bytes) {
        return engine.scan(
                cursor,
                most,
                (key, value) -> {
                    bytes.add(Codecs.bytes(key, 0, key.capacity()));
                    bytes.add(withValues ? Codecs.bytes(value, 0, value.capacity()) : null);
                });
    }

    K decodeKey(byte[] bytes) {
        return decode(keys, bytes);
    }

    V decodeValue(byte[] bytes) {
        return decode(values, bytes);
    }

    private static <T> T decode(Codec<T> codec, byte[] bytes) {
        return codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    /** Removes a key given by its bytes. A number is in native byte order. */
    boolean remove(UnsafeBuffer key) {
        return engine.remove(key, 0, key.capacity());
    }

    /** Removes a key given by its bytes, if its value is equal to the expected bytes. */
    boolean removeIfEqual(UnsafeBuffer key, UnsafeBuffer expected) {
        return engine.removeIfEqual(key, 0, key.capacity(), expected, 0, expected.capacity());
    }

    boolean read(Scratch scratch, ValueReader reader) {
        return longKeys
                ? engine.read(scratch.longKey, reader)
                : isPossible(scratch) && engine.read(scratch.key, 0, scratch.keyLength, reader);
    }

    boolean update(Scratch scratch, ValueUpdater updater) {
        return longKeys
                ? engine.update(scratch.longKey, updater)
                : isPossible(scratch) && engine.update(scratch.key, 0, scratch.keyLength, updater);
    }

    boolean contains(Scratch scratch) {
        return longKeys
                ? engine.contains(scratch.longKey)
                : isPossible(scratch) && engine.contains(scratch.key, 0, scratch.keyLength);
    }

    /** Returns the remaining time to live as the engine does. */
    long remainingTtlNs(Scratch scratch) {
        if (longKeys) {
            return engine.remainingTtlNs(scratch.longKey);
        }
        return isPossible(scratch)
                ? engine.remainingTtlNs(scratch.key, 0, scratch.keyLength)
                : OffHeapCache.NOT_FOUND;
    }

    boolean setTtl(Scratch scratch, long ttlNs) {
        return longKeys
                ? engine.setTtl(scratch.longKey, ttlNs)
                : isPossible(scratch) && engine.setTtl(scratch.key, 0, scratch.keyLength, ttlNs);
    }

    boolean remove(Scratch scratch) {
        return longKeys
                ? engine.remove(scratch.longKey)
                : isPossible(scratch) && engine.remove(scratch.key, 0, scratch.keyLength);
    }

    /** Removes a key if its value is equal to the expected bytes. */
    boolean removeIfEqual(Scratch scratch, DirectBuffer expected, int length) {
        return longKeys
                ? engine.removeIfEqual(scratch.longKey, expected, 0, length)
                : isPossible(scratch)
                        && engine.removeIfEqual(
                                scratch.key, 0, scratch.keyLength, expected, 0, length);
    }

    /**
     * Copies a value's bytes to {@code found} and removes the key. Returns a negative length if
     * there is no value.
     */
    int findAndRemove(Scratch scratch) {
        int length = removeTo(scratch);
        while (length == OffHeapCache.INSUFFICIENT_CAPACITY) {
            scratch.growFound();
            length = removeTo(scratch);
            scratch.foundLength(length);
        }
        return length;
    }

    private int removeTo(Scratch scratch) {
        if (longKeys) {
            return engine.getAndRemove(scratch.longKey, scratch.found, 0);
        }
        return isPossible(scratch)
                ? engine.getAndRemove(scratch.key, 0, scratch.keyLength, scratch.found, 0)
                : OffHeapCache.NOT_FOUND;
    }

    /** Copies a value's bytes to {@code found}. Returns a negative length if there is no value. */
    int find(Scratch scratch) {
        int length = findOnce(scratch, scratch.found);
        while (length == OffHeapCache.INSUFFICIENT_CAPACITY) {
            scratch.growFound();
            length = findOnce(scratch, scratch.found);
            scratch.foundLength(length);
        }
        return length;
    }

    private int findOnce(Scratch scratch, MutableDirectBuffer destination) {
        if (longKeys) {
            return engine.get(scratch.longKey, destination, 0);
        }
        return isPossible(scratch)
                ? engine.get(scratch.key, 0, scratch.keyLength, destination, 0)
                : OffHeapCache.NOT_FOUND;
    }

    /**
     * Writes the encoded value. If it is too large, removes the key, so that no older value stays.
     *
     * @throws EntryTooLargeException after the key has been removed.
     */
    void put(Scratch scratch, int length, long ttlNs) {
        try {
            if (longKeys) {
                engine.put(scratch.longKey, scratch.value, 0, length, ttlNs);
            } else {
                engine.put(scratch.key, 0, scratch.keyLength, scratch.value, 0, length, ttlNs);
            }
        } catch (final EntryTooLargeException e) {
            remove(scratch);
            throw e;
        }
    }

    boolean putIfAbsent(Scratch scratch, int length, long ttlNs) {
        return longKeys
                ? engine.putIfAbsent(scratch.longKey, scratch.value, 0, length, ttlNs)
                : engine.putIfAbsent(
                        scratch.key, 0, scratch.keyLength, scratch.value, 0, length, ttlNs);
    }

    /**
     * Writes the encoded value if the key is present.
     *
     * @throws EntryTooLargeException after the key has been removed.
     */
    boolean replace(Scratch scratch, int length, long ttlNs) {
        try {
            return longKeys
                    ? engine.replace(scratch.longKey, scratch.value, 0, length, ttlNs)
                    : isPossible(scratch)
                            && engine.replace(
                                    scratch.key,
                                    0,
                                    scratch.keyLength,
                                    scratch.value,
                                    0,
                                    length,
                                    ttlNs);
        } catch (final EntryTooLargeException e) {
            remove(scratch);
            throw e;
        }
    }

    /**
     * Replaces the expected bytes by the encoded value, if the key has the expected bytes.
     *
     * @throws EntryTooLargeException after the key has been removed, if it had the expected bytes.
     */
    boolean exchange(
            Scratch scratch, DirectBuffer expected, int expectedLength, int length, long ttlNs) {
        final UnsafeBuffer whole = scratch.expected;
        whole.wrap(expected, 0, expectedLength);
        try {
            return longKeys
                    ? engine.compareAndSet(scratch.longKey, whole, scratch.value, 0, length, ttlNs)
                    : isPossible(scratch)
                            && engine.compareAndSet(
                                    scratch.key,
                                    0,
                                    scratch.keyLength,
                                    whole,
                                    scratch.value,
                                    0,
                                    length,
                                    ttlNs);
        } catch (final EntryTooLargeException e) {
            removeIfEqual(scratch, expected, expectedLength);
            throw e;
        } finally {
            // A buffer that is too large to stay must not stay by this.
            whole.wrap(Scratch.EMPTY);
        }
    }

    /** Takes a lease on the encoded key. Returns {@link #NO_LEASE} if no entry can have the key. */
    long lease(Scratch scratch) {
        return longKeys
                ? engine.lease(scratch.longKey)
                : isPossible(scratch) ? engine.lease(scratch.key, 0, scratch.keyLength) : NO_LEASE;
    }

    boolean isLeaseCurrent(Scratch scratch, long lease) {
        if (lease == NO_LEASE) {
            return true;
        }
        return longKeys
                ? engine.isLeaseCurrent(scratch.longKey, lease)
                : engine.isLeaseCurrent(scratch.key, 0, scratch.keyLength, lease);
    }

    /** Ends a lease. Does nothing if the cache is closed. */
    void endLease(Scratch scratch, long lease) {
        if (longKeys) {
            engine.endLease(scratch.longKey, lease);
        } else if (lease != NO_LEASE && isPossible(scratch)) {
            engine.endLease(scratch.key, 0, scratch.keyLength, lease);
        }
    }

    /**
     * Writes the encoded value if the lease is current.
     *
     * @throws EntryTooLargeException after the key has been removed, if the lease is current.
     */
    boolean putLeased(Scratch scratch, int length, long ttlNs, long lease) {
        try {
            return longKeys
                    ? engine.putLeased(scratch.longKey, scratch.value, 0, length, ttlNs, lease)
                    : engine.putLeased(
                            scratch.key,
                            0,
                            scratch.keyLength,
                            scratch.value,
                            0,
                            length,
                            ttlNs,
                            lease);
        } catch (final EntryTooLargeException e) {
            removeLeased(scratch, lease);
            throw e;
        }
    }

    boolean removeLeased(Scratch scratch, long lease) {
        return longKeys
                ? engine.removeLeased(scratch.longKey, lease)
                : isPossible(scratch)
                        && engine.removeLeased(scratch.key, 0, scratch.keyLength, lease);
    }

    /** Returns an object that stands for the encoded key in maps on the heap. */
    Object identity(Scratch scratch) {
        return longKeys
                ? (Object) scratch.longKey
                : new KeyBytes(Codecs.bytes(scratch.key, 0, scratch.keyLength));
    }
}
