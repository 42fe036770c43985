// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCKS;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BYTES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BYTE_ORDER;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.ENTRIES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.FILE_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.FORMAT_VERSION;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.GENERATION;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.IDENTITY;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.LITTLE_ENDIAN;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.MAGIC_OFFSET;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.ORDER;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.SUPERBLOCK_CHECKSUM;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.SUPERBLOCK_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TIME;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.VERSION;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The totals of a checkpoint, as its superblock has them.
 *
 * @param identity a random number that all blocks of the file have.
 * @param generation the number in the file's name.
 * @param timeNs the wall time of the image, in nanoseconds since 1970.
 * @param entries the number of entries.
 * @param bytes the bytes of all keys and values.
 * @param blocks the number of blocks with entries.
 * @param fileLength bytes.
 */
public record Superblock(
        long identity,
        long generation,
        long timeNs,
        long entries,
        long bytes,
        long blocks,
        long fileLength) {
    /** The text for a file that was not finished. */
    static final String UNFINISHED = "it was not finished";

    byte[] encode() {
        final byte[] page = new byte[SUPERBLOCK_LENGTH];
        final UnsafeBuffer buffer = new UnsafeBuffer(page);
        buffer.putLong(MAGIC_OFFSET, MAGIC, ORDER);
        buffer.putInt(VERSION, FORMAT_VERSION, ORDER);
        buffer.putInt(BYTE_ORDER, LITTLE_ENDIAN, ORDER);
        buffer.putLong(IDENTITY, identity, ORDER);
        buffer.putLong(GENERATION, generation, ORDER);
        buffer.putLong(TIME, timeNs, ORDER);
        buffer.putLong(ENTRIES, entries, ORDER);
        buffer.putLong(BYTES, bytes, ORDER);
        buffer.putLong(BLOCKS, blocks, ORDER);
        buffer.putLong(FILE_LENGTH, fileLength, ORDER);
        buffer.putInt(SUPERBLOCK_CHECKSUM, checksum(page), ORDER);
        return page;
    }

    private static int checksum(byte[] page) {
        return CheckpointDescriptor.checksum(page, 0, SUPERBLOCK_CHECKSUM);
    }

    /** Returns the text for a page that is not a superblock this version reads, or null. */
    static String problem(byte[] page) {
        if (page.length < SUPERBLOCK_LENGTH) {
            return "it is shorter than a superblock";
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(page);
        final long magic = buffer.getLong(MAGIC_OFFSET, ORDER);
        if (magic == 0) {
            return UNFINISHED;
        }
        if (magic != MAGIC) {
            return "it is not a checkpoint";
        }
        if (buffer.getInt(SUPERBLOCK_CHECKSUM, ORDER) != checksum(page)) {
            return "its superblock is damaged";
        }
        if (buffer.getInt(VERSION, ORDER) != FORMAT_VERSION) {
            return "its format version is "
                    + buffer.getInt(VERSION, ORDER)
                    + ", and this version reads "
                    + FORMAT_VERSION;
        }
        return buffer.getInt(BYTE_ORDER, ORDER) == LITTLE_ENDIAN
                ? null
                : "its writer had another byte order, so its long keys are other bytes";
    }

    /** Reads a page that has no {@link #problem}. */
    static Superblock decode(byte[] page) {
        final UnsafeBuffer buffer = new UnsafeBuffer(page);
        return new Superblock(
                buffer.getLong(IDENTITY, ORDER),
                buffer.getLong(GENERATION, ORDER),
                buffer.getLong(TIME, ORDER),
                buffer.getLong(ENTRIES, ORDER),
                buffer.getLong(BYTES, ORDER),
                buffer.getLong(BLOCKS, ORDER),
                buffer.getLong(FILE_LENGTH, ORDER));
    }
}
