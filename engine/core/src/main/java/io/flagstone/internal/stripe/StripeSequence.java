// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.stripe;

import static io.flagstone.internal.stripe.StripeDescriptor.SEQUENCE;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;

/**
 * The sequence number of a stripe, for readers that hold no lock: a sequence lock over the values,
 * and the deadlines written with them, of the entries of the stripe.
 *
 * <p>A reader reads the number, then the value, then the number again after a load fence. If it is
 * the same even number, nobody wrote a value of the stripe meanwhile.
 *
 * <p>All methods are static and allocate nothing.
 */
public final class StripeSequence {
    /** The number of times to read an odd number before giving up. */
    private static final int SPINS = 16;

    private StripeSequence() {}

    /** Returns the number to read under. It is odd if a write takes long. */
    public static long read(Region region, int stripe) {
        return readEven(region, stripe + SEQUENCE);
    }

    /**
     * Reads the word of a sequence lock with acquire order. If it is odd, looks again a few times:
     * most writes last some tens of nanoseconds.
     */
    public static long readEven(Region region, int word) {
        long sequence = region.getLongAcquire(word);
        for (int i = 0; i < SPINS && isOdd(sequence); i++) {
            Thread.onSpinWait();
            sequence = region.getLongAcquire(word);
        }
        return sequence;
    }

    /** Returns whether a value of the stripe is being written. */
    public static boolean isOdd(long sequence) {
        return (sequence & 1) != 0;
    }

    /** Returns the number of the stripe at an address without waiting for it to be even. */
    public static long peek(long stripe) {
        return Regions.getLongAcquire(stripe + SEQUENCE);
    }

    /** Returns the number, to compare after a load fence. */
    public static long get(Region region, int stripe) {
        return region.getLongOpaque(stripe + SEQUENCE);
    }

    /** Returns the number of the stripe at an address, to compare after a load fence. */
    public static long get(long stripe) {
        return Regions.getLongOpaque(stripe + SEQUENCE);
    }
}
