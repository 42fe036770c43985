// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.VERSION;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;
import io.flagstone.internal.stripe.StripeSequence;

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
    private SegmentVersion() {}

    /**
     * Returns the version to read under. It is odd if a window stays open; then nothing can be
     * read.
     */
    static long read(Region region) {
        return StripeSequence.readEven(region, VERSION);
    }

    /**
     * Returns the sum of the version and of the sequence number of a stripe, to read a value under.
     * It is odd if the index or a value of the stripe is being changed for long.
     */
    static long read(Region region, int stripe) {
        return sum(read(region), StripeSequence.read(region, stripe));
    }

    /** Returns the same without waiting, for the addresses of a region and a stripe. */
    static long peek(long region, long stripe) {
        return sum(Regions.getLongAcquire(region + VERSION), StripeSequence.peek(stripe));
    }

    /** Returns the sum of two numbers if both are even, otherwise an odd number. */
    private static long sum(long version, long sequence) {
        return version + sequence | (version | sequence) & 1;
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

    /**
     * Returns the same for an even sum. Neither of its numbers decreases, so it is the same only if
     * both are.
     */
    static boolean isCurrent(Region region, int stripe, long sum) {
        Region.loadFence();
        return region.getLongOpaque(VERSION) + StripeSequence.get(region, stripe) == sum;
    }

    /** Returns the same for the addresses of a region and a stripe. */
    static boolean isCurrent(long region, long stripe, long sum) {
        Region.loadFence();
        return Regions.getLongOpaque(region + VERSION) + StripeSequence.get(stripe) == sum;
    }

    /** Makes the version odd. It may be odd already if an Error left a window open. */
    static void beginWrite(Region region) {
        region.putLong(VERSION, region.getLong(VERSION) | 1);
        // No reader may see bytes of the write before the odd version.
        Region.storeFence();
    }

    /**
     * Stores the version as it is, to have its line for the windows that follow. Otherwise the
     * fence of {@link #beginRemoval} would wait for the line, where another thread had it last.
     */
    static void fetch(Region region) {
        region.putLong(VERSION, region.getLong(VERSION));
    }

    /**
     * Makes the version odd as {@link #beginWrite} does, before an entry leaves the index. An
     * updater takes its stripe and then loads the version. This stores the version, and the caller
     * then looks at the stripe. So one of them sees the other.
     */
    static void beginRemoval(Region region) {
        region.putLong(VERSION, region.getLong(VERSION) | 1);
        Region.fullFence();
    }

    /**
     * Returns whether the version is this even number, for an updater that has just taken its
     * stripe. Volatile order: the load stays after the acquisition of the stripe.
     */
    static boolean isCurrentUnderStripe(Region region, long version) {
        return region.getLongVolatile(VERSION) == version;
    }

    /** Makes the version even, and higher than any before. */
    static void endWrite(Region region) {
        region.putLongRelease(VERSION, (region.getLong(VERSION) | 1) + 1);
    }
}
