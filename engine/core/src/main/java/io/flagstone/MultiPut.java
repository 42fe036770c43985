// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import org.agrona.DirectBuffer;

/**
 * A batch of keys for {@link OffHeapCache#put(MultiPut, DirectBuffer)}, with the positions of their
 * values. Create it once and reuse it.
 *
 * <p>Not thread-safe: only one thread at a time may use a batch. While a call uses it, it can be
 * neither changed nor passed to another call. Allocates only when the bytes of its keys grow beyond
 * those of any earlier batch.
 */
public final class MultiPut extends KeyBatch {
    private final int[] offsets;
    private final int[] lengths;

    /**
     * Creates an empty batch.
     *
     * @param capacity the number of keys it can hold; 16 to 64 are enough to hide the latency of
     *     memory.
     * @throws IllegalArgumentException if the capacity is not positive.
     */
    public MultiPut(int capacity) {
        super(capacity);
        this.offsets = new int[capacity];
        this.lengths = new int[capacity];
    }

    /**
     * Adds a key. If a key is added twice, the later value stays.
     *
     * @param key the key.
     * @param valueOffset the offset of its value in the buffer of values.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return the key's number in the batch, from 0.
     * @throws IllegalStateException if the batch is full, or if a call that uses it has not
     *     returned.
     */
    public int add(long key, int valueOffset, int valueLength) {
        return value(addKey(key), valueOffset, valueLength);
    }

    /**
     * Adds a copy of a key in a buffer. If a key is added twice, the later value stays.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueOffset the offset of its value in the buffer of values.
     * @param valueLength the length of the value in bytes, 0 or more.
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
