// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * The contents of one size class, summed over segments.
 *
 * @param chunkBytes the length of its chunks in bytes.
 * @param slabs the number of its slabs.
 * @param entries the number of entries in its chunks.
 * @param freeChunks the number of its chunks that hold no entry.
 * @param tailAge the number of entries added to the segment since the least recently used entry was
 *     put at the head of its list. The largest of all segments; 0 without entries.
 */
public record SizeClassReport(
        int chunkBytes, int slabs, long entries, long freeChunks, long tailAge) {

    /**
     * Adds two reports of the same size class.
     *
     * @param other the report to add.
     * @return the sum; allocates one record.
     */
    public SizeClassReport plus(SizeClassReport other) {
        return new SizeClassReport(
                chunkBytes,
                slabs + other.slabs,
                entries + other.entries,
                freeChunks + other.freeChunks,
                Math.max(tailAge, other.tailAge));
    }
}
