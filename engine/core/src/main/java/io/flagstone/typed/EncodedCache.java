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
 * Encodes into a {@link Scratch} and does the engine's operations on what is there: those for keys
 * that are numbers, or those for keys that are bytes.
 */
final class EncodedCache<K, V> {
    /** The lease on a key that no entry can have: it is always current. */
    static final long NO_LEASE = Long.MAX_VALUE;

    /** Whether keys are numbers to the engine. */
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
     * Whether an entry can have the key. One whose encoding is empty or too long is missing to all
     * operations but those that would add it: the engine tells these why it refuses.
     *
     * @throws IllegalStateException if the cache is closed.
     */
    private boolean isPossible(Scratch scratch) {
        if (scratch.keyLength > 0 && scratch.keyLength <= OffHeapCache.MAX_KEY_LENGTH) {
            return true;
        }
        // Any operation tells that the cache is closed, or in a callback.
        engine.contains(0L);
        return false;
    }

    /** Encodes what is to be written. */
    int encodeValue(Scratch scratch, V value) {
        return scratch.value.encode(values, Objects.requireNonNull(value, "value"), 0);
    }

    /** Encodes what is to be compared. */
    int encodeOther(Scratch scratch, V value) {
        return scratch.other.encode(values, Objects.requireNonNull(value, "value"), 0);
    }

    /** The buffer that an object is a view of, or null. */
    MutableDirectBuffer bufferOf(V reuse) {
        return reuse == null ? null : values.bufferOf(reuse);
    }

    /** A value, in an object that is there if there is one; null if there is none. */
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

    /** What was found, as an object; null for a negative length. */
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
     * @param cursor from which on, 0 to begin with.
     * @param bytes takes each key, followed by its value, or by null without values.
     * @return the cursor to go on with, or {@link OffHeapCache#SCAN_DONE}.
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

    /** Removes a key of which these are the bytes; those of a number are in native order. */
    boolean remove(UnsafeBuffer key) {
        return engine.remove(key, 0, key.capacity());
    }

    /** Removes a key of which these are the bytes, if its value is equal to the expected. */
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

    /** What is left of an entry's time to live, as the engine tells it. */
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

    /** Removes a key whose value is equal to the expected bytes. */
    boolean removeIfEqual(Scratch scratch, DirectBuffer expected, int length) {
        return longKeys
                ? engine.removeIfEqual(scratch.longKey, expected, 0, length)
                : isPossible(scratch)
                        && engine.removeIfEqual(
                                scratch.key, 0, scratch.keyLength, expected, 0, length);
    }

    /** Reads a value's bytes and removes it; negative if there is none. */
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

    /** Reads a value's bytes; negative if there is none. */
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
     * Writes what is encoded. A value that is too large leaves no older one behind.
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
     * Writes what is encoded if the key is there.
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
     * Writes what is encoded in place of other bytes, if they are there.
     *
     * @throws EntryTooLargeException after the other bytes have been removed, if they were there.
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

    /** A lease on the encoded key, or {@link #NO_LEASE}. */
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

    void endLease(Scratch scratch, long lease) {
        if (longKeys) {
            engine.endLease(scratch.longKey, lease);
        } else if (isPossible(scratch)) {
            engine.endLease(scratch.key, 0, scratch.keyLength, lease);
        }
    }

    /**
     * Writes what is encoded if the lease is current.
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

    /** The encoded key as a key of maps on the heap. */
    Object identity(Scratch scratch) {
        return longKeys
                ? (Object) scratch.longKey
                : new KeyBytes(Codecs.bytes(scratch.key, 0, scratch.keyLength));
    }
}
