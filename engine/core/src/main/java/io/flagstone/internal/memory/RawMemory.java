// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Reads, copies and compares memory at a (base, address) pair: a heap array with an offset, or
 * {@code null} with an absolute address.
 *
 * <p>Checks no bounds: callers must check each range against its buffer or region. Words are in
 * native order, which {@link JvmAccess} has checked to be little-endian, and need no alignment.
 * Allocates nothing.
 */
public final class RawMemory {
    /** The offset of the first element of a {@code long[]} from its base. */
    public static final long FIRST_LONG = UnsafeApi.arrayBaseOffset(long[].class);

    /** The length from which a call of {@code copyMemory} is faster than copying by words. */
    private static final int WORD_COPY_LIMIT = 256;

    private static final int PAIR = 2 * Long.BYTES;
    private static final int BLOCK = 2 * PAIR;

    private RawMemory() {}

    /** Reads eight bytes. */
    public static long getLong(Object base, long address) {
        return UnsafeApi.getLong(base, address);
    }

    /** Writes eight bytes with opaque order. */
    public static void putLongOpaque(Object base, long address, long value) {
        UnsafeApi.putLongOpaque(base, address, value);
    }

    /**
     * Copies between ranges that do not overlap.
     *
     * <p>Copies forward, in blocks that halve: one bit of the length decides on each. So no store's
     * address depends on the length, except that of a last word that is not whole. A processor that
     * has not yet loaded the length then knows the addresses of the stores, and later loads, such
     * as those of the next read, need not wait for it. This is not a loop, because HotSpot's code
     * for a short counted loop takes twice the time in some runs and not in others.
     */
    public static void copy(Object srcBase, long src, Object dstBase, long dst, int length) {
        if (length >= WORD_COPY_LIMIT) {
            UnsafeApi.copyMemory(srcBase, src, dstBase, dst, length);
            return;
        }
        int i = 0;
        if ((length & 4 * BLOCK) != 0) {
            copyPairOfBlocks(srcBase, src, dstBase, dst);
            copyPairOfBlocks(srcBase, src + 2 * BLOCK, dstBase, dst + 2 * BLOCK);
            i = 4 * BLOCK;
        }
        if ((length & 2 * BLOCK) != 0) {
            copyPairOfBlocks(srcBase, src + i, dstBase, dst + i);
            i += 2 * BLOCK;
        }
        if ((length & BLOCK) != 0) {
            copyBlock(srcBase, src + i, dstBase, dst + i);
            i += BLOCK;
        }
        if ((length & BLOCK - 1) != 0) {
            copyRest(srcBase, src, dstBase, dst, i, length);
        }
    }

    /** Copies less than a block, from an offset on. */
    private static void copyRest(
            Object srcBase, long src, Object dstBase, long dst, int from, int length) {
        int i = from;
        if ((length & PAIR) != 0) {
            copyPair(srcBase, src + i, dstBase, dst + i);
            i += PAIR;
        }
        if ((length & Long.BYTES) != 0) {
            copyWord(srcBase, src + i, dstBase, dst + i);
        }
        if ((length & Long.BYTES - 1) != 0) {
            copyTail(srcBase, src, dstBase, dst, length);
        }
    }

    /** Copies the bytes after the last whole word, with bytes of that word if there is one. */
    private static void copyTail(Object srcBase, long src, Object dstBase, long dst, int length) {
        if (length >= Long.BYTES) {
            final int last = length - Long.BYTES;
            copyWord(srcBase, src + last, dstBase, dst + last);
        } else {
            copyLessThanWord(srcBase, src, dstBase, dst, length);
        }
    }

    private static void copyPairOfBlocks(Object srcBase, long src, Object dstBase, long dst) {
        copyBlock(srcBase, src, dstBase, dst);
        copyBlock(srcBase, src + BLOCK, dstBase, dst + BLOCK);
    }

    private static void copyBlock(Object srcBase, long src, Object dstBase, long dst) {
        copyPair(srcBase, src, dstBase, dst);
        copyPair(srcBase, src + PAIR, dstBase, dst + PAIR);
    }

    private static void copyPair(Object srcBase, long src, Object dstBase, long dst) {
        copyWord(srcBase, src, dstBase, dst);
        copyWord(srcBase, src + Long.BYTES, dstBase, dst + Long.BYTES);
    }

    private static void copyWord(Object srcBase, long src, Object dstBase, long dst) {
        UnsafeApi.putLong(dstBase, dst, UnsafeApi.getLong(srcBase, src));
    }

    private static void copyLessThanWord(
            Object srcBase, long src, Object dstBase, long dst, int length) {
        int i = 0;
        if ((length & 4) != 0) {
            UnsafeApi.putInt(dstBase, dst, UnsafeApi.getInt(srcBase, src));
            i = 4;
        }
        if ((length & 2) != 0) {
            UnsafeApi.putShort(dstBase, dst + i, UnsafeApi.getShort(srcBase, src + i));
            i += 2;
        }
        if ((length & 1) != 0) {
            UnsafeApi.putByte(dstBase, dst + i, UnsafeApi.getByte(srcBase, src + i));
        }
    }

    /** Returns whether two ranges of the same length have equal bytes. */
    public static boolean equal(Object aBase, long a, Object bBase, long b, int length) {
        final int lastWord = length - Long.BYTES;
        if (lastWord < 0) {
            return partialWord(aBase, a, length) == partialWord(bBase, b, length);
        }
        for (int i = 0; i < lastWord; i += Long.BYTES) {
            if (UnsafeApi.getLong(aBase, a + i) != UnsafeApi.getLong(bBase, b + i)) {
                return false;
            }
        }
        return UnsafeApi.getLong(aBase, a + lastWord) == UnsafeApi.getLong(bBase, b + lastWord);
    }

    /**
     * Reads up to seven bytes into one word. The lowest address becomes the lowest byte.
     *
     * @param length the number of bytes, 0 to 7.
     * @return the bytes, zero-extended.
     */
    public static long partialWord(Object base, long address, int length) {
        long word = 0;
        int i = 0;
        if ((length & 4) != 0) {
            word = UnsafeApi.getInt(base, address) & 0xFFFF_FFFFL;
            i = 4;
        }
        if ((length & 2) != 0) {
            word |= (UnsafeApi.getShort(base, address + i) & 0xFFFFL) << (i << 3);
            i += 2;
        }
        if ((length & 1) != 0) {
            word |= (UnsafeApi.getByte(base, address + i) & 0xFFL) << (i << 3);
        }
        return word;
    }

    /**
     * Returns the object that must stay reachable while a buffer's memory is used by address. That
     * is the {@link ByteBuffer}, because the wrapper may be wrapped around other memory meanwhile.
     * A buffer over a bare address may own its memory in another way, so the buffer itself is
     * returned.
     */
    public static Object owner(DirectBuffer buffer) {
        final ByteBuffer memory = buffer.byteBuffer();
        return memory != null ? memory : buffer;
    }

    /**
     * Returns whether two ranges share a byte.
     *
     * @param aBase the array of the first range, or {@code null}.
     * @param a its offset or address.
     */
    public static boolean overlap(
            Object aBase, long a, int aLength, Object bBase, long b, int bLength) {
        return aBase == bBase && a < b + bLength && b < a + aLength;
    }

    /**
     * Throws if a range is outside its buffer.
     *
     * @param what the name of the range's contents, for the message.
     * @param offset the start of the range.
     * @param length the length of the range.
     * @param capacity the length of the buffer.
     * @throws IndexOutOfBoundsException unless {@code 0 <= offset}, {@code 0 <= length} and {@code
     *     offset + length <= capacity}.
     */
    public static void checkRange(String what, int offset, int length, int capacity) {
        if ((offset | length) < 0 || offset > capacity - length) {
            throw new IndexOutOfBoundsException(
                    what
                            + " of "
                            + length
                            + " bytes at offset "
                            + offset
                            + " lies outside its buffer of "
                            + capacity
                            + " bytes");
        }
    }
}
