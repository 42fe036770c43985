// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.entry;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;
import org.agrona.BitUtil;

/**
 * The layout of an entry in its chunk.
 *
 * <pre>
 *  +--------+------------+----------------+-------------------------------------------+
 *  | offset |      bytes | entry          |                                           |
 *  +--------+------------+----------------+-------------------------------------------+
 *  |      0 |          4 | LRU_PREVIOUS   | in a free chunk: the next free chunk      |
 *  |      4 |          4 | LRU_NEXT       |                                           |
 *  |        |      bit 0 | IN_WINDOW      | the entry is in the filter's window       |
 *  |        |  bits 1-31 | link           | the entry's offset without its lowest bit |
 *  |      8 |          4 | WHEEL_PREVIOUS |                                           |
 *  |     12 |          4 | WHEEL_NEXT     |                                           |
 *  |     16 |          8 | DEADLINE       | nanoseconds since the cache was built     |
 *  |     24 |          8 | STAMP_WORD     |                                           |
 *  |        |  bits 0-15 | KEY_LENGTH     | bytes                                     |
 *  |        | bits 16-63 | STAMP          | the recency clock, when put at the head   |
 *  |     32 |          4 | HASH           | the index hash of the key                 |
 *  |     36 |          4 | VALUE_WORD     |                                           |
 *  |        |  bits 0-23 | VALUE_LENGTH   | bytes                                     |
 *  |        | bits 24-30 | SIZE_CLASS     | 127 in a free chunk                       |
 *  |        |     bit 31 | SLIDING        | every hit renews the deadline             |
 *  +--------+------------+----------------+-------------------------------------------+
 *  |     40 |            | HEADER_LENGTH  | the key, padding to 8, then the value     |
 *  +--------+------------+----------------+-------------------------------------------+
 * </pre>
 *
 * <p>The links come first because readers without the lock never need them. The fields that readers
 * need lie together, from the deadline on, and share a cache line with a short key.
 *
 * <ul>
 *   <li>Links are offsets in the region, 0 for none. The first entry of a wheel slot has the
 *       complement of the slot's number as {@code WHEEL_PREVIOUS}, which is negative.
 *   <li>Entries are aligned to 8, so the lowest bit of {@code LRU_NEXT} is free for {@code
 *       IN_WINDOW}, which marks an entry in the window of an admission filter.
 *   <li>{@link #NO_DEADLINE} marks an entry that does not expire.
 *   <li>A free chunk has size class {@link #FREE}. Its first word links it to the next free chunk.
 * </ul>
 *
 * <p>All methods are static and allocate nothing. Writers hold the segment's lock. A reader without
 * the lock may find a half-written entry, or other data if the chunk was reused. Check every length
 * against the region's end before using it.
 */
public final class EntryDescriptor {
    /** Keys and entries are aligned to this many bytes. */
    public static final int ALIGNMENT = 8;

    private static final int LRU_PREVIOUS = 0;
    private static final int LRU_NEXT = LRU_PREVIOUS + Integer.BYTES;
    private static final int WHEEL_PREVIOUS = LRU_NEXT + Integer.BYTES;
    private static final int WHEEL_NEXT = WHEEL_PREVIOUS + Integer.BYTES;
    private static final int DEADLINE = WHEEL_NEXT + Integer.BYTES;
    private static final int STAMP_WORD = DEADLINE + Long.BYTES;
    private static final int HASH = STAMP_WORD + Long.BYTES;
    private static final int VALUE_WORD = HASH + Integer.BYTES;

    /** Bytes before the key. */
    public static final int HEADER_LENGTH = VALUE_WORD + Integer.BYTES;

    private static final int IN_WINDOW = 1;

    private static final int KEY_LENGTH_BITS = Short.SIZE;
    private static final int STAMP_SHIFT = KEY_LENGTH_BITS;

    /** The bits of a stamp. */
    public static final int STAMP_BITS = Long.SIZE - STAMP_SHIFT;

    private static final int VALUE_LENGTH_BITS = 24;
    private static final int SIZE_CLASS_SHIFT = VALUE_LENGTH_BITS;
    private static final int SIZE_CLASS_BITS = 7;
    private static final int SIZE_CLASS_MASK = (1 << SIZE_CLASS_BITS) - 1;
    private static final int SLIDING = 1 << SIZE_CLASS_SHIFT + SIZE_CLASS_BITS;

    /** The longest key in bytes. */
    public static final int MAX_KEY_LENGTH = (1 << KEY_LENGTH_BITS) - 1;

    /** Every value is shorter than this many bytes. */
    public static final int MAX_ENTRY_LENGTH = 1 << VALUE_LENGTH_BITS;

    private static final int VALUE_LENGTH_MASK = MAX_ENTRY_LENGTH - 1;

    /** The size class of a chunk that holds no entry. */
    public static final int FREE = SIZE_CLASS_MASK;

    /** The most size classes: the numbers below {@link #FREE}. */
    public static final int MAX_SIZE_CLASSES = FREE;

    /** The deadline of an entry that does not expire. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /**
     * The base of a key that is a {@code long}. The address is then the key itself, so one
     * operation serves both kinds of key.
     */
    public static final Object LONG_KEY = new Object();

    private EntryDescriptor() {}

    /**
     * Returns the bytes that an entry needs, which determine its size class.
     *
     * @return header, padded key and value; a {@code long} because it may exceed every limit.
     */
    public static long length(int keyLength, int valueLength) {
        return HEADER_LENGTH + BitUtil.align((long) keyLength, ALIGNMENT) + valueLength;
    }

    /** Returns whether an entry with these lengths is possible in a chunk of a length. */
    public static boolean fits(int keyLength, int valueLength, int chunkBytes) {
        return keyLength > 0 && length(keyLength, valueLength) <= chunkBytes;
    }

    /**
     * Writes the header of a new entry that is not in the wheel and has no deadline. The LRU list
     * writes the list's links and the stamp.
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
     * Writes the header of a new entry over that of another in the same chunk. The links of list
     * and wheel, the deadline and the size class stay.
     */
    public static void reinit(Region region, int entry, int hash, int keyLength, int valueLength) {
        region.putLong(entry + STAMP_WORD, keyLength);
        region.putInt(entry + HASH, hash);
        value(region, entry, valueLength, false);
    }

    /**
     * Returns whether an entry with a key of this length lies inside the region up to the key's
     * end. Accepts any reference, so check references that were read without the lock with it.
     */
    public static boolean isWithin(Region region, int entry, int keyLength) {
        return entry >= 0 && (long) entry + HEADER_LENGTH + keyLength <= region.capacity();
    }

    /**
     * Marks a chunk as free.
     *
     * @param nextFree the next chunk in the slab's free list, 0 at its end.
     */
    public static void markFree(Region region, int chunk, int nextFree) {
        region.putInt(chunk + LRU_PREVIOUS, nextFree);
        region.putInt(chunk + VALUE_WORD, FREE << SIZE_CLASS_SHIFT);
    }

    /**
     * Returns the chunk after a free chunk.
     *
     * @return the next chunk in the free list, 0 at its end.
     */
    public static int nextFree(Region region, int chunk) {
        return region.getInt(chunk + LRU_PREVIOUS);
    }

    /**
     * Returns the neighbour towards the head of the LRU list.
     *
     * @return an entry, 0 for none.
     */
    public static int lruPrevious(Region region, int entry) {
        return region.getInt(entry + LRU_PREVIOUS);
    }

    /** Sets the neighbour towards the head of the LRU list. */
    public static void lruPrevious(Region region, int entry, int other) {
        region.putInt(entry + LRU_PREVIOUS, other);
    }

    /**
     * Returns the neighbour towards the tail of the LRU list.
     *
     * @return an entry, 0 for none.
     */
    public static int lruNext(Region region, int entry) {
        return region.getInt(entry + LRU_NEXT) & ~IN_WINDOW;
    }

    /** Sets the neighbour towards the tail of the LRU list. */
    public static void lruNext(Region region, int entry, int other) {
        region.putInt(entry + LRU_NEXT, other | region.getInt(entry + LRU_NEXT) & IN_WINDOW);
    }

    /** Sets both neighbours in the LRU list with one store, and the entry outside the window. */
    public static void lruLinks(Region region, int entry, int previous, int next) {
        region.putLong(
                entry + LRU_PREVIOUS,
                (long) next << Integer.SIZE | Integer.toUnsignedLong(previous));
    }

    /** Returns whether the entry is in the admission filter's window. */
    public static boolean inWindow(Region region, int entry) {
        return (region.getInt(entry + LRU_NEXT) & IN_WINDOW) != 0;
    }

    /** Sets whether the entry is in the window. The entry must be in no list. */
    public static void inWindow(Region region, int entry, boolean is) {
        region.putInt(entry + LRU_NEXT, is ? IN_WINDOW : 0);
    }

    /** Forgets an entry's place in a wheel that is empty. */
    public static void unfiled(Region region, int entry) {
        region.putLong(entry + WHEEL_PREVIOUS, 0);
    }

    /**
     * Returns the neighbour before this entry in its wheel slot.
     *
     * @return an entry; the complement of the slot's number for the first entry; 0 if the entry is
     *     not in the wheel.
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
     * Returns the neighbour after this entry in its wheel slot.
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
     * Returns when the entry expires.
     *
     * @return nanoseconds since the cache was built, or {@link #NO_DEADLINE}.
     */
    public static long deadline(Region region, int entry) {
        return region.getLong(entry + DEADLINE);
    }

    /** Sets when the entry expires. */
    public static void deadline(Region region, int entry, long deadlineNs) {
        region.putLong(entry + DEADLINE, deadlineNs);
    }

    /** Returns whether a hit renews the deadline. */
    public static boolean isSliding(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD) < 0;
    }

    /** Sets whether a hit renews the deadline. */
    public static void sliding(Region region, int entry, boolean sliding) {
        final int word = region.getInt(entry + VALUE_WORD);
        region.putInt(entry + VALUE_WORD, sliding ? word | SLIDING : word & ~SLIDING);
    }

    /** Returns the recency clock's reading when the entry was last put at the head of its list. */
    public static long stamp(Region region, int entry) {
        return region.getLong(entry + STAMP_WORD) >>> STAMP_SHIFT;
    }

    /** Sets the stamp, a reading of the recency clock. */
    public static void stamp(Region region, int entry, long stamp) {
        region.putLong(entry + STAMP_WORD, stamp << STAMP_SHIFT | keyLength(region, entry));
    }

    /** Returns the index hash of the key, which chooses its bucket. */
    public static int hash(Region region, int entry) {
        return region.getInt(entry + HASH);
    }

    /**
     * Returns the chunk's size class.
     *
     * @param entry the entry, or a free chunk.
     * @return the class, {@link #FREE} for a free chunk.
     */
    public static int sizeClass(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD) >>> SIZE_CLASS_SHIFT & SIZE_CLASS_MASK;
    }

    /** Returns whether a chunk holds no entry. */
    public static boolean isFree(Region region, int chunk) {
        return sizeClass(region, chunk) == FREE;
    }

    /** Returns the size class in a value word. */
    public static int sizeClass(int valueWord) {
        return valueWord >>> SIZE_CLASS_SHIFT & SIZE_CLASS_MASK;
    }

    /** Returns the key's length in bytes. */
    public static int keyLength(Region region, int entry) {
        return region.getUnsignedShort(entry + STAMP_WORD);
    }

    /** Returns the offset of the key. */
    public static int keyOffset(int entry) {
        return entry + HEADER_LENGTH;
    }

    /**
     * Returns the offset of the part of an entry that the feed of changes copies: all from the
     * deadline on.
     */
    public static int changeOffset(int entry) {
        return entry + DEADLINE;
    }

    /** Returns the value's length in bytes. */
    public static int valueLength(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD) & VALUE_LENGTH_MASK;
    }

    /**
     * Sets the value's length and whether a hit renews the deadline.
     *
     * @param length in bytes; the value must fit the entry's chunk.
     */
    public static void value(Region region, int entry, int length, boolean sliding) {
        final int sizeClass = sizeClass(region, entry) << SIZE_CLASS_SHIFT;
        region.putInt(entry + VALUE_WORD, length | sizeClass | (sliding ? SLIDING : 0));
    }

    /** Returns value length, size class and sliding mark in one word. */
    public static int valueWord(Region region, int entry) {
        return region.getInt(entry + VALUE_WORD);
    }

    /** Sets value length, size class and sliding mark. */
    public static void valueWord(Region region, int entry, int word) {
        region.putInt(entry + VALUE_WORD, word);
    }

    /**
     * Returns the offset of the value.
     *
     * @return an offset in the region, a multiple of 8.
     */
    public static int valueOffset(Region region, int entry) {
        return valueOffset(entry, keyLength(region, entry));
    }

    /**
     * Returns the offset of the value after a key of known length.
     *
     * @return an offset in the region, a multiple of 8.
     */
    public static int valueOffset(int entry, int keyLength) {
        return entry + HEADER_LENGTH + BitUtil.align(keyLength, ALIGNMENT);
    }

    /** Returns whether the entry has a given key. */
    public static boolean keyEquals(
            Region region, int entry, Object base, long address, int length) {
        if (keyLength(region, entry) != length) {
            return false;
        }
        return base == LONG_KEY
                ? region.getLong(entry + HEADER_LENGTH) == address
                : region.equal(entry + HEADER_LENGTH, base, address, length);
    }

    /** Returns the deadline of the entry at an address. */
    public static long deadline(long entry) {
        return Regions.getLong(entry + DEADLINE);
    }

    /** Returns the stamp of the entry at an address. */
    public static long stamp(long entry) {
        return Regions.getLong(entry + STAMP_WORD) >>> STAMP_SHIFT;
    }

    /** Returns the size class of the entry at an address. */
    public static int sizeClass(long entry) {
        return Regions.getInt(entry + VALUE_WORD) >>> SIZE_CLASS_SHIFT & SIZE_CLASS_MASK;
    }

    /** Returns the length of the value of the entry at an address. */
    public static int valueLength(long entry) {
        return Regions.getInt(entry + VALUE_WORD) & VALUE_LENGTH_MASK;
    }

    /** Returns whether a hit renews the deadline of the entry at an address. */
    public static boolean isSliding(long entry) {
        return Regions.getInt(entry + VALUE_WORD) < 0;
    }

    /**
     * Returns whether the entry at an address has a given {@code long} key. Every chunk of a region
     * has room for a header and such a key.
     */
    public static boolean keyEquals(long entry, long key) {
        return Regions.getUnsignedShort(entry + STAMP_WORD) == Long.BYTES
                && Regions.getLong(entry + HEADER_LENGTH) == key;
    }

    /**
     * Returns whether the entry at an address has a given key.
     *
     * @param room the bytes from the entry to its region's end; a key that ends after it differs.
     */
    public static boolean keyEquals(long entry, int room, Object base, long address, int length) {
        return Regions.getUnsignedShort(entry + STAMP_WORD) == length
                && length <= room - HEADER_LENGTH
                && Regions.equal(entry + HEADER_LENGTH, base, address, length);
    }

    /** Writes the key. */
    public static void putKey(Region region, int entry, Object base, long address, int length) {
        if (base == LONG_KEY) {
            region.putLong(entry + HEADER_LENGTH, address);
        } else {
            region.copyIn(entry + HEADER_LENGTH, base, address, length);
        }
    }
}
