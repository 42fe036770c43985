// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.SEAL;

import io.flagstone.internal.memory.Region;
import java.util.zip.CRC32C;

/**
 * The checksum of a region that is closed. The engine follows the references in a region without a
 * check, so a process that continues a region of another one checks first that no byte has changed.
 *
 * <p>CRC-32C over the region without the word that holds it. Nothing may write to the region
 * meanwhile.
 */
final class SegmentSeal {
    private SegmentSeal() {}

    /** Stores the checksum. */
    static void put(Region region) {
        region.putLong(SEAL, checksum(region));
    }

    /** Returns whether the region has the stored checksum. */
    static boolean isWhole(Region region) {
        return region.getLong(SEAL) == checksum(region);
    }

    private static long checksum(Region region) {
        final CRC32C sum = new CRC32C();
        final int end = SEAL + Long.BYTES;
        region.checksum(sum, 0, SEAL);
        region.checksum(sum, end, region.capacity() - end);
        return sum.getValue();
    }
}
