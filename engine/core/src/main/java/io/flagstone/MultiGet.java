// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import org.agrona.DirectBuffer;

/**
 * The keys of one {@link OffHeapCache#get(MultiGet, org.agrona.MutableDirectBuffer, int)}, and what
 * became of them; made once and used again and again.
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
 * <p>Not thread-safe: a batch belongs to one thread at a time. While a call uses it, it can be
 * read, but neither changed nor passed to another call. Allocates nothing once its keys' bytes have
 * grown to the largest batch.
 */
public final class MultiGet extends KeyBatch {
    private final int[] lengths;
    private final int[] offsets;

    /**
     * An empty batch.
     *
     * @param capacity how many keys it can hold; 16 to 64 are enough to hide the latency of memory.
     * @throws IllegalArgumentException if that is not positive.
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
     * @return its number in the batch, from 0.
     * @throws IllegalStateException if the batch is full, or if a call that uses it has not
     *     returned.
     */
    public int add(long key) {
        return addKey(key);
    }

    /**
     * Adds a key that lies in a buffer, which is copied.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return its number in the batch, from 0.
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
     * The length of a key's value.
     *
     * @param number the key's number.
     * @return bytes, {@link OffHeapCache#NOT_FOUND}, or {@link OffHeapCache#INSUFFICIENT_CAPACITY}
     *     if what was left of the destination did not hold it.
     */
    public int length(int number) {
        check(number);
        return lengths[number];
    }

    /**
     * Where a key's value is.
     *
     * @param number the key's number.
     * @return an offset in the destination, a multiple of 8 from where its values start; without
     *     meaning where the length is negative.
     */
    public int offset(int number) {
        check(number);
        return offsets[number];
    }
}
