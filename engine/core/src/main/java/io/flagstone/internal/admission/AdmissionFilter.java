// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.admission;

import static io.flagstone.internal.admission.FilterDescriptor.AGING_CREDIT;
import static io.flagstone.internal.admission.FilterDescriptor.AGING_CURSOR;
import static io.flagstone.internal.admission.FilterDescriptor.FINGERPRINT_SHIFT;
import static io.flagstone.internal.admission.FilterDescriptor.HEADER_LENGTH;
import static io.flagstone.internal.admission.FilterDescriptor.NUMBER_BITS;
import static io.flagstone.internal.admission.FilterDescriptor.REJECTIONS;
import static io.flagstone.internal.admission.FilterDescriptor.REJECTION_LENGTH;
import static io.flagstone.internal.admission.FilterDescriptor.SHARE;

import io.flagstone.internal.memory.Region;

/**
 * Decides which of two entries stays, and which share of a segment is the window for new entries.
 *
 * <p>Every new entry enters the window. The least recently used entry of the window replaces the
 * least recently used entry outside it if its key was used more often lately (Einziger, Friedman,
 * Manes: TinyLFU, ACM Transactions on Storage 2017). Otherwise it is rejected.
 *
 * <p>The window's share adapts. If a rejected key arrives again soon, a window larger by an eighth
 * would have kept it, so the share grows. If a hit is on the oldest eighth of the entries outside
 * the window, a larger window would have cost that hit, so the share shrinks. This compares the
 * marginal gains of both sides, like the ghost lists of ARC (Megiddo, Modha: ARC, FAST 2003). A
 * table keeps fingerprints of rejected keys.
 *
 * <p>The sketch ages one block at a time, every so many arrivals. A pass over the sketch takes
 * {@value #AGING_PERIOD} times as many arrivals as there are entries, and no call takes long.
 *
 * <p>Guarded by the segment's lock, except the sketch. Allocates nothing.
 */
public final class AdmissionFilter {
    /** The share of a window that is the whole segment. */
    public static final int ONE = 1 << 16;

    /** Hits and rejections count as late within this part of the entries. */
    public static final int LATE_DIVISOR = 8;

    private static final int LEAST_SHARE = ONE / 100;
    private static final int FIRST_SHARE = ONE / 2;

    /** Arrivals, as a multiple of the entries, per halving of every counter. */
    private static final int AGING_PERIOD = 5;

    private static final int NUMBER_MASK = (1 << NUMBER_BITS) - 1;
    private static final int MAX_LATE = 1 << NUMBER_BITS - 1;
    private static final int SLOT_FACTOR = 0x85EB_CA6B;

    private final Region region;
    private final int start;
    private final int agingPrice;
    private final FrequencySketch sketch;
    private final int rejections;
    private final int rejectionSlots;

    /**
     * Creates a filter over memory that is laid out or will be, by {@link #layOut}.
     *
     * @param start where the memory starts, a multiple of a cache line.
     */
    public AdmissionFilter(Region region, int start, int maxEntries) {
        this.region = region;
        this.start = start;
        this.agingPrice = (int) Math.min(Integer.MAX_VALUE, (long) AGING_PERIOD * maxEntries);
        this.sketch =
                new FrequencySketch(start + HEADER_LENGTH, FilterDescriptor.blocks(maxEntries));
        this.rejections = start + HEADER_LENGTH + sketch.blocks() * FilterDescriptor.BLOCK_LENGTH;
        this.rejectionSlots = FilterDescriptor.rejections(maxEntries);
    }

    /** Sets the initial share of the window. The memory must be zeroed. */
    public void layOut() {
        region.putInt(start + SHARE, FIRST_SHARE);
    }

    /** Forgets all keys. */
    public void restart() {
        region.zero(start, rejections - start + rejectionSlots * REJECTION_LENGTH);
        layOut();
    }

    /** Returns the bytes of a filter for {@code maxEntries}, a multiple of a cache line. */
    public static int length(int maxEntries) {
        return FilterDescriptor.length(maxEntries);
    }

    /** Returns the sketch, for all segments with the same layout. */
    public FrequencySketch sketch() {
        return sketch;
    }

    /** Returns how many of {@code entries} may be in the window, at least one. */
    public int windowOf(int entries) {
        return Math.max(1, (int) ((long) entries * region.getInt(start + SHARE) >>> 16));
    }

    /** Returns whether one key was used more often lately than another, by their index hashes. */
    public boolean isUsedMore(int indexHash, int otherHash) {
        return sketch.frequency(region, indexHash) > sketch.frequency(region, otherHash);
    }

    /** Records a key that enters the window of a segment with {@code entries} entries. */
    public void arrived(int indexHash, long entries) {
        sketch.increment(region, indexHash);
        age();
        final int slot = slot(indexHash);
        final int rejection = region.getInt(slot);
        final long late = Math.min(MAX_LATE, entries / LATE_DIVISOR);
        final int since = region.getInt(start + REJECTIONS) - rejection & NUMBER_MASK;
        if (rejection >>> FINGERPRINT_SHIFT == fingerprint(indexHash) && since <= late) {
            region.putInt(slot, 0);
            addShare(step(entries));
        }
    }

    /** Records a key that was rejected. */
    public void rejected(int indexHash) {
        final int number = region.addInt(start + REJECTIONS, 1) & NUMBER_MASK;
        region.putInt(slot(indexHash), fingerprint(indexHash) << FINGERPRINT_SHIFT | number);
    }

    /** Records a hit on one of the oldest entries outside the window. */
    public void hitLate(long entries) {
        addShare(-step(entries));
    }

    private static int step(long entries) {
        return (int) Math.max(1, ONE / Math.max(1, entries));
    }

    private void addShare(int delta) {
        final int share = region.getInt(start + SHARE) + delta;
        region.putInt(start + SHARE, Math.max(LEAST_SHARE, Math.min(ONE, share)));
    }

    private void age() {
        long credit = (long) region.getInt(start + AGING_CREDIT) + sketch.blocks();
        if (credit >= agingPrice) {
            credit -= agingPrice;
            final int cursor = region.getInt(start + AGING_CURSOR);
            sketch.age(region, cursor);
            region.putInt(start + AGING_CURSOR, cursor + 1 == sketch.blocks() ? 0 : cursor + 1);
        }
        region.putInt(start + AGING_CREDIT, (int) credit);
    }

    private int slot(int indexHash) {
        final int mixed = (indexHash ^ indexHash >>> 15) * SLOT_FACTOR;
        final long slot = (mixed & 0xFFFF_FFFFL) * rejectionSlots >>> 32;
        return rejections + (int) slot * REJECTION_LENGTH;
    }

    private static int fingerprint(int indexHash) {
        return indexHash & (1 << Integer.SIZE - FINGERPRINT_SHIFT) - 1 | 1;
    }
}
