// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import org.agrona.DirectBuffer;

/**
 * The keys of one {@link OffHeapCache#put(MultiPut, DirectBuffer)}, and where their values are;
 * made once and used again and again.
 *
 * <p>Not thread-safe: a batch belongs to one thread at a time. While a call uses it, it can be
 * neither changed nor passed to another call. Allocates nothing once its keys' bytes have grown to
 * the largest batch.
 */
public final class MultiPut extends KeyBatch {
    private final int[] offsets;
    private final int[] lengths;

    /**
     * An empty batch.
     *
     * @param capacity how many keys it can hold; 16 to 64 are enough to hide the latency of memory.
     * @throws IllegalArgumentException if that is not positive.
     */
    public MultiPut(int capacity) {
        super(capacity);
        this.offsets = new int[capacity];
        this.lengths = new int[capacity];
    }

    /**
     * Adds a key. Of a key that is added twice the later value stays.
     *
     * @param key the key.
     * @param valueOffset where its value starts in the buffer of values.
     * @param valueLength the value's bytes, from 0.
     * @return the key's number in the batch, from 0.
     * @throws IllegalStateException if the batch is full, or if a call that uses it has not
     *     returned.
     */
    public int add(long key, int valueOffset, int valueLength) {
        return value(addKey(key), valueOffset, valueLength);
    }

    /**
     * Adds a key that lies in a buffer, which is copied. Of a key that is added twice the later
     * value stays.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueOffset where its value starts in the buffer of values.
     * @param valueLength the value's bytes, from 0.
     * @return the key's number in the batch, from 0.
     * @throws IllegalStateException if the batch is full, or if a call that uses it has not
     *     returned.
     */
    public int add(
            DirectBuffer key, int keyOffset, int keyLength, int valueOffset, int valueLength) {
        return value(addKey(key, keyOffset, keyLength), valueOffset, valueLength);
    }

    private int value(int number, int offset, int length) {
        offsets[number] = offset;
        lengths[number] = length;
        return number;
    }

    int offset(int number) {
        return offsets[number];
    }

    int length(int number) {
        return lengths[number];
    }
}
