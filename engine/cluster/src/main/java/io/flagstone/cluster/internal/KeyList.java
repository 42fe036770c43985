// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.StateTransfer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A list of keys outside the heap. It grows by blocks up to a limit. Later it puts the keys into
 * the order of use, some at a time, and drops keys that it has twice or whose entries are gone.
 *
 * <pre>
 *  +--------+-------+--------+--------------------------------------------------+
 *  |      0 |     4 | NEXT   | the position of the next record in the order     |
 *  |      4 |     4 | LENGTH | of the key, bytes; 0 ends a block                |
 *  |      8 |     8 | PLACE  | of the entry in the order of use                 |
 *  |     16 |       | KEY    | padded to a multiple of 8                        |
 *  +--------+-------+--------+--------------------------------------------------+
 * </pre>
 *
 * <p>A position is the offset in all blocks divided by 8; the first record is at 1, and 0 is none.
 * Ordering merges runs of records, each twice as long as the one before, by their links. It needs
 * no memory of its own.
 *
 * <p>Not thread-safe. Allocates blocks, and nothing else.
 */
final class KeyList {
    /** The list grows by this much. The longest key fits several times. */
    private static final int BLOCK_BYTES = 1 << 20;

    private static final int UNIT_SHIFT = 3;
    private static final int UNITS_SHIFT = 20 - UNIT_SHIFT;
    private static final int UNITS_MASK = (1 << UNITS_SHIFT) - 1;

    private static final int NEXT = 0;
    private static final int LENGTH = NEXT + Integer.BYTES;
    private static final int PLACE = LENGTH + Integer.BYTES;
    private static final int KEY = PLACE + Long.BYTES;

    private final int maxBlocks;
    private final List<ByteBuffer> memory = new ArrayList<>();
    private final List<UnsafeBuffer> blocks = new ArrayList<>();

    /** Sorted runs by the logarithm of how many records went into them, 0 for none. */
    private final int[] runs = new int[Integer.SIZE];

    /** The position of the next record. */
    private int end = 1;

    /** The next record to put into the order. */
    private int unordered = 1;

    private int head;

    /**
     * Creates an empty list.
     *
     * @param maxBytes the most memory that it takes; at least a block.
     */
    KeyList(int maxBytes) {
        this.maxBlocks = maxBytes / BLOCK_BYTES;
    }

    /** Empties the list, and frees all memory. */
    void clear() {
        free(0);
        empty();
    }

    /** Empties the list, and frees all memory but a block. */
    void empty() {
        free(1);
        Arrays.fill(runs, 0);
        end = 1;
        unordered = 1;
        head = 0;
    }

    private void free(int left) {
        while (blocks.size() > left) {
            final int last = blocks.size() - 1;
            blocks.remove(last);
            BufferUtil.free(memory.remove(last));
        }
    }

    /** Returns the memory that the list has taken. */
    int bytes() {
        return blocks.size() * BLOCK_BYTES;
    }

    /** Adds a key. Returns false if there is no room for it. */
    boolean add(DirectBuffer key) {
        final int units = unitsOf(key.capacity());
        // One unit is left for the mark of the end.
        final boolean fits = !blocks.isEmpty() && (end & UNITS_MASK) + units < UNITS_MASK;
        if (!fits && !grow()) {
            return false;
        }
        final UnsafeBuffer block = blockOf(end);
        final int at = offsetOf(end);
        block.putInt(at + LENGTH, key.capacity());
        block.putBytes(at + KEY, key, 0, key.capacity());
        end += units;
        return true;
    }

    private static int unitsOf(int keyLength) {
        return KEY + keyLength + (1 << UNIT_SHIFT) - 1 >>> UNIT_SHIFT;
    }

    private boolean grow() {
        if (blocks.size() == maxBlocks) {
            return false;
        }
        final ByteBuffer block;
        try {
            block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        } catch (final OutOfMemoryError e) {
            return false;
        }
        if (!blocks.isEmpty()) {
            blockOf(end).putInt(offsetOf(end) + LENGTH, 0);
            end = blocks.size() << UNITS_SHIFT;
        }
        memory.add(block);
        blocks.add(new UnsafeBuffer(block));
        return true;
    }

    private UnsafeBuffer blockOf(int record) {
        return blocks.get(record >>> UNITS_SHIFT);
    }

    private static int offsetOf(int record) {
        return (record & UNITS_MASK) << UNIT_SHIFT;
    }

    /** Returns the first record as it was added, or 0. */
    int first() {
        return end == 1 ? 0 : 1;
    }

    /** Returns the record that was added after another one, or 0. */
    int following(int record) {
        int next = record + unitsOf(keyLength(record));
        if (next < end && keyLength(next) == 0) {
            next = (next >>> UNITS_SHIFT) + 1 << UNITS_SHIFT;
        }
        return next < end ? next : 0;
    }

    /** Returns the buffer that has the key of a record. */
    DirectBuffer buffer(int record) {
        return blockOf(record);
    }

    /** Returns where the key of a record is in its buffer. */
    int keyOffset(int record) {
        return offsetOf(record) + KEY;
    }

    /** Returns the length of the key of a record. */
    int keyLength(int record) {
        return blockOf(record).getInt(offsetOf(record) + LENGTH);
    }

    /** Returns the next record in the order, or 0. */
    int next(int record) {
        return blockOf(record).getInt(offsetOf(record) + NEXT);
    }

    private void next(int record, int other) {
        blockOf(record).putInt(offsetOf(record) + NEXT, other);
    }

    private long place(int record) {
        return blockOf(record).getLong(offsetOf(record) + PLACE);
    }

    /** Returns the first record in the order, or 0. */
    int head() {
        return head;
    }

    /**
     * Puts the next keys into the order of use. No key may be added from the first call on.
     *
     * @param transfer knows the places of entries.
     * @param maxKeys the number of keys after which to stop.
     * @return whether there is more to order.
     */
    boolean order(StateTransfer transfer, int maxKeys) {
        int left = maxKeys;
        while (unordered != 0 && unordered < end && left-- > 0) {
            final int record = unordered;
            unordered = following(record);
            final UnsafeBuffer block = blockOf(record);
            final int at = offsetOf(record);
            final long place = transfer.placeOf(block, at + KEY, block.getInt(at + LENGTH));
            if (place >= 0) {
                block.putLong(at + PLACE, place);
                addRun(record);
            }
        }
        if (unordered != 0 && unordered < end) {
            return true;
        }
        unordered = 0;
        for (int i = 0; i < runs.length; i++) {
            head = merge(runs[i], head);
            runs[i] = 0;
        }
        return false;
    }

    private void addRun(int record) {
        next(record, 0);
        int run = record;
        int i = 0;
        while (runs[i] != 0) {
            run = merge(runs[i], run);
            runs[i] = 0;
            i++;
        }
        runs[i] = run;
    }

    /** Merges two runs. Of two records of the same place, one stays. */
    private int merge(int left, int right) {
        int a = left;
        int b = right;
        int first = 0;
        int last = 0;
        while (a != 0 && b != 0) {
            final long difference = place(a) - place(b);
            final int least = difference <= 0 ? a : b;
            if (difference <= 0) {
                a = next(a);
            }
            if (difference >= 0) {
                b = next(b);
            }
            if (last == 0) {
                first = least;
            } else {
                next(last, least);
            }
            last = least;
        }
        final int rest = a != 0 ? a : b;
        if (last == 0) {
            return rest;
        }
        next(last, rest);
        return first;
    }
}
