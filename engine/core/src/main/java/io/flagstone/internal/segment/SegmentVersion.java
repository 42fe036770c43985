// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.VERSION;

import io.flagstone.internal.memory.Region;

/**
 * A sequence lock (Lameter: Effective Synchronization on Linux/NUMA Systems, 2005; Boehm: Can
 * Seqlocks Get Along with Programming Language Memory Models?, MSPC 2012): one word in the region
 * that is odd while bytes a reader can reach are changing.
 *
 * <p>Readers write nothing. They read the word, read what they came for, and read the word again:
 * if it is the same even number, no write window was open in between, and what they saw is what was
 * there at one moment. If not, they have seen anything at all and must have followed none of it out
 * of the region.
 *
 * <p>Why that holds:
 *
 * <ul>
 *   <li>A reader that has seen any byte written inside a window, or after one, sees the odd number
 *       of that window or a later one when it looks again. The writer stores the odd number, then a
 *       store fence, then the bytes; the reader loads the bytes, then a load fence, then the word.
 *   <li>A reader that starts from the even number after a window sees every byte written before and
 *       inside it: the number is stored with release and loaded with acquire order.
 * </ul>
 *
 * <p>Writers hold the segment's lock, so they find the word alone and need no atomic increment.
 * They store explicit odd and even numbers. So a window that an Error left open cannot invert what
 * odd and even mean, and the next window closes both.
 *
 * <p>Progress: writers never wait for readers; a reader may fail for as long as writers go on, so
 * it takes the lock after a few tries. The word has 64 bits and does not wrap.
 */
final class SegmentVersion {
    /** A window mostly lasts some tens of nanoseconds. */
    private static final int SPINS = 16;

    private SegmentVersion() {}

    /** The version to read under; odd, so that nothing can be, if a window stays open. */
    static long read(Region region) {
        long version = region.getLongAcquire(VERSION);
        for (int i = 0; i < SPINS && isOdd(version); i++) {
            Thread.onSpinWait();
            version = region.getLongAcquire(VERSION);
        }
        return version;
    }

    static boolean isOdd(long version) {
        return (version & 1) != 0;
    }

    /**
     * Whether all that was read since {@link #read} returned this even number was there at once.
     */
    static boolean isCurrent(Region region, long version) {
        Region.loadFence();
        return region.getLongOpaque(VERSION) == version;
    }

    /** Makes the version odd, also where a window that was never closed has left it odd. */
    static void beginWrite(Region region) {
        region.putLong(VERSION, region.getLong(VERSION) | 1);
        // Nobody may see bytes of the write before the odd version that warns of them.
        Region.storeFence();
    }

    /** Makes the version even, and higher than any before. */
    static void endWrite(Region region) {
        region.putLongRelease(VERSION, (region.getLong(VERSION) | 1) + 1);
    }
}
