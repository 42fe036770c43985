// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.stripe;

/**
 * Maps the index hash of a key to its stripe. All segments of a cache have the same layout, so one
 * map serves them all.
 *
 * <p>Immutable; allocates nothing.
 */
public final class StripeMap {
    /** More stripes would only take room in the processors' caches. */
    static final int MAX_STRIPES = 32;

    /** The number of entries for which there is one stripe. Small segments have few. */
    static final int ENTRIES_PER_STRIPE = 256;

    private final int start;
    private final int count;

    /** Creates a map to {@code count} stripes from {@code start}, a multiple of a cache line. */
    public StripeMap(int start, int count) {
        this.start = start;
        this.count = count;
    }

    /** Returns the number of stripes of a segment that may hold this number of entries. */
    public static int countFor(long entries) {
        return (int) Math.max(1, Math.min(MAX_STRIPES, entries / ENTRIES_PER_STRIPE));
    }

    /** Returns the bytes of this number of stripes. */
    public static int length(int count) {
        return count * StripeDescriptor.LENGTH;
    }

    /** Returns the offset of the stripe of an index hash, by multiply-shift. */
    public int of(int indexHash) {
        return ofNumber((int) ((indexHash & 0xFFFF_FFFFL) * count >>> Integer.SIZE));
    }

    /** Returns the number of stripes. */
    public int count() {
        return count;
    }

    /** Returns the offset of a stripe. */
    public int ofNumber(int number) {
        return start + number * StripeDescriptor.LENGTH;
    }

    int number(int stripe) {
        return stripe - start >>> StripeDescriptor.LENGTH_SHIFT;
    }
}
