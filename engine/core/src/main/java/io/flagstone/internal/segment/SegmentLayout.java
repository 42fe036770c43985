// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.expiry.TimingWheel;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.LruLists;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.internal.stripe.StripeMap;
import org.agrona.BitUtil;

/**
 * The division of a region of a given size. It has as many slabs as fit together with an index for
 * the entries that the slabs, or the bound in entries, allow.
 *
 * @param regionBytes the region's length.
 * @param classes the size classes.
 * @param slabs the number of slabs.
 * @param buckets the number of index buckets.
 * @param maxEntries the most entries that the segment may hold.
 * @param offsets where the parts start.
 */
public record SegmentLayout(
        int regionBytes,
        SizeClasses classes,
        int slabs,
        int buckets,
        int maxEntries,
        Offsets offsets) {

    /**
     * The offsets of a region's parts.
     *
     * @param wheel the timing wheel.
     * @param tables the slab tables.
     * @param index the index.
     * @param slabs the first slab.
     * @param window the lists of the admission filter's window, 0 without a filter.
     * @param filter the admission filter, 0 without one.
     * @param stripes the stripes.
     * @param undo the undo areas of the stripes, which are empty if the region is not persistent.
     */
    public record Offsets(
            int wheel,
            int tables,
            int index,
            int slabs,
            int window,
            int filter,
            int stripes,
            int undo) {}

    /** The version of the layout. A region of another version cannot be continued. */
    public static final int VERSION = SegmentDescriptor.LAYOUT_VERSION;

    /** The undo area of a stripe is this part of the region, within the limits below. */
    private static final int UNDO_PART = 2048;

    /** A segment has a stripe for each 256 entries, so this costs at most a byte an entry. */
    private static final int MIN_UNDO_BYTES = 256;

    /** Longer values are not written in place in a persistent segment. */
    private static final int MAX_UNDO_BYTES = 4096;

    /**
     * The length of a region from which a wheel with few levels takes less than a hundredth: 256
     * KiB, less the line that alignment takes.
     */
    private static final int WIDE_WHEEL_REGION_BYTES = (1 << 18) - Region.CACHE_LINE;

    /** No bound in entries. */
    public static final long UNBOUNDED = Long.MAX_VALUE;

    /**
     * Divides a region.
     *
     * @param regionBytes the region's length, a multiple of a cache line.
     * @param classes the size classes; the largest is a slab.
     * @param expectedEntryBytes the bytes of key and value in most entries.
     * @param maxEntries the bound in entries, or {@link #UNBOUNDED}.
     * @param filtered whether there is an admission filter.
     * @param persistent whether the segment outlives its process, so that it needs undo areas.
     * @return the layout with the most slabs; it has none if not even one fits.
     */
    public static SegmentLayout divide(
            int regionBytes,
            SizeClasses classes,
            int expectedEntryBytes,
            long maxEntries,
            boolean filtered,
            boolean persistent) {
        final int slabBytes = classes.slabBytes();
        int slabs = Math.max(0, regionBytes / slabBytes);
        SegmentLayout layout =
                withSlabs(
                        slabs,
                        regionBytes,
                        classes,
                        expectedEntryBytes,
                        maxEntries,
                        filtered,
                        persistent);
        while (slabs > 0 && layout.endOffset() > regionBytes) {
            final long excess = layout.endOffset() - regionBytes;
            // Remove half of what the slabs alone would have to give, because the index shrinks
            // too.
            slabs -= (int) Math.max(1, Math.min(slabs, excess / 2 / slabBytes));
            layout =
                    withSlabs(
                            slabs,
                            regionBytes,
                            classes,
                            expectedEntryBytes,
                            maxEntries,
                            filtered,
                            persistent);
        }
        return layout;
    }

    /**
     * Returns the smallest length of a region with one slab. The lengths of wheel and undo areas
     * grow with the region's, so this starts with the shortest ones until they suit the length.
     */
    public static int leastRegionBytes(
            SizeClasses classes,
            int expectedEntryBytes,
            long maxEntries,
            boolean filtered,
            boolean persistent) {
        long bytes = 0;
        long needed = classes.slabBytes();
        while (needed > bytes) {
            bytes = needed;
            needed =
                    withSlabs(
                                    1,
                                    Math.toIntExact(bytes),
                                    classes,
                                    expectedEntryBytes,
                                    maxEntries,
                                    filtered,
                                    persistent)
                            .endOffset();
        }
        return Math.toIntExact(bytes);
    }

    /**
     * Computes where the parts start. Offsets are added as longs, and an offset beyond an int would
     * be rejected. That cannot happen: at most 2<sup>31</sup> / 48 entries fit the slabs of a
     * region, whatever the bound and the expected size. They need less than 700 MB of index, filter
     * and tables.
     */
    private static SegmentLayout withSlabs(
            int slabs,
            int regionBytes,
            SizeClasses classes,
            int expectedEntryBytes,
            long maxEntries,
            boolean filtered,
            boolean persistent) {
        final long slabSpace = (long) slabs * classes.slabBytes();
        final long expected =
                EntryDescriptor.length(Math.min(Long.BYTES, expectedEntryBytes), 0)
                        + Math.max(0, expectedEntryBytes - Long.BYTES);
        final long fit =
                maxEntries == UNBOUNDED
                        ? slabSpace / BitUtil.align(expected, EntryDescriptor.ALIGNMENT)
                        : Math.min(maxEntries, slabSpace / SizeClasses.MIN_CHUNK_BYTES);
        final int buckets = HashIndex.bucketsFor(fit);
        final long listsLength = LruLists.length(classes.count());
        final long wheelOffset = BitUtil.align(SegmentDescriptor.RECENCY + listsLength, Long.BYTES);
        final long tablesOffset = wheelOffset + TimingWheel.length(wheelBits(regionBytes));
        final long indexOffset =
                BitUtil.align(
                        tablesOffset + SlabAllocator.tablesLength(classes.count(), slabs),
                        Region.CACHE_LINE);
        final int bound = (int) Math.min(maxEntries, HashIndex.capacity(buckets));
        final long indexEnd = indexOffset + (long) buckets * HashIndex.BUCKET_LENGTH;
        final long filterOffset = indexEnd + BitUtil.align(listsLength, Region.CACHE_LINE);
        final long stripesOffset =
                filtered ? filterOffset + AdmissionFilter.length(bound) : indexEnd;
        final int stripes = StripeMap.countFor(bound);
        final long undoOffset = stripesOffset + StripeMap.length(stripes);
        final long slabsOffset =
                undoOffset + (persistent ? (long) stripes * undoBytes(regionBytes) : 0);
        return new SegmentLayout(
                regionBytes,
                classes,
                slabs,
                buckets,
                bound,
                new Offsets(
                        Math.toIntExact(wheelOffset),
                        Math.toIntExact(tablesOffset),
                        Math.toIntExact(indexOffset),
                        Math.toIntExact(slabsOffset),
                        Math.toIntExact(filtered ? indexEnd : 0),
                        Math.toIntExact(filtered ? filterOffset : 0),
                        Math.toIntExact(stripesOffset),
                        Math.toIntExact(undoOffset)));
    }

    /**
     * Returns the length of the undo area of a stripe. It does not depend on the number of stripes,
     * so that the length of all areas grows with the number of slabs.
     */
    private static int undoBytes(int regionBytes) {
        final int part = regionBytes / UNDO_PART & -Region.CACHE_LINE;
        return Math.max(MIN_UNDO_BYTES, Math.min(part, MAX_UNDO_BYTES));
    }

    /** Returns the same division with a bound in entries that is the lower of the two bounds. */
    public SegmentLayout bounded(long entries) {
        return new SegmentLayout(
                regionBytes, classes, slabs, buckets, (int) Math.min(maxEntries, entries), offsets);
    }

    /** Returns the binary logarithm of the number of slots of a level of the timing wheel. */
    public int wheelBits() {
        return wheelBits(regionBytes);
    }

    private static int wheelBits(int regionBytes) {
        return regionBytes < WIDE_WHEEL_REGION_BYTES ? TimingWheel.NARROW : TimingWheel.WIDE;
    }

    /** Returns where the timing wheel starts. */
    public int wheelOffset() {
        return offsets.wheel();
    }

    /** Returns where the slab tables start. */
    public int tablesOffset() {
        return offsets.tables();
    }

    /** Returns where the index starts. */
    public int indexOffset() {
        return offsets.index();
    }

    /** Returns where the first slab starts. */
    public int slabsOffset() {
        return offsets.slabs();
    }

    /** Returns where the lists of the admission filter's window start, 0 without a filter. */
    public int windowOffset() {
        return offsets.window();
    }

    /** Returns where the admission filter starts, 0 without one. */
    public int filterOffset() {
        return offsets.filter();
    }

    /** Returns where the stripes start. */
    public int stripesOffset() {
        return offsets.stripes();
    }

    /** Returns the number of stripes. */
    public int stripes() {
        return (offsets.undo() - offsets.stripes()) / StripeMap.length(1);
    }

    /** Returns where the undo areas start. */
    public int undoOffset() {
        return offsets.undo();
    }

    /** Returns the bytes of the undo area of a stripe, 0 if the region is not persistent. */
    public int undoBytes() {
        return (offsets.slabs() - offsets.undo()) / stripes();
    }

    /** Returns whether the segment outlives its process. */
    public boolean isPersistent() {
        return offsets.slabs() != offsets.undo();
    }

    /** Returns whether there is an admission filter. */
    public boolean isFiltered() {
        return offsets.filter() != 0;
    }

    /**
     * Returns the bytes before the slabs, excluding the index: descriptor, lists' heads, wheel,
     * tables, filter, stripes, undo areas.
     */
    public long fixedBytes() {
        return offsets.slabs() - indexBytes();
    }

    /** Returns the bytes of the index. */
    public long indexBytes() {
        return (long) buckets * HashIndex.BUCKET_LENGTH;
    }

    /** Returns the bytes after the last slab. */
    public long unusedBytes() {
        return regionBytes - endOffset();
    }

    private long endOffset() {
        return offsets.slabs() + (long) slabs * classes.slabBytes();
    }
}
