// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.ArrayList;
import java.util.List;

/**
 * Where every byte of the budget went. The parts, {@code indexBytes} to {@code unusedBytes}, add up
 * to {@code budgetBytes}.
 *
 * @param budgetBytes the budget the cache was built with.
 * @param entries the entries held, those included that are past their deadline and not yet
 *     reclaimed.
 * @param indexBytes the buckets of the index.
 * @param headerBytes entry headers, and the fixed parts of each segment: its descriptor, the tables
 *     of size classes and slabs, the lists' heads and the timing wheel.
 * @param keyBytes the keys held.
 * @param valueBytes the values held.
 * @param roundingBytes padding between key and value and up to the entry's size class.
 * @param freeChunkBytes chunks of slabs in use that hold no entry, and the rest of such slabs that
 *     makes no whole chunk.
 * @param freeSlabBytes slabs that belong to no size class.
 * @param unusedBytes what the layout left over: alignment and less than a slab at the end of each
 *     segment.
 * @param hugePageBytes how much of the budget lies in huge pages, as the operating system says; 0
 *     unless the cache was built to ask for them. Not one of the parts.
 * @param sizeClasses what each size class holds, smallest chunks first.
 */
public record MemoryReport(
        long budgetBytes,
        long entries,
        long indexBytes,
        long headerBytes,
        long keyBytes,
        long valueBytes,
        long roundingBytes,
        long freeChunkBytes,
        long freeSlabBytes,
        long unusedBytes,
        long hugePageBytes,
        List<SizeClassReport> sizeClasses) {

    /** No bytes at all: what sums start from. */
    public static final MemoryReport EMPTY =
            new MemoryReport(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());

    /**
     * What it costs to keep an entry beside its key and value.
     *
     * @return index and headers divided by the entries held, 0 for an empty cache.
     */
    public double bookkeepingBytesPerEntry() {
        return entries == 0 ? 0.0 : (double) (indexBytes + headerBytes) / entries;
    }

    /**
     * The bytes that hold entries or serve to find them.
     *
     * @return the budget less what is free or unused.
     */
    public long usedBytes() {
        return budgetBytes - freeChunkBytes - freeSlabBytes - unusedBytes;
    }

    /**
     * Sums two reports.
     *
     * @param other what to add.
     * @return the sum; allocates.
     */
    public MemoryReport plus(MemoryReport other) {
        return new MemoryReport(
                budgetBytes + other.budgetBytes,
                entries + other.entries,
                indexBytes + other.indexBytes,
                headerBytes + other.headerBytes,
                keyBytes + other.keyBytes,
                valueBytes + other.valueBytes,
                roundingBytes + other.roundingBytes,
                freeChunkBytes + other.freeChunkBytes,
                freeSlabBytes + other.freeSlabBytes,
                unusedBytes + other.unusedBytes,
                hugePageBytes + other.hugePageBytes,
                plus(sizeClasses, other.sizeClasses));
    }

    private static List<SizeClassReport> plus(
            List<SizeClassReport> classes, List<SizeClassReport> others) {
        if (classes.isEmpty() || others.isEmpty()) {
            return classes.isEmpty() ? others : classes;
        }
        final List<SizeClassReport> sums = new ArrayList<>(classes.size());
        for (int i = 0; i < classes.size(); i++) {
            sums.add(classes.get(i).plus(others.get(i)));
        }
        return List.copyOf(sums);
    }
}
