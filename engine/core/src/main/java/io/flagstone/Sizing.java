// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.SizeSample;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.HugePages;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.RegionAllocator;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabPlan;
import java.util.Map;
import org.agrona.BitUtil;

/**
 * Divides a cache's memory into segments, and each segment into slabs and index, from the settings
 * of the builder and from defaults.
 */
final class Sizing {
    /** The value of a number that was not set. */
    private static final int AUTO = 0;

    private static final int SEGMENTS_PER_CORE = 4;

    /** The default largest value is the largest power of two within a cache's part of this. */
    private static final int MEMORY_PER_VALUE = 64;

    private static final int MAX_VALUE_BYTES = SlabPlan.MAX_AUTO_SLAB_BYTES;

    /** By default, a segment is at least this many times as long as the largest value. */
    private static final int LEAST_VALUES = 16;

    /** If the number of segments is given, a value takes at most this part of a segment. */
    private static final int LEAST_VALUES_GIVEN = 4;

    /** The size below which the fixed parts of a segment take a large share of it. */
    private static final long MIN_SEGMENT_BYTES = 1 << 20;

    private static final long MAX_SEGMENT_BYTES = 1 << 30;
    private static final long MIN_SEGMENT_ENTRIES = 1024;

    /** By default, a slab is about this part of a segment. */
    private static final int SLABS = 128;

    /**
     * The largest entry and a default slab are longer than a power of two by one over this number,
     * so that a value of that power and its header fit.
     */
    private static final int HEADROOM_DIVISOR = 128;

    /** A value of 64 bytes and its key. */
    private static final int DEFAULT_ENTRY_BYTES = 72;

    /** The factor by which the index allows for entries smaller than those of the sample. */
    private static final double SAMPLE_MARGIN = 0.9;

    /**
     * The largest expected entry taken from a sample. An index for this size takes 0.5% of the
     * memory.
     */
    private static final int MAX_SAMPLED_ENTRY_BYTES = 1480;

    private final long memoryBytes;
    private final long maxEntries;
    private final int slabBytes;
    private final SizeSample sample;
    private final boolean filtered;
    private final int entryBytes;
    private final int processors;
    private final int segments;
    private final boolean hugePages;
    private final boolean persistent;
    private final RegionAllocator allocator;

    /**
     * Chooses the values that were not set.
     *
     * @param settings valid settings.
     * @param sample the sample, or null.
     * @param processors the number of processors.
     */
    Sizing(Settings settings, SizeSample sample, int processors) {
        this(settings, sample, processors, null);
    }

    /**
     * Does the same with a number of segments to choose if none is set.
     *
     * @param kept the number, or null for the default.
     */
    Sizing(Settings settings, SizeSample sample, int processors, Integer kept) {
        this.processors = processors;
        this.memoryBytes = settings.number(Parameter.MEMORY_BYTES);
        this.maxEntries = settings.number(Parameter.MAX_ENTRIES);
        final Long slab = settings.number(Parameter.SLAB_BYTES);
        this.slabBytes = slab != null ? slab.intValue() : AUTO;
        this.sample = sample;
        this.filtered = settings.isOn(Parameter.ADMISSION_FILTER);
        final Long expected = settings.number(Parameter.EXPECTED_ENTRY_BYTES);
        this.entryBytes = expected != null ? expected.intValue() : entryBytes();
        final Long count = settings.number(Parameter.SEGMENTS);
        this.segments = count != null ? count.intValue() : kept != null ? kept : defaultSegments();
        this.persistent = !settings.isUnset(Parameter.DIRECTORY);
        this.hugePages = hugePages(settings);
        this.allocator = new RegionAllocator(memoryBytes, this.segments, hugePages);
    }

    /** Unless told otherwise, a cache asks for huge pages where that needs no option. */
    private boolean hugePages(Settings settings) {
        return settings.isUnset(Parameter.HUGE_PAGES)
                ? memoryBytes >= CacheBuilder.MIN_HUGE_BYTES && HugePages.refusal() == null
                : settings.isOn(Parameter.HUGE_PAGES);
    }

    int expectedEntryBytes() {
        return entryBytes;
    }

    /** Returns the bound in entries of the cache. */
    long maxEntries() {
        return maxEntries;
    }

    long memoryBytes() {
        return memoryBytes;
    }

    /** Returns the values in effect of parameters that may be left unset. */
    Map<Parameter, Object> chosen(SegmentLayout layout) {
        return Map.of(
                Parameter.SEGMENTS,
                segments,
                Parameter.SLAB_BYTES,
                layout.classes().slabBytes(),
                Parameter.EXPECTED_ENTRY_BYTES,
                entryBytes,
                Parameter.HUGE_PAGES,
                hugePages);
    }

    /** Returns whether the cache asks for huge pages. */
    boolean hugePages() {
        return hugePages;
    }

    private int entryBytes() {
        if (sample == null) {
            return DEFAULT_ENTRY_BYTES;
        }
        final double mean = sample.meanBytes() * SAMPLE_MARGIN;
        return (int) Math.max(1, Math.min(mean, MAX_SAMPLED_ENTRY_BYTES));
    }

    private int defaultSegments() {
        int count = BitUtil.findNextPositivePowerOfTwo(SEGMENTS_PER_CORE * processors);
        while (count > 1
                && (memoryBytes / count < leastSegmentBytes()
                        || maxEntries / count < MIN_SEGMENT_ENTRIES)) {
            count >>= 1;
        }
        while (count < CacheBuilder.MAX_SEGMENTS && memoryBytes / count > MAX_SEGMENT_BYTES) {
            count <<= 1;
        }
        return count;
    }

    /** Returns the smallest default segment, which has room for many of the largest entries. */
    private long leastSegmentBytes() {
        return sample == null
                ? Math.max(MIN_SEGMENT_BYTES, (long) LEAST_VALUES * largestValue(memoryBytes))
                : Math.max(
                        MIN_SEGMENT_BYTES,
                        MIN_SEGMENT_ENTRIES * SlabPlan.largestLength(sample.counts()));
    }

    int segments() {
        return segments;
    }

    RegionAllocator allocator() {
        return allocator;
    }

    /** Returns the bound in entries of one segment. */
    long maxEntries(int segment) {
        return share(maxEntries, segments, segment);
    }

    /** Returns the share of a segment in a cache's bound in entries. */
    static long share(long maxEntries, int segments, int segment) {
        if (maxEntries == SegmentLayout.UNBOUNDED) {
            return maxEntries;
        }
        return maxEntries / segments + (segment < maxEntries % segments ? 1 : 0);
    }

    /** Returns the layout of the segments with the highest bound in entries. */
    SegmentLayout layout() {
        final int regionBytes = allocator.capacity();
        final SizeClasses classes = classes(regionBytes);
        SegmentLayout layout = divide(regionBytes, classes);
        if (layout.slabs() < classes.longestRun()) {
            // The index takes most of the segment.
            layout = divide(regionBytes, new SizeClasses(classes.slabBytes()));
        }
        return sample != null || slabBytes != AUTO ? layout : stretched(regionBytes, layout);
    }

    private SegmentLayout divide(int regionBytes, SizeClasses classes) {
        return SegmentLayout.divide(
                regionBytes, classes, entryBytes, maxEntries(0), filtered, persistent);
    }

    /**
     * Returns a layout with as many slabs, each longer by its share of the space that would be left
     * over. Longer slabs may have more size classes, whose tables need some of that space.
     */
    private SegmentLayout stretched(int regionBytes, SegmentLayout layout) {
        if (layout.slabs() == 0) {
            return layout;
        }
        final SizeClasses classes = layout.classes();
        final int share = (int) (layout.unusedBytes() / layout.slabs()) & -Region.CACHE_LINE;
        for (int more = share; more > 0; more -= Region.CACHE_LINE) {
            final SegmentLayout longer =
                    divide(
                            regionBytes,
                            new SizeClasses(classes.slabBytes() + more, classes.maxEntryBytes()));
            if (longer.slabs() == layout.slabs()) {
                return longer;
            }
        }
        return layout;
    }

    private SizeClasses classes(int regionBytes) {
        if (sample != null) {
            return SlabPlan.choose(sample.counts(), Math.max(1, regionBytes), slabBytes);
        }
        if (slabBytes != AUTO) {
            return new SizeClasses(slabBytes);
        }
        final long segment = memoryBytes / segments;
        final int largest = power(segment / LEAST_VALUES_GIVEN, largestValue(memoryBytes));
        final int slab = Math.max(largest / SizeClasses.MAX_RUN, power(segment / SLABS, largest));
        return new SizeClasses(withHeadroom(slab), withHeadroom(largest));
    }

    /** Returns the default largest value of a cache, which depends on nothing but its memory. */
    private static int largestValue(long memoryBytes) {
        return power(memoryBytes / MEMORY_PER_VALUE, MAX_VALUE_BYTES);
    }

    /** Returns the largest power of two within a number of bytes, between the limits of a slab. */
    private static int power(long bytes, int most) {
        return (int)
                Math.max(SlabPlan.MIN_AUTO_SLAB_BYTES, Math.min(most, Long.highestOneBit(bytes)));
    }

    private static int withHeadroom(int power) {
        return power + BitUtil.align(power / HEADROOM_DIVISOR, Region.CACHE_LINE);
    }

    /** Adds a problem for each way in which the layout is too small. */
    void checkFit(SegmentLayout layout, ConfigurationCheck check) {
        final SizeClasses classes = layout.classes();
        check.check(
                EntryDescriptor.length(1, entryBytes - 1) <= classes.slabBytes(),
                "expectedEntryBytes and a header must fit slabBytes: expectedEntryBytes="
                        + entryBytes
                        + ", slabBytes="
                        + classes.slabBytes());
        final long leastBytes =
                Region.allocationFor(
                        SegmentLayout.leastRegionBytes(
                                classes, entryBytes, maxEntries(0), filtered, persistent));
        check.check(
                layout.slabs() > 0,
                "memoryBytes must be at least "
                        + leastBytes * segments
                        + " for these segments and slabBytes: memoryBytes="
                        + memoryBytes
                        + ", segments="
                        + segments
                        + ", slabBytes="
                        + classes.slabBytes());
    }
}
