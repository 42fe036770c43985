// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.VERSION;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;

/**
 * A sequence lock: one word in the region that is odd while bytes that a reader can reach are
 * changing (Lameter: Effective Synchronization on Linux/NUMA Systems, 2005; Boehm: Can Seqlocks Get
 * Along with Programming Language Memory Models?, MSPC 2012).
 *
 * <p>Readers write nothing. They read the word, read the data, and read the word again. If it is
 * the same even number, no write window was open in between, and the data is one consistent state.
 * If not, the data may be anything, and a reader must not have followed any of it out of the
 * region.
 *
 * <p>Why that holds:
 *
 * <ul>
 *   <li>A reader that has seen any byte written inside a window, or after one, sees the odd number
 *       of that window or a later number when it reads the word again. The writer stores the odd
 *       number, then a store fence, then the bytes. The reader loads the bytes, then a load fence,
 *       then the word.
 *   <li>A reader that starts from the even number after a window sees every byte written before and
 *       inside it, because the number is stored with release order and loaded with acquire order.
 * </ul>
 *
 * <p>Writers hold the segment's lock, so no other thread writes the word and they need no atomic
 * increment. They store explicit odd and even numbers. So a window that an Error left open cannot
 * swap the meaning of odd and even, and the next window closes both.
 *
 * <p>Progress: writers never wait for readers. A reader may fail as long as writers continue, so it
 * takes the lock after a few attempts. The word has 64 bits and does not wrap.
 */
final class SegmentVersion {
    /**
     * The number of times to read an odd version before giving up. Most windows last some tens of
     * nanoseconds.
     */
    private static final int SPINS = 16;

    private SegmentVersion() {}

    /**
     * Returns the version to read under. It is odd if a window stays open; then nothing can be
     * read.
     */
    static long read(Region region) {
        long version = region.getLongAcquire(VERSION);
        for (int i = 0; i < SPINS && isOdd(version); i++) {
            Thread.onSpinWait();
            version = region.getLongAcquire(VERSION);
        }
        return version;
    }

    /** Returns the version of the region at an address without waiting for it to be even. */
    static long peek(long region) {
        return Regions.getLongAcquire(region + VERSION);
    }

    static boolean isOdd(long version) {
        return (version & 1) != 0;
    }

    /**
     * Returns whether everything that was read since {@link #read} returned this even number is one
     * consistent state.
     */
    static boolean isCurrent(Region region, long version) {
        Region.loadFence();
        return region.getLongOpaque(VERSION) == version;
    }

    /** Returns the same for the region at an address. */
    static boolean isCurrent(long region, long version) {
        Region.loadFence();
        return Regions.getLongOpaque(region + VERSION) == version;
    }

    /** Makes the version odd. It may be odd already if an Error left a window open. */
    static void beginWrite(Region region) {
        region.putLong(VERSION, region.getLong(VERSION) | 1);
        // No reader may see bytes of the write before the odd version.
        Region.storeFence();
    }

    /** Makes the version even, and higher than any before. */
    static void endWrite(Region region) {
        region.putLongRelease(VERSION, (region.getLong(VERSION) | 1) + 1);
    }
}
