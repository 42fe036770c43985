// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import org.agrona.DirectBuffer;

/**
 * A batch of keys for {@link OffHeapCache#get(MultiGet, org.agrona.MutableDirectBuffer, int)}, and
 * the results of the read. Create it once and reuse it.
 *
 * <pre>{@code
 * final MultiGet batch = new MultiGet(32);
 * ...
 * batch.clear();
 * for (final long instrument : instruments) {
 *     batch.add(instrument);
 * }
 * cache.get(batch, quotes, 0);
 * for (int i = 0; i < batch.size(); i++) {
 *     if (batch.length(i) >= 0) {
 *         quote.wrap(quotes, batch.offset(i));
 *     }
 * }
 * }</pre>
 *
 * <p>Not thread-safe: only one thread at a time may use a batch. While a call uses it, it can be
 * read, but neither changed nor passed to another call. Allocates only when the bytes of its keys
 * grow beyond those of any earlier batch.
 */
public final class MultiGet extends KeyBatch {
    private final int[] lengths;
    private final int[] offsets;

    /**
     * Creates an empty batch.
     *
     * @param capacity the number of keys it can hold; 16 to 64 are enough to hide the latency of
     *     memory.
     * @throws IllegalArgumentException if the capacity is not positive.
     */
    public MultiGet(int capacity) {
        super(capacity);
        this.lengths = new int[capacity];
        this.offsets = new int[capacity];
    }

    /**
     * Adds a key.
     *
     * @param key the key.
     * @return the key's number in the batch, from 0.
     * @throws IllegalStateException if the batch is full, or if a call that uses it has not
     *     returned.
     */
    public int add(long key) {
        return addKey(key);
    }

    /**
     * Adds a copy of a key in a buffer.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return the key's number in the batch, from 0.
     * @throws IllegalStateException if the batch is full, or if a call that uses it has not
     *     returned.
     */
    public int add(DirectBuffer key, int keyOffset, int keyLength) {
        return addKey(key, keyOffset, keyLength);
    }

    void result(int number, int length, int offset) {
        lengths[number] = length;
        offsets[number] = offset;
    }

    /**
     * Returns the length of a key's value.
     *
     * @param number the key's number.
     * @return the length in bytes, {@link OffHeapCache#NOT_FOUND}, or {@link
     *     OffHeapCache#INSUFFICIENT_CAPACITY} if the value did not fit the rest of the destination.
     */
    public int length(int number) {
        check(number);
        return lengths[number];
    }

    /**
     * Returns the offset of a key's value in the destination.
     *
     * @param number the key's number.
     * @return an offset, a multiple of 8 bytes from where the values start; undefined if the length
     *     is negative.
     */
    public int offset(int number) {
        check(number);
        return offsets[number];
    }
}
