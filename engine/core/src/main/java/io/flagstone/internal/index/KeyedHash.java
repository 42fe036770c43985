// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.memory.RawMemory;

/**
 * A keyed 64-bit hash by folded multiplication, as in Wang Yi's wyhash family. It multiplies words
 * of the key, masked by secrets, to 128 bits and folds the halves together.
 *
 * <p>SplitMix64 derives the secrets from a seed (Steele, Lea, Flood: Fast Splittable Pseudorandom
 * Number Generators, OOPSLA 2014), so keys that collide cannot be chosen without knowing the seed.
 * This is not a cryptographic hash. A key of up to 16 bytes costs two multiplications, each further
 * 16 bytes one more.
 *
 * <p>The top bits of the result choose the segment. The low 32 bits are the index hash. The upper
 * bits of the index hash choose the bucket and its low 16 bits are the tag.
 *
 * <p>Immutable; allocates nothing.
 */
public final class KeyedHash {
    private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;
    private static final int BLOCK = 2 * Long.BYTES;
    private static final int MIN_TAG = 2;

    private final long seed;
    private final long secret0;
    private final long secret1;
    private final long secret2;
    private final long secret3;

    /** Derives the secrets from {@code seed}. The same seed gives the same hash everywhere. */
    public KeyedHash(long seed) {
        this.seed = seed;
        this.secret0 = splitMix(seed + GOLDEN_GAMMA);
        this.secret1 = splitMix(seed + 2 * GOLDEN_GAMMA);
        this.secret2 = splitMix(seed + 3 * GOLDEN_GAMMA);
        this.secret3 = splitMix(seed + 4 * GOLDEN_GAMMA);
    }

    /** Returns the seed. */
    public long seed() {
        return seed;
    }

    /** Hashes a {@code long} to the same value as its eight bytes. */
    public long hash(long key) {
        return finish(key, 0, secret0, Long.BYTES);
    }

    /** Hashes {@code length} bytes at (base, address). */
    public long hash(Object base, long address, int length) {
        if (length > BLOCK) {
            return hashLong(base, address, length);
        }
        if (length > Long.BYTES) {
            return finish(
                    RawMemory.getLong(base, address),
                    RawMemory.getLong(base, address + length - Long.BYTES),
                    secret0,
                    length);
        }
        final long word =
                length == Long.BYTES
                        ? RawMemory.getLong(base, address)
                        : RawMemory.partialWord(base, address, length);
        return finish(word, 0, secret0, length);
    }

    private long hashLong(Object base, long address, int length) {
        long state = secret0;
        int i = 0;
        for (; i < length - BLOCK; i += BLOCK) {
            state =
                    fold(
                            RawMemory.getLong(base, address + i) ^ secret1,
                            RawMemory.getLong(base, address + i + Long.BYTES) ^ state);
        }
        // The last block ends with the key and may overlap the one before. The length is hashed
        // too.
        final long last = address + length - BLOCK;
        return finish(
                RawMemory.getLong(base, last),
                RawMemory.getLong(base, last + Long.BYTES),
                state,
                length);
    }

    private long finish(long first, long second, long state, int length) {
        return fold(fold(first ^ secret1, second ^ state) ^ secret2, secret3 ^ length);
    }

    private static long fold(long a, long b) {
        return Math.multiplyHigh(a, b) ^ a * b;
    }

    private static long splitMix(long state) {
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    /** Returns the part of a hash that the index uses and every entry stores. */
    public static int indexHash(long hash) {
        return (int) hash;
    }

    /**
     * Returns the part of an index hash that the bucket stores: 2 to 65 535. An empty slot has 0.
     * No key has 1, so that a search that mistakes a tag for another that differs in the lowest bit
     * never takes an empty slot for an entry.
     */
    public static int tag(int indexHash) {
        final int bits = indexHash & 0xFFFF;
        return bits < MIN_TAG ? bits + MIN_TAG : bits;
    }

    /** Returns the number of a hash's segment among {@code 1 << segmentBits} segments. */
    public static int segment(long hash, int segmentBits) {
        return (int) (hash >>> 1 >>> Long.SIZE - 1 - segmentBits);
    }
}
