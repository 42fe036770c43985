// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.api.MemoryReport;
import java.util.function.ToLongFunction;

/** The parts of the memory report, with the names that all forms of the report use. */
enum MemoryPart {
    INDEX("indexBytes", "index", MemoryReport::indexBytes),
    HEADER("headerBytes", "headers and fixed parts", MemoryReport::headerBytes),
    KEY("keyBytes", "keys", MemoryReport::keyBytes),
    VALUE("valueBytes", "values", MemoryReport::valueBytes),
    ROUNDING("roundingBytes", "rounding", MemoryReport::roundingBytes),
    FREE_CHUNK("freeChunkBytes", "free chunks", MemoryReport::freeChunkBytes),
    FREE_SLAB("freeSlabBytes", "free slabs", MemoryReport::freeSlabBytes),
    UNUSED("unusedBytes", "unused", MemoryReport::unusedBytes);

    private final String key;
    private final String title;
    private final ToLongFunction<MemoryReport> bytes;

    MemoryPart(String key, String title, ToLongFunction<MemoryReport> bytes) {
        this.key = key;
        this.title = title;
        this.bytes = bytes;
    }

    String key() {
        return key;
    }

    String title() {
        return title;
    }

    long of(MemoryReport report) {
        return bytes.applyAsLong(report);
    }
}
