// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

/**
 * A hash of a multiset of pairs, as the sum of the hashes of its elements (MSet-Add-Hash: Clarke,
 * Devadas, van Dijk, Gassend, Suh: Incremental Multiset Hash Functions, ASIACRYPT 2003).
 *
 * <p>It compares two views of one structure, each read in the order in which it lies in memory. A
 * doubly linked list, for example, agrees in both directions if the pairs (entry, next) are the
 * pairs (previous, entry). So no link has to be followed, and each link that is followed is a miss.
 *
 * <p>The hash finds accidents, not forgeries: pairs that differ have the same sum once in
 * 2<sup>64</sup> cases, but it is easy to make up such pairs. Allocates nothing.
 */
public final class MultisetHash {
    private static final long FIRST_MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
    private static final long SECOND_MULTIPLIER = 0xD1B5_4A32_D192_ED03L;

    private MultisetHash() {}

    /** Returns the hash of a pair. The mixing is that of David Stafford's thirteenth variant. */
    public static long of(long first, long second) {
        long mixed = first * FIRST_MULTIPLIER + Long.rotateLeft(second * SECOND_MULTIPLIER, 32);
        mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }
}
