// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * Where every byte of the budget is. The parts, {@link Figure#INDEX_BYTES} to {@link
 * Figure#UNUSED_BYTES}, add up to {@link Figure#BUDGET_BYTES}.
 *
 * <p>Immutable. A new figure is a new constant of {@link Figure}, with its accessor here.
 */
public final class MemoryReport {
    /** The figures. */
    public enum Figure {
        /** Bytes that the cache was built with. */
        BUDGET_BYTES,
        /** Entries held, including those that are past their deadline and not yet reclaimed. */
        ENTRIES,
        /** Bytes of the index's buckets. */
        INDEX_BYTES,
        /**
         * Bytes of entry headers and of the fixed parts of each segment: its descriptor, the tables
         * of size classes and slabs, the lists' heads and the timing wheel.
         */
        HEADER_BYTES,
        /** Bytes of the keys held. */
        KEY_BYTES,
        /** Bytes of the values held. */
        VALUE_BYTES,
        /** Bytes of padding between key and value and up to the entry's size class. */
        ROUNDING_BYTES,
        /**
         * Bytes of chunks that hold no entry in slabs in use, and the rest of such slabs that makes
         * no whole chunk.
         */
        FREE_CHUNK_BYTES,
        /** Bytes of slabs that belong to no size class. */
        FREE_SLAB_BYTES,
        /**
         * Bytes that the layout left over: alignment, and less than a slab at the end of each
         * segment.
         */
        UNUSED_BYTES,
        /**
         * Bytes of the budget that lie in huge pages, according to the operating system; 0 unless
         * the cache was built to ask for them. Not one of the parts.
         */
        HUGE_PAGE_BYTES;

        /**
         * Returns the name of the accessor, for reports.
         *
         * @return in camel case.
         */
        public String accessorName() {
            return AccessorName.of(this);
        }
    }

    /** No bytes at all: the start of a sum. */
    public static final MemoryReport EMPTY = builder().build();

    private final long[] figures;
    private final List<SizeClassReport> sizeClasses;

    private MemoryReport(long[] figures, List<SizeClassReport> sizeClasses) {
        this.figures = figures;
        this.sizeClasses = sizeClasses;
    }

    /**
     * Starts a report, with all figures 0 and no size classes.
     *
     * @return a builder.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects figures by name. Not thread-safe. */
    public static final class Builder {
        private final long[] figures = new long[Figure.values().length];
        private List<SizeClassReport> sizeClasses = List.of();

        private Builder() {}

        /**
         * Sets a figure.
         *
         * @param figure which.
         * @param value bytes, or entries.
         * @return this.
         */
        public Builder set(Figure figure, long value) {
            figures[figure.ordinal()] = value;
            return this;
        }

        /**
         * Sets the size classes.
         *
         * @param classes smallest chunks first.
         * @return this.
         */
        public Builder sizeClasses(List<SizeClassReport> classes) {
            sizeClasses = List.copyOf(classes);
            return this;
        }

        /**
         * Makes the report.
         *
         * @return the figures as they are set now.
         */
        public MemoryReport build() {
            return new MemoryReport(figures.clone(), sizeClasses);
        }
    }

    /**
     * Returns a figure.
     *
     * @param figure which.
     * @return bytes, or entries.
     */
    public long get(Figure figure) {
        return figures[figure.ordinal()];
    }

    /**
     * Returns the bytes that the cache was built with.
     *
     * @return bytes.
     */
    public long budgetBytes() {
        return get(Figure.BUDGET_BYTES);
    }

    /**
     * Returns the entries held, including those that are past their deadline and not yet reclaimed.
     *
     * @return how many.
     */
    public long entries() {
        return get(Figure.ENTRIES);
    }

    /**
     * Returns the bytes of the index's buckets.
     *
     * @return bytes.
     */
    public long indexBytes() {
        return get(Figure.INDEX_BYTES);
    }

    /**
     * Returns the bytes of entry headers and of the fixed parts of each segment: its descriptor,
     * the tables of size classes and slabs, the lists' heads and the timing wheel.
     *
     * @return bytes.
     */
    public long headerBytes() {
        return get(Figure.HEADER_BYTES);
    }

    /**
     * Returns the bytes of the keys held.
     *
     * @return bytes.
     */
    public long keyBytes() {
        return get(Figure.KEY_BYTES);
    }

    /**
     * Returns the bytes of the values held.
     *
     * @return bytes.
     */
    public long valueBytes() {
        return get(Figure.VALUE_BYTES);
    }

    /**
     * Returns the bytes of padding between key and value and up to the entry's size class.
     *
     * @return bytes.
     */
    public long roundingBytes() {
        return get(Figure.ROUNDING_BYTES);
    }

    /**
     * Returns the bytes of chunks that hold no entry in slabs in use, and the rest of such slabs
     * that makes no whole chunk.
     *
     * @return bytes.
     */
    public long freeChunkBytes() {
        return get(Figure.FREE_CHUNK_BYTES);
    }

    /**
     * Returns the bytes of slabs that belong to no size class.
     *
     * @return bytes.
     */
    public long freeSlabBytes() {
        return get(Figure.FREE_SLAB_BYTES);
    }

    /**
     * Returns the bytes that the layout left over: alignment, and less than a slab at the end of
     * each segment.
     *
     * @return bytes.
     */
    public long unusedBytes() {
        return get(Figure.UNUSED_BYTES);
    }

    /**
     * Returns the bytes of the budget that lie in huge pages, according to the operating system; 0
     * unless the cache was built to ask for them. Not one of the parts.
     *
     * @return bytes.
     */
    public long hugePageBytes() {
        return get(Figure.HUGE_PAGE_BYTES);
    }

    /**
     * Returns what each size class holds.
     *
     * @return smallest chunks first.
     */
    public List<SizeClassReport> sizeClasses() {
        return sizeClasses;
    }

    /**
     * Returns the cost of an entry in addition to its key and value.
     *
     * @return index and headers divided by the entries held, 0 for an empty cache.
     */
    public double bookkeepingBytesPerEntry() {
        return entries() == 0 ? 0.0 : (double) (indexBytes() + headerBytes()) / entries();
    }

    /**
     * Returns the bytes that hold entries or serve to find them.
     *
     * @return the budget less what is free or unused.
     */
    public long usedBytes() {
        return budgetBytes() - freeChunkBytes() - freeSlabBytes() - unusedBytes();
    }

    /**
     * Adds another report.
     *
     * @param other what to add; with the same size classes, or none.
     * @return the sums; allocates.
     */
    public MemoryReport plus(MemoryReport other) {
        final long[] sums = figures.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.figures[i];
        }
        return new MemoryReport(sums, plus(sizeClasses, other.sizeClasses));
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

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryReport that
                && Arrays.equals(figures, that.figures)
                && sizeClasses.equals(that.sizeClasses);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(figures) + sizeClasses.hashCode();
    }

    /** Returns the name and the value of each figure, and the size classes. */
    @Override
    public String toString() {
        final StringJoiner text = new StringJoiner(", ", "MemoryReport[", "]");
        for (final Figure figure : Figure.values()) {
            text.add(figure.accessorName() + '=' + get(figure));
        }
        return text.add("sizeClasses=" + sizeClasses).toString();
    }
}
