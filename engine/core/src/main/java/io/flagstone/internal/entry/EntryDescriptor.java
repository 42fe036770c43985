// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.entry;

import io.flagstone.internal.memory.Region;
import org.agrona.BitUtil;

/**
 * The layout of an entry in its chunk.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                         LRU Previous                          |  0
 *  +---------------------------------------------------------------+
 *  |                           LRU Next                          |W|  4
 *  +---------------------------------------------------------------+
 *  |                        Wheel Previous                         |  8
 *  +---------------------------------------------------------------+
 *  |                          Wheel Next                           | 12
 *  +---------------------------------------------------------------+
 *  |                    Deadline (nanoseconds)                     | 16
 *  |                                                               |
 *  +-------------------------------+-------------------------------+
 *  |          Key Length           |            Stamp              | 24
 *  +-------------------------------+                               |
 *  |                           (48 bits)                           |
 *  +---------------------------------------------------------------+
 *  |                          Index Hash                           | 32
 *  +-----------------------------------------------+-------------+-+
 *  |                 Value Length                  | Size Class  |S| 36
 *  +-----------------------------------------------+-------------+-+
 *  |                             Key                              ...  40
 *  +---------------------------------------------------------------+
 *  |                Padding to 8, then the value                  ...
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The links, which a reader never needs, come first; everything it does need lies together from
 * the deadline on and, for short keys, shares a cache line with the key.
 *
 * <ul>
 *   <li>Links are offsets in the region, 0 for none. {@code Wheel Previous} of the first entry of a
 *       wheel slot is the complement of the slot's number, so it is negative.
 *   <li>{@code W} marks an entry in the window of an admission filter; links are multiples of 8.
 *   <li>The deadline counts from the cache's birth; {@link #NO_DEADLINE} means none.
 *   <li>{@code S} marks a sliding deadline, which every hit renews.
 *   <li>A free chunk has size class {@link #FREE}, and its first word links it to the next.
 * </ul>
 *
 * <p>All methods are static and allocate nothing. Who writes holds the segment's lock. Who reads
 * without it may find an entry half-written, or anything at all where its chunk has a new use: so
 * lengths are to be held against the region's end before they are believed.
 */
public final class EntryDescriptor {
    /** Bytes before the key. */
    public static final int HEADER_LENGTH = 40;

    /** Keys, and entries, are aligned to this. */
    public static final int ALIGNMENT = 8;

    /** The longest key: its length is sixteen bits. */
    public static final int MAX_KEY_LENGTH = 0xFFFF;

    /** Values are shorter than this: their length is twenty-four bits. */
    public static final int MAX_ENTRY_LENGTH = 1 << 24;

    /** How many size classes there can be: the number is seven bits and the last means free. */
    public static final int MAX_SIZE_CLASSES = 127;

    /** The size class of a chunk that holds no entry. */
    public static final int FREE = 127;

    /** The deadline of an entry that does not expire. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /**
     * Stands for the base of a key that is a {@code long}: the key is then not at the address, it
     * <em>is</em> the address. So every operation serves both kinds of key.
     */
    public static final Object LONG_KEY = new Object();

    private static final int LRU_PREVIOUS = 0;
    private static final int LRU_NEXT = 4;
    private static final int IN_WINDOW = 1;
    private static final int WHEEL_PREVIOUS = 8;
    private static final int WHEEL_NEXT = 12;
    private static final int DEADLINE = 16;
    private static final int KEY_LENGTH = 24;
    private static final int STAMP_WORD = 24;
    private static final int STAMP_SHIFT = 16;
    private static final int HASH = 32;
    private static final int VALUE_WORD = 36;
    private static final int VALUE_LENGTH_MASK = MAX_ENTRY_LENGTH - 1;
    private static final int SIZE_CLASS_SHIFT = 24;
    private static final int SIZE_CLASS_MASK = 0x7F;
    private static final int SLIDING = 1 << 31;
    private static final int KEY = HEADER_LENGTH;

    private EntryDescriptor() {}

    /**
     * The bytes an entry needs, which is what its size class is chosen by.
     *
     * @return header, padded key and value; a {@code long}, since it may exceed every limit.
     */
    public static long length(int keyLength, int valueLength) {
        return HEADER_LENGTH + BitUtil.align((long) keyLength, ALIGNMENT) + valueLength;
    }

    /**
     * Writes a new entry's header, outside the wheel and without a deadline. Its place in a list is
     * written by the list.
     */
    public static void init(
            Region region, int entry, int hash, int keyLength, int valueLength, int sizeClass) {
        region.putLong(entry + WHEEL_PREVIOUS, 0);
        region.putLong(entry + DEADLINE, NO_DEADLINE);
        region.putLong(entry + STAMP_WORD, keyLength);
        region.putInt(entry + HASH, hash);
        region.putInt(entry + VALUE_WORD, valueLength | sizeClass << SIZE_CLASS_SHIFT);
    }

    /**
     * Whether an entry with a key of this length would lie inside the region up to its key's end:
     * ask this of a reference that was read without the lock, whatever it is.
     */
    public static boolean isWithin(Region region, int entry, int keyLength) {
        return entry >= 0 && (long) entry + HEADER_LENGTH + keyLength <= region.capacity();
    }

    /**
     * Marks a chunk as holding no entry.
     *
     * @param nextFree the chunk after it in its slab's free list.
     */
    public static void markFree(Region region, int chunk, int nextFree) {
        region.putInt(chunk + LRU_PREVIOUS, nextFree);
        region.putInt(chunk + VALUE_WORD, FREE << SIZE_CLASS_SHIFT);
    }

    /**
     * The chunk after a free one.
     *
     * @return the next in the free list, 0 at its end.
     */
    public static int nextFree(Region region, int chunk) {
        return region.getInt(chunk + LRU_PREVIOUS);
    }

    /**
     * The neighbour towards the head.
     *
     * @return an entry, 0 for none.
     */
    public static int lruPrevious(Region region, int entry) {
        return region.getInt(entry + LRU_PREVIOUS);
    }

    /** Sets the neighbour towards the head. */
    public static void lruPrevious(Region region, int entry, int other) {
        region.putInt(entry + LRU_PREVIOUS, other);
    }

    /**
     * The neighbour towards the tail.
     *
     * @return an entry, 0 for none.
     */
    public static int lruNext(Region region, int entry) {
        return region.getInt(entry + LRU_NEXT) & ~IN_WINDOW;
    }

    /** Sets the neighbour towards the tail. */
    public static void lruNext(Region region, int entry, int other) {
        region.putInt(entry + LRU_NEXT, other | region.getInt(entry + LRU_NEXT) & IN_WINDOW);
    }

    /** Whether the entry is in the admission filter's window. */
    public static boolean inWindow(Region region, int entry) {
        return (region.getInt(entry + LRU_NEXT) & IN_WINDOW) != 0;
    }

    /** Sets whether the entry, which is in no list, is to be in the window. */
    public static void inWindow(Region region, int entry, boolean is) {
        region.putInt(entry + LRU_NEXT, is ? IN_WINDOW : 0);
    }

    /**
     * The neighbour before this entry in its wheel slot.
     *
     * @return an entry, the complement of the slot's number for the first, 0 where not armed.
     */
    public static int wheelPrevious(Region region, int entry) {
        return region.getInt(entry + WHEEL_PREVIOUS);
    }

    /**
     * Sets the neighbour before this entry in its wheel slot.
     *
     * @param other as {@link #wheelPrevious(Region, int)} returns it.
     */
    public static void wheelPrevious(Region region, int entry, int other) {
        region.putInt(entry + WHEEL_PREVIOUS, other);
    }

    /**
     * The neighbour after this entry in its wheel slot.
     *
     * @return an entry, 0 for none.
     */
    public static int wheelNext(Region region, int entry) {
        return region.getInt(entry + WHEEL_NEXT);
    }

    /** Sets the neighbour after this entry in its wheel slot. */
    public static void wheelNext(Region region, int entry, int other) {
        region.putInt(entry + WHEEL_NEXT, other);
    }

    /**
     * When the entry expires.
     *
     * @return nanoseconds since the cache's birth, or {@link #NO_DEADLINE}.
     */
    public static long deadline(Region region, int entry) {
        return region.getLong(entry + DEADLINE);
    }

    /** Sets when the entry expires. */
    public static void deadline(Region region, int entry, long deadlineNs) {
        region.putLong(entry + DEADLINE, deadlineNs);
    }

    /** Whether a hit renews the deadline. */
    public static boolean isSliding(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD) < 0;
    }

    /** Sets whether a hit renews the deadline. */
    public static void sliding(Region region, int entry, boolean sliding) {
        final int word = region.getInt(entry + VALUE_WORD);
        region.putInt(entry + VALUE_WORD, sliding ? word | SLIDING : word & ~SLIDING);
    }

    /** When the entry was last put at the head of its list. */
    public static long stamp(Region region, int entry) {
        return region.getLong(entry + STAMP_WORD) >>> STAMP_SHIFT;
    }

    /** Sets when the entry was last put at the head of its list. */
    public static void stamp(Region region, int entry, long stamp) {
        region.putLong(entry + STAMP_WORD, stamp << STAMP_SHIFT | keyLength(region, entry));
    }

    /** The part of the key's hash that chooses its bucket. */
    public static int hash(Region region, int entry) {
        return region.getInt(entry + HASH);
    }

    /**
     * The chunk's size class.
     *
     * @param entry the entry, or a free chunk.
     * @return the class, {@link #FREE} for a free chunk.
     */
    public static int sizeClass(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD) >>> SIZE_CLASS_SHIFT & SIZE_CLASS_MASK;
    }

    /** The key's length. */
    public static int keyLength(Region region, int entry) {
        return region.getUnsignedShort(entry + KEY_LENGTH);
    }

    /** Where the key starts. */
    public static int keyOffset(int entry) {
        return entry + KEY;
    }

    /** The value's length. */
    public static int valueLength(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD) & VALUE_LENGTH_MASK;
    }

    /**
     * Sets the value's length and whether a hit renews the deadline.
     *
     * @param length bytes, within the entry's chunk.
     */
    public static void value(Region region, int entry, int length, boolean sliding) {
        final int sizeClass = sizeClass(region, entry) << SIZE_CLASS_SHIFT;
        region.putInt(entry + VALUE_WORD, length | sizeClass | (sliding ? SLIDING : 0));
    }

    /**
     * Where the value starts.
     *
     * @return an offset in the region, a multiple of 8.
     */
    public static int valueOffset(Region region, int entry) {
        return valueOffset(entry, keyLength(region, entry));
    }

    /**
     * Where the value starts behind a key of known length.
     *
     * @return an offset in the region, a multiple of 8.
     */
    public static int valueOffset(int entry, int keyLength) {
        return entry + KEY + BitUtil.align(keyLength, ALIGNMENT);
    }

    /** Whether the entry has a given key. */
    public static boolean keyEquals(
            Region region, int entry, Object base, long address, int length) {
        if (keyLength(region, entry) != length) {
            return false;
        }
        return base == LONG_KEY
                ? region.getLong(entry + KEY) == address
                : region.equal(entry + KEY, base, address, length);
    }

    /** Writes the key. */
    public static void putKey(Region region, int entry, Object base, long address, int length) {
        if (base == LONG_KEY) {
            region.putLong(entry + KEY, address);
        } else {
            region.copyIn(entry + KEY, base, address, length);
        }
    }
}
