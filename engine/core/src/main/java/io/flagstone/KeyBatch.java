// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.MappedCopy;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The keys of a batch, of both kinds, and the state that the stages of an operation pass on. Keys
 * in buffers are copied, so a caller may add all keys from one buffer.
 *
 * <p>Not thread-safe: only one thread at a time may use a batch. Allocates only when the bytes of
 * its keys grow beyond those of any earlier batch.
 */
abstract class KeyBatch {
    private static final int INITIAL_KEY_BYTES = 256;

    /** The longest array that every JVM can allocate. */
    private static final int MAX_KEY_BYTES = Integer.MAX_VALUE - 8;

    /** The length that marks a {@code long} key, which is stored in place of the offset. */
    private static final int LONG = 0;

    final long[] hashes;
    final long[] versions;
    final int[] entries;

    /** Receives the prefetched words, so that the JIT compiler does not remove the loads. */
    long loaded;

    /**
     * Whether a call uses the batch. That call sets and clears it. While it is set, a callback
     * cannot change keys that the call has checked.
     */
    boolean inUse;

    private final long[] keys;
    private final int[] keyLengths;
    private final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[INITIAL_KEY_BYTES]);
    private int keyBytesUsed;
    private int size;

    KeyBatch(int capacity) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("capacity must be positive: capacity=" + capacity);
        }
        this.hashes = new long[capacity];
        this.versions = new long[capacity];
        this.entries = new int[capacity];
        this.keys = new long[capacity];
        this.keyLengths = new int[capacity];
    }

    /**
     * Returns the number of keys that the batch can hold.
     *
     * @return the capacity passed to the constructor.
     */
    public final int capacity() {
        return keys.length;
    }

    /**
     * Returns the number of keys in the batch.
     *
     * @return 0 to {@link #capacity}.
     */
    public final int size() {
        return size;
    }

    /**
     * Removes all keys.
     *
     * @throws IllegalStateException if a call that uses the batch has not returned.
     */
    public final void clear() {
        checkUnused();
        size = 0;
        keyBytesUsed = 0;
    }

    final int addKey(long key) {
        checkRoom();
        keys[size] = key;
        keyLengths[size] = LONG;
        return size++;
    }

    final int addKey(DirectBuffer key, int offset, int length) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = SegmentedCache.copyOfKey(key, offset, length)) {
                return addKey(copy.buffer(), 0, length);
            }
        }
        SegmentedCache.checkKey(key, offset, length);
        checkRoom();
        if (length > keyBytes.capacity() - keyBytesUsed) {
            final int grown = grown(keyBytes.capacity(), keyBytesUsed, length);
            keyBytes.wrap(Arrays.copyOf(keyBytes.byteArray(), grown));
        }
        key.getBytes(offset, keyBytes, keyBytesUsed, length);
        keys[size] = keyBytesUsed;
        keyLengths[size] = length;
        keyBytesUsed += length;
        // Increment last, so that a key for which there is no room is not in the batch.
        return size++;
    }

    /**
     * Returns the capacity for one more key: twice the present one if that is enough and possible.
     */
    static int grown(int capacity, int used, int length) {
        final long needed = (long) used + length;
        if (needed > MAX_KEY_BYTES) {
            throw new IllegalStateException(
                    "the keys of a batch must have at most "
                            + MAX_KEY_BYTES
                            + " bytes together; use smaller batches: keyBytes="
                            + needed);
        }
        return (int) Math.max(needed, Math.min(MAX_KEY_BYTES, 2L * capacity));
    }

    /** Checks that no call uses the batch. */
    final void checkUnused() {
        if (inUse) {
            throw new IllegalStateException(
                    "the batch is in use by a call that has not returned; use another batch here");
        }
    }

    private void checkRoom() {
        checkUnused();
        if (size == keys.length) {
            throw new IllegalStateException(
                    "the batch is full; clear it or use a larger one: capacity=" + size);
        }
    }

    final void check(int number) {
        if (number < 0 || number >= size) {
            throw new IndexOutOfBoundsException(
                    "number must be that of a key in the batch: number="
                            + number
                            + ", size="
                            + size);
        }
    }

    /** Returns whether a key is a {@code long}. */
    final boolean isLong(int number) {
        return keyLengths[number] == LONG;
    }

    final Object keyBase(int number) {
        return keyLengths[number] == LONG ? EntryDescriptor.LONG_KEY : keyBytes.byteArray();
    }

    final long keyAddress(int number) {
        return keyLengths[number] == LONG ? keys[number] : keyBytes.addressOffset() + keys[number];
    }

    final int keyLength(int number) {
        return keyLengths[number] == LONG ? Long.BYTES : keyLengths[number];
    }
}
