package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;

/**
 * The engine's operations on what is encoded in a {@link Scratch}: chooses those for keys that are
 * numbers, or those for keys that are bytes.
 */
final class EncodedCache {
    private final OffHeapCache engine;
    private final boolean longKeys;

    EncodedCache(OffHeapCache engine, boolean longKeys) {
        this.engine = engine;
        this.longKeys = longKeys;
    }

    boolean contains(Scratch scratch) {
        return longKeys
                ? engine.contains(scratch.longKey)
                : engine.contains(scratch.key, 0, scratch.keyLength);
    }

    /** What is left of an entry's time to live, as the engine tells it. */
    long remainingTtlNs(Scratch scratch) {
        return longKeys
                ? engine.remainingTtlNs(scratch.longKey)
                : engine.remainingTtlNs(scratch.key, 0, scratch.keyLength);
    }

    boolean setTtl(Scratch scratch, long ttlNs) {
        return longKeys
                ? engine.setTtl(scratch.longKey, ttlNs)
                : engine.setTtl(scratch.key, 0, scratch.keyLength, ttlNs);
    }

    boolean remove(Scratch scratch) {
        return longKeys
                ? engine.remove(scratch.longKey)
                : engine.remove(scratch.key, 0, scratch.keyLength);
    }

    /** Removes a key whose value is what {@code other} holds. */
    boolean removeIfEqual(Scratch scratch, int length) {
        return longKeys
                ? engine.removeIfEqual(scratch.longKey, scratch.other, 0, length)
                : engine.removeIfEqual(scratch.key, 0, scratch.keyLength, scratch.other, 0, length);
    }

    /** Reads a value's bytes and removes it; negative if there is none. */
    int findAndRemove(Scratch scratch) {
        int length = removeTo(scratch);
        while (length == OffHeapCache.INSUFFICIENT_SPACE) {
            scratch.growFound();
            length = removeTo(scratch);
        }
        return length;
    }

    private int removeTo(Scratch scratch) {
        return longKeys
                ? engine.getAndRemove(scratch.longKey, scratch.found, 0)
                : engine.getAndRemove(scratch.key, 0, scratch.keyLength, scratch.found, 0);
    }

    /** Reads a value's bytes; negative if there is none. */
    int find(Scratch scratch) {
        int length = findOnce(scratch);
        while (length == OffHeapCache.INSUFFICIENT_SPACE) {
            scratch.growFound();
            length = findOnce(scratch);
        }
        return length;
    }

    private int findOnce(Scratch scratch) {
        return longKeys
                ? engine.get(scratch.longKey, scratch.found, 0)
                : engine.get(scratch.key, 0, scratch.keyLength, scratch.found, 0);
    }

    /** Writes what is encoded. */
    void put(Scratch scratch, int length, long ttlNs) {
        if (longKeys) {
            engine.put(scratch.longKey, scratch.value, 0, length, ttlNs);
        } else {
            engine.put(scratch.key, 0, scratch.keyLength, scratch.value, 0, length, ttlNs);
        }
    }

    boolean putIfAbsent(Scratch scratch, int length, long ttlNs) {
        return longKeys
                ? engine.putIfAbsent(scratch.longKey, scratch.value, 0, length, ttlNs)
                : engine.putIfAbsent(
                        scratch.key, 0, scratch.keyLength, scratch.value, 0, length, ttlNs);
    }

    boolean replace(Scratch scratch, int length, long ttlNs) {
        return longKeys
                ? engine.replace(scratch.longKey, scratch.value, 0, length, ttlNs)
                : engine.replace(
                        scratch.key, 0, scratch.keyLength, scratch.value, 0, length, ttlNs);
    }

    /** Writes what is encoded in place of other bytes, if they are there. */
    boolean exchange(
            Scratch scratch, DirectBuffer expected, int expectedLength, int length, long ttlNs) {
        return longKeys
                ? engine.compareAndSet(
                        scratch.longKey,
                        expected,
                        0,
                        expectedLength,
                        scratch.value,
                        0,
                        length,
                        ttlNs)
                : engine.compareAndSet(
                        scratch.key,
                        0,
                        scratch.keyLength,
                        expected,
                        0,
                        expectedLength,
                        scratch.value,
                        0,
                        length,
                        ttlNs);
    }
}
