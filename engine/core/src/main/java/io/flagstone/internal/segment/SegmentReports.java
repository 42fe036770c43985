// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.CacheStatistics.Counter;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.MemoryReport.Figure;
import io.flagstone.api.SizeClassReport;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabAudit;
import io.flagstone.internal.stripe.Stripes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Reports on a segment: its counts, the use of its memory, and the structural audit. */
final class SegmentReports {
    /** The offsets of the counters that the segment counts under its lock. */
    private static final Map<Counter, Integer> OFFSETS =
            new EnumMap<>(
                    Map.ofEntries(
                            Map.entry(Counter.INSERTIONS, SegmentDescriptor.INSERTIONS),
                            Map.entry(Counter.BOUND_EVICTIONS, SegmentDescriptor.BOUND_EVICTIONS),
                            Map.entry(Counter.ROOM_EVICTIONS, SegmentDescriptor.ROOM_EVICTIONS),
                            Map.entry(Counter.SLAB_EVICTIONS, SegmentDescriptor.SLAB_EVICTIONS),
                            Map.entry(Counter.EXPIRATIONS, SegmentDescriptor.EXPIRATIONS),
                            Map.entry(Counter.REMOVALS, SegmentDescriptor.REMOVALS),
                            Map.entry(Counter.PROMOTIONS, SegmentDescriptor.PROMOTIONS),
                            Map.entry(Counter.MOVES, SegmentDescriptor.MOVES),
                            Map.entry(
                                    Counter.SLAB_REASSIGNMENTS,
                                    SegmentDescriptor.SLAB_REASSIGNMENTS),
                            Map.entry(Counter.SEGMENT_RESETS, SegmentDescriptor.SEGMENT_RESETS),
                            Map.entry(Counter.RESET_ENTRIES, SegmentDescriptor.RESET_ENTRIES)));

    private SegmentReports() {}

    /** Returns the counts made under the lock. The counts of reads belong to the cache. */
    static CacheStatistics statistics(Region region, long contentions, Stripes stripes) {
        final CacheStatistics.Builder counts = CacheStatistics.builder();
        OFFSETS.forEach((counter, offset) -> counts.set(counter, region.getLong(offset)));
        counts.set(
                Counter.REPLACEMENTS,
                region.getLong(SegmentDescriptor.REPLACEMENTS) + stripes.writes());
        return counts.set(Counter.LOCK_CONTENTIONS, contentions).build();
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
        final long slabBytes = (long) layout.slabs() * classes.slabBytes();
        return MemoryReport.builder()
                .set(Figure.BUDGET_BYTES, region.capacity())
                .set(Figure.ENTRIES, entries.count())
                .set(Figure.INDEX_BYTES, layout.indexBytes())
                .set(Figure.HEADER_BYTES, layout.fixedBytes() + headers)
                .set(Figure.KEY_BYTES, keyBytes)
                .set(Figure.VALUE_BYTES, valueBytes)
                .set(Figure.ROUNDING_BYTES, chunkBytes - headers - keyBytes - valueBytes)
                .set(Figure.FREE_CHUNK_BYTES, freeChunkBytes)
                .set(
                        Figure.FREE_SLAB_BYTES,
                        (long) entries.slabs.pooledSlabs() * classes.slabBytes())
                .set(
                        Figure.UNUSED_BYTES,
                        region.capacity() - layout.fixedBytes() - layout.indexBytes() - slabBytes)
                .sizeClasses(sizeClasses(classes, entries))
                .build();
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
                    "the version is odd or the change mark is set: a write did not finish");
            final BitSet live = SlabAudit.of(entries.slabs);
            final BitSet indexed = new BitSet();
            entries.index.audit(
                    config.hash(),
                    entry -> {
                        check(
                                live.get(entry >>> 3) && !indexed.get(entry >>> 3),
                                "the index refers to %d, which is not an entry or is in the index"
                                        + " twice",
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
            entries.stripes.audit();
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
                    EntryDescriptor.fits(keyLength, valueLength, chunk),
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
                "the entries have %d bytes of keys and %d of values, which differ from the counts",
                keyBytes,
                valueBytes);
    }

    private static void check(boolean holds, String finding, Object... args) {
        Invariant.check("entries", holds, finding, args);
    }
}
