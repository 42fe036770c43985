// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * What one size class holds, summed over segments.
 *
 * @param chunkBytes the length of its chunks.
 * @param slabs the slabs cut for it.
 * @param entries the entries in its chunks.
 * @param freeChunks the chunks of its slabs that hold no entry.
 * @param tailAge how long ago its least recently used entry was put at the head of its list, in
 *     entries added to the segment since; the largest of all segments, 0 without entries.
 */
public record SizeClassReport(
        int chunkBytes, int slabs, long entries, long freeChunks, long tailAge) {

    /**
     * Sums two reports of one class.
     *
     * @param other what to add.
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
