// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeClassReport;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SizeClasses;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Reads a segment's state for people: counts, the use of memory, and the structural audit. */
final class SegmentReports {
    private SegmentReports() {}

    /** What is counted under the lock; readers' counts are the cache's. */
    static CacheStatistics statistics(Region region, long contentions) {
        return new CacheStatistics(
                0,
                0,
                region.getLong(SegmentDescriptor.INSERTIONS),
                region.getLong(SegmentDescriptor.REPLACEMENTS),
                region.getLong(SegmentDescriptor.BOUND_EVICTIONS),
                region.getLong(SegmentDescriptor.ROOM_EVICTIONS),
                region.getLong(SegmentDescriptor.SLAB_EVICTIONS),
                region.getLong(SegmentDescriptor.EXPIRATIONS),
                region.getLong(SegmentDescriptor.REMOVALS),
                region.getLong(SegmentDescriptor.PROMOTIONS),
                0,
                0,
                contentions,
                region.getLong(SegmentDescriptor.MOVES),
                region.getLong(SegmentDescriptor.SLAB_REASSIGNMENTS),
                region.getLong(SegmentDescriptor.SEGMENT_RESETS),
                region.getLong(SegmentDescriptor.RESET_ENTRIES));
    }

    static MemoryReport memory(Region region, SegmentLayout layout, LiveEntries entries) {
        final SizeClasses classes = layout.classes();
        long chunkBytes = 0;
        long freeChunkBytes = 0;
        for (int c = 0; c < classes.count(); c++) {
            chunkBytes += (long) entries.slabs.live(c) * classes.chunkBytes(c);
            freeChunkBytes += entries.slabs.freeBytes(c);
        }
        final long headers = entries.count() * EntryDescriptor.HEADER_LENGTH;
        final long keyBytes = region.getLong(SegmentDescriptor.KEY_BYTES);
        final long valueBytes = region.getLong(SegmentDescriptor.VALUE_BYTES);
        final long slabBytes = (long) layout.slabs() * classes.maxChunkBytes();
        return new MemoryReport(
                region.capacity(),
                entries.count(),
                layout.indexBytes(),
                layout.fixedBytes() + headers,
                keyBytes,
                valueBytes,
                chunkBytes - headers - keyBytes - valueBytes,
                freeChunkBytes,
                (long) entries.slabs.pooledSlabs() * classes.maxChunkBytes(),
                region.capacity() - layout.fixedBytes() - layout.indexBytes() - slabBytes,
                0,
                sizeClasses(classes, entries));
    }

    private static List<SizeClassReport> sizeClasses(SizeClasses classes, LiveEntries entries) {
        final List<SizeClassReport> reports = new ArrayList<>(classes.count());
        for (int c = 0; c < classes.count(); c++) {
            reports.add(
                    new SizeClassReport(
                            classes.chunkBytes(c),
                            entries.slabs.slabs(c),
                            entries.slabs.live(c),
                            entries.slabs.freeChunks(c),
                            entries.order.size(c) == 0 ? 0 : entries.order.lastAge(c)));
        }
        return reports;
    }

    static AuditResult audit(Region region, SegmentConfig config, LiveEntries entries) {
        try {
            check(
                    (region.getLong(SegmentDescriptor.VERSION) & 1) == 0
                            && ChangeMark.get(region) == ChangeMark.NONE,
                    "the version is odd or the change mark set: a write did not finish");
            final BitSet live = entries.slabs.audit();
            final BitSet indexed = new BitSet();
            entries.index.audit(
                    config.hash(),
                    entry -> {
                        check(
                                live.get(entry >>> 3) && !indexed.get(entry >>> 3),
                                "the index refers to %d, which is no entry or twice",
                                entry);
                        indexed.set(entry >>> 3);
                    });
            final int found = indexed.cardinality();
            check(
                    found == live.cardinality() && found == entries.count(),
                    "counted %d entries, %d in the index, %d live chunks",
                    entries.count(),
                    found,
                    live.cardinality());
            check(
                    found <= config.layout().maxEntries(),
                    "%d entries exceed the bound of %d",
                    found,
                    config.layout().maxEntries());
            entries.order.audit(live);
            entries.wheel.audit(live);
            auditBytes(region, config.layout().classes(), live);
            return new AuditResult(true, "", found);
        } catch (final IllegalStateException | IndexOutOfBoundsException e) {
            return new AuditResult(false, e.getMessage(), entries.count());
        }
    }

    private static void auditBytes(Region region, SizeClasses classes, BitSet live) {
        long keyBytes = 0;
        long valueBytes = 0;
        for (int bit = live.nextSetBit(0); bit >= 0; bit = live.nextSetBit(bit + 1)) {
            final int entry = bit << 3;
            final int keyLength = EntryDescriptor.keyLength(region, entry);
            final int valueLength = EntryDescriptor.valueLength(region, entry);
            final int chunk = classes.chunkBytes(EntryDescriptor.sizeClass(region, entry));
            check(
                    keyLength > 0 && EntryDescriptor.length(keyLength, valueLength) <= chunk,
                    "entry %d: key of %d and value of %d bytes in a chunk of %d",
                    entry,
                    keyLength,
                    valueLength,
                    chunk);
            keyBytes += keyLength;
            valueBytes += valueLength;
        }
        check(
                keyBytes == region.getLong(SegmentDescriptor.KEY_BYTES)
                        && valueBytes == region.getLong(SegmentDescriptor.VALUE_BYTES),
                "the entries' bytes, %d of keys and %d of values, are not those accounted",
                keyBytes,
                valueBytes);
    }

    private static void check(boolean holds, String finding, Object... args) {
        Invariant.check("entries", holds, finding, args);
    }
}
