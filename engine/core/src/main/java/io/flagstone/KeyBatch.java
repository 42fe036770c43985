// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.MappedCopy;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The keys of a batch, of both kinds, and what the stages of an operation on them hand on to one
 * another. Keys in buffers are copied, so one buffer may serve to add them all.
 *
 * <p>Not thread-safe: a batch belongs to one thread at a time. Allocates nothing once its keys'
 * bytes have grown to the largest batch.
 */
abstract class KeyBatch {
    private static final int INITIAL_KEY_BYTES = 256;

    /** Arrays of more elements cannot be had from every JVM. */
    private static final int MAX_KEY_BYTES = Integer.MAX_VALUE - 8;

    /** The length of a key that is a {@code long}, and stands where others have their offset. */
    private static final int LONG = 0;

    final long[] hashes;
    final long[] versions;
    final int[] entries;

    /** Where prefetched words go, so that loading them has a purpose. */
    long loaded;

    /**
     * Whether a call uses the batch: set and cleared by that call. A callback of that call may not
     * change what the call has checked.
     */
    boolean inUse;

    private final long[] keys;
    private final int[] keyLengths;
    private final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[INITIAL_KEY_BYTES]);
    private int keyBytesUsed;
    private int size;

    KeyBatch(int capacity) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("capacity " + capacity + " is not positive");
        }
        this.hashes = new long[capacity];
        this.versions = new long[capacity];
        this.entries = new int[capacity];
        this.keys = new long[capacity];
        this.keyLengths = new int[capacity];
    }

    /**
     * How many keys the batch can hold.
     *
     * @return what it was made for.
     */
    public final int capacity() {
        return keys.length;
    }

    /**
     * How many keys the batch holds.
     *
     * @return 0 to {@link #capacity}.
     */
    public final int size() {
        return size;
    }

    /**
     * Takes all keys out.
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
        // Last, so that a key whose bytes find no room is not in the batch.
        return size++;
    }

    /** The capacity for a key more: twice the present one, if that is enough and possible. */
    static int grown(int capacity, int used, int length) {
        final long needed = (long) used + length;
        if (needed > MAX_KEY_BYTES) {
            throw new IllegalStateException(
                    "the keys of the batch would take "
                            + needed
                            + " bytes, at most "
                            + MAX_KEY_BYTES
                            + " are possible: use smaller batches");
        }
        return (int) Math.max(needed, Math.min(MAX_KEY_BYTES, 2L * capacity));
    }

    /** Passes while no call uses the batch. */
    final void checkUnused() {
        if (inUse) {
            throw new IllegalStateException(
                    "the batch is in use by a call that has not returned; use another batch here");
        }
    }

    private void checkRoom() {
        checkUnused();
        if (size == keys.length) {
            throw new IllegalStateException("the batch holds its capacity of " + size + " keys");
        }
    }

    final void check(int number) {
        if (number < 0 || number >= size) {
            throw new IndexOutOfBoundsException(
                    "number " + number + " is not that of one of " + size + " keys");
        }
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
