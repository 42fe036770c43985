// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Keys to read, or keys and values to write, in one request. After a read it has the values.
 *
 * <p>Not thread-safe. Allocates only to grow.
 */
public final class ClusterBatch {
    private static final int MAX_ENTRIES = 0xFFFE;

    private final ExpandableArrayBuffer entries = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer values = new ExpandableArrayBuffer();
    private int count;
    private int length;
    private int filled;
    private int[] offsets = new int[16];
    private int[] lengths = new int[16];

    /** Creates an empty batch. */
    public ClusterBatch() {
        // There is nothing to do.
    }

    /**
     * Empties the batch.
     *
     * @return this.
     */
    public ClusterBatch clear() {
        count = 0;
        length = 0;
        return this;
    }

    /**
     * Adds a key to read.
     *
     * @param key the key's buffer; it is copied.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 534.
     * @return this.
     */
    public ClusterBatch add(DirectBuffer key, int keyOffset, int keyLength) {
        return add(key, keyOffset, keyLength, key, 0, 0);
    }

    /**
     * Adds an entry to write.
     *
     * @param key the key's buffer; it is copied.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 534.
     * @param value the value's buffer; it is copied.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @return this.
     */
    public ClusterBatch add(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        if (count == MAX_ENTRIES) {
            throw new IllegalStateException("a batch has at most " + MAX_ENTRIES + " entries");
        }
        ClusterRequests.checkKey(keyLength);
        int at = length;
        entries.putShort(at, (short) keyLength, ByteOrder.LITTLE_ENDIAN);
        at += Short.BYTES;
        entries.putBytes(at, key, keyOffset, keyLength);
        at += keyLength;
        entries.putInt(at, valueLength, ByteOrder.LITTLE_ENDIAN);
        at += Integer.BYTES;
        entries.putBytes(at, value, valueOffset, valueLength);
        length = at + valueLength;
        count++;
        return this;
    }

    /**
     * Returns the number of keys.
     *
     * @return the number.
     */
    public int size() {
        return count;
    }

    /**
     * Takes the values from a response to a read of this batch.
     *
     * @param buffer as the {@link ResponseHandler} got it.
     * @param offset as the handler got it.
     * @param responseLength as the handler got it.
     */
    public void accept(DirectBuffer buffer, int offset, int responseLength) {
        final int end = offset + responseLength;
        final int block = buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final int found = buffer.getShort(offset + Short.BYTES, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        if (found != count) {
            throw new IllegalArgumentException(
                    "the response is to another batch: " + found + " instead of " + count);
        }
        clearValues();
        int at = offset + 2 * Short.BYTES;
        for (int i = 0; i < count; i++) {
            final boolean present = buffer.getByte(at) != 0;
            at += block;
            final int size = buffer.getInt(at, ByteOrder.LITTLE_ENDIAN);
            at += Integer.BYTES;
            if (size < 0 || size > end - at) {
                throw new IllegalArgumentException("the response is damaged: length=" + size);
            }
            values.putBytes(filled, buffer, at, size);
            offsets[i] = filled;
            lengths[i] = present ? size : OffHeapCache.NOT_FOUND;
            filled += size;
            at += size;
        }
    }

    /**
     * Returns the length of a value that was read.
     *
     * @param index of the key, from 0, in the order in which keys were added.
     * @return the length, or {@link OffHeapCache#NOT_FOUND}.
     */
    public int length(int index) {
        return lengths[index];
    }

    /**
     * Returns the offset of a value in {@link #values}.
     *
     * @param index of the key.
     * @return the offset.
     */
    public int offset(int index) {
        return offsets[index];
    }

    /**
     * Returns the buffer that has the values that were read last.
     *
     * @return the buffer, valid until the next read.
     */
    public DirectBuffer values() {
        return values;
    }

    /** Returns the length of the key of an entry in {@link #entries}. It begins two bytes later. */
    int keyLength(int at) {
        return entries.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Returns the length of an entry in {@link #entries}. */
    int entryLength(int at) {
        final int value = Short.BYTES + keyLength(at);
        return value + Integer.BYTES + entries.getInt(at + value, ByteOrder.LITTLE_ENDIAN);
    }

    /** Adds an entry of another batch. */
    void addFrom(ClusterBatch other, int at) {
        final int bytes = other.entryLength(at);
        entries.putBytes(length, other.entries, at, bytes);
        length += bytes;
        count++;
    }

    /** Forgets the values that were read. */
    void clearValues() {
        filled = 0;
        if (offsets.length < count) {
            offsets = new int[count];
            lengths = new int[count];
        }
    }

    /** Takes a value that another batch has read. */
    void takeValue(int index, ClusterBatch from, int fromIndex) {
        final int size = Math.max(0, from.lengths[fromIndex]);
        values.putBytes(filled, from.values, from.offsets[fromIndex], size);
        offsets[index] = filled;
        lengths[index] = from.lengths[fromIndex];
        filled += size;
    }

    DirectBuffer entries() {
        return entries;
    }

    int entriesLength() {
        return length;
    }
}
