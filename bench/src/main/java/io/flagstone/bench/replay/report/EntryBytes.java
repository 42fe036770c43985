// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import com.google.gson.JsonObject;
import io.flagstone.api.MemoryReport;

/**
 * The memory of a mean entry by part, in bytes.
 *
 * @param key the key, with its padding.
 * @param value the value.
 * @param rounding the bytes by which the chunk is larger than the entry.
 * @param index its share of the index.
 * @param fixed its share of the fixed parts: descriptions of segments, slabs and size classes.
 */
record EntryBytes(double key, double value, double rounding, double index, double fixed) {
    /** The header of an entry. */
    static final double HEADER = 40.0;

    /**
     * Divides the parts of a cache by its entries.
     *
     * @param memory the parts.
     * @return the parts of a mean entry, or null if there are no entries.
     */
    static EntryBytes of(MemoryReport memory) {
        final double entries = memory.entries();
        return entries == 0
                ? null
                : new EntryBytes(
                        memory.keyBytes() / entries,
                        memory.valueBytes() / entries,
                        memory.roundingBytes() / entries,
                        memory.indexBytes() / entries,
                        memory.headerBytes() / entries - HEADER);
    }

    double total() {
        return key + value + HEADER + rounding + index + fixed;
    }

    JsonObject json() {
        final JsonObject parts = new JsonObject();
        parts.addProperty("keyBytes", key);
        parts.addProperty("valueBytes", value);
        parts.addProperty("headerBytes", HEADER);
        parts.addProperty("roundingBytes", rounding);
        parts.addProperty("indexBytes", index);
        parts.addProperty("fixedBytes", fixed);
        parts.addProperty("totalBytes", total());
        return parts;
    }
}
