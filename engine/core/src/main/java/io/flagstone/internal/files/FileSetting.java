// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.files;

/** The settings of a cache that its file keeps, because they decide what the regions hold. */
public enum FileSetting {
    MEMORY_BYTES("memoryBytes", SuperblockDescriptor.MEMORY_BYTES),
    SEGMENTS("segments", SuperblockDescriptor.SEGMENTS),
    REGION_BYTES("bytes of a segment", SuperblockDescriptor.REGION_BYTES),
    SLAB_BYTES("slabBytes", SuperblockDescriptor.SLAB_BYTES),
    SLABS("slabs of a segment", SuperblockDescriptor.SLABS),
    BUCKETS("index buckets of a segment", SuperblockDescriptor.BUCKETS),
    MAX_ENTRY_BYTES("maxEntryBytes", SuperblockDescriptor.MAX_ENTRY_BYTES),
    MAX_ENTRIES("maxEntries", SuperblockDescriptor.MAX_ENTRIES),
    EXPECTED_ENTRY_BYTES("expectedEntryBytes", SuperblockDescriptor.EXPECTED_ENTRY_BYTES),
    TICK_NS("tickNs", SuperblockDescriptor.TICK_NS),
    ADMISSION_FILTER("admissionFilter", SuperblockDescriptor.ADMISSION_FILTER),
    SLIDING("expireAfterAccessNs", SuperblockDescriptor.SLIDING),
    EXACT_ORDER("promotionDistance", SuperblockDescriptor.EXACT_ORDER),
    HASH_SEED("hashSeed", SuperblockDescriptor.HASH_SEED);

    final String title;
    final int offset;

    FileSetting(String title, int offset) {
        this.title = title;
        this.offset = offset;
    }

    /** Returns whether caches that differ in this setting have different regions. */
    boolean isDecisive() {
        return switch (this) {
            // These matter only as far as they change the others.
            case MEMORY_BYTES, EXPECTED_ENTRY_BYTES -> false;
            default -> true;
        };
    }

    /** Returns whether caches with these values have different regions, in this respect. */
    boolean differs(long old, long now) {
        return switch (this) {
            // A file without sliding deadlines has none that would be mistaken.
            case SLIDING -> old > now;
            // Entries that were used one after the other may share a place in the inexact order.
            case EXACT_ORDER -> old < now;
            default -> old != now;
        };
    }

    String text(long value) {
        return switch (this) {
            case ADMISSION_FILTER -> value == 0 ? "no" : "yes";
            case EXACT_ORDER -> value == 0 ? "more than 0" : "0";
            case SLIDING -> value == 0 ? "none" : "set";
            // Anyone who knows the seed can choose keys that collide.
            case HASH_SEED -> "another";
            default -> value == Long.MAX_VALUE ? "none" : Long.toString(value);
        };
    }
}
