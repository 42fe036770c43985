// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The layout of a checkpoint's file: a superblock, blocks of entries, and a block of totals. All
 * numbers are little-endian.
 *
 * <pre>
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  | offset |  bytes | superblock          |                                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  |      0 |      8 | MAGIC_OFFSET        | "FLAGCKPT"                                    |
 *  |      8 |      4 | VERSION             |                                               |
 *  |     12 |      4 | BYTE_ORDER          | of the writer's numbers; 1 if little-endian   |
 *  |     16 |      8 | IDENTITY            | a random number                               |
 *  |     24 |      8 | GENERATION          | as in the file's name                         |
 *  |     32 |      8 | TIME                | of the image, in nanoseconds since 1970       |
 *  |     40 |      8 | ENTRIES             | of all blocks                                 |
 *  |     48 |      8 | BYTES               | of all keys and values                        |
 *  |     56 |      8 | BLOCKS              | without the totals                            |
 *  |     64 |      8 | FILE_LENGTH         |                                               |
 *  |     72 |   4020 | unused              |                                               |
 *  |   4092 |      4 | SUPERBLOCK_CHECKSUM | CRC32C of the bytes before                    |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  |   4096 |        | SUPERBLOCK_LENGTH   | the first block                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  | offset |  bytes | block               |                                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  |      0 |      4 | BLOCK_MAGIC         | "FLGB", "FLGT" for the totals                 |
 *  |      4 |      4 | BLOCK_CHECKSUM      | CRC32C of the block from BLOCK_IDENTITY on    |
 *  |      8 |      8 | BLOCK_IDENTITY      | as in the superblock                          |
 *  |     16 |      8 | BLOCK_GENERATION    | as in the superblock                          |
 *  |     24 |      8 | BLOCK_NUMBER        | from 0                                        |
 *  |     32 |      4 | BLOCK_SEGMENT       | the segment of the entries                    |
 *  |     36 |      4 | BLOCK_ENTRIES       |                                               |
 *  |     40 |      4 | PAYLOAD_LENGTH      | bytes                                         |
 *  |     44 |      4 | unused              |                                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  |     48 |        | BLOCK_HEADER_LENGTH | the payload: records, or totals               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  | offset |  bytes | totals              |                                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  |      0 |      8 | TOTAL_ENTRIES       | as in the superblock                          |
 *  |      8 |      8 | TOTAL_BYTES         | as in the superblock                          |
 *  |     16 |      4 | TOTAL_CHECKSUM      | CRC32C of the checksums of all blocks         |
 *  |     20 |      4 | unused              |                                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 *  |     24 |        | TOTALS_LENGTH       |                                               |
 *  +--------+--------+---------------------+-----------------------------------------------+
 * </pre>
 *
 * <p>A superblock of zeros means that the file was not finished. Identity and generation in each
 * block, the numbers of the blocks, and the checksum of their checksums say that a block belongs to
 * this file and to this place in it.
 */
final class CheckpointDescriptor {
    /** "FLAGCKPT" in ASCII. */
    static final long MAGIC = 0x5450_4B43_4741_4C46L;

    static final int FORMAT_VERSION = 1;

    /** The byte order of a writer whose {@code long} keys are little-endian. */
    static final int LITTLE_ENDIAN = 1;

    /** "FLGB" in ASCII. */
    static final int RECORDS_MAGIC = 0x4247_4C46;

    /** "FLGT" in ASCII. */
    static final int TOTALS_MAGIC = 0x5447_4C46;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION = MAGIC_OFFSET + Long.BYTES;
    static final int BYTE_ORDER = VERSION + Integer.BYTES;
    static final int IDENTITY = BYTE_ORDER + Integer.BYTES;
    static final int GENERATION = IDENTITY + Long.BYTES;
    static final int TIME = GENERATION + Long.BYTES;
    static final int ENTRIES = TIME + Long.BYTES;
    static final int BYTES = ENTRIES + Long.BYTES;
    static final int BLOCKS = BYTES + Long.BYTES;
    static final int FILE_LENGTH = BLOCKS + Long.BYTES;
    static final int SUPERBLOCK_CHECKSUM = MAGIC_OFFSET + 4092;
    static final int SUPERBLOCK_LENGTH = SUPERBLOCK_CHECKSUM + Integer.BYTES;

    static final int BLOCK_MAGIC = 0;
    static final int BLOCK_CHECKSUM = BLOCK_MAGIC + Integer.BYTES;
    static final int BLOCK_IDENTITY = BLOCK_CHECKSUM + Integer.BYTES;
    static final int BLOCK_GENERATION = BLOCK_IDENTITY + Long.BYTES;
    static final int BLOCK_NUMBER = BLOCK_GENERATION + Long.BYTES;
    static final int BLOCK_SEGMENT = BLOCK_NUMBER + Long.BYTES;
    static final int BLOCK_ENTRIES = BLOCK_SEGMENT + Integer.BYTES;
    static final int PAYLOAD_LENGTH = BLOCK_ENTRIES + Integer.BYTES;
    static final int BLOCK_HEADER_LENGTH = BLOCK_MAGIC + 48;

    static final int TOTAL_ENTRIES = 0;
    static final int TOTAL_BYTES = TOTAL_ENTRIES + Long.BYTES;
    static final int TOTAL_CHECKSUM = TOTAL_BYTES + Long.BYTES;
    static final int TOTALS_LENGTH = TOTAL_ENTRIES + 24;

    /** The payload that a block is filled to, unless one record is longer. */
    static final int BLOCK_BYTES = 256 << 10;

    /** The longest payload. */
    static final int MAX_PAYLOAD_LENGTH = Math.max(BLOCK_BYTES, RecordDescriptor.MAX_LENGTH);

    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private CheckpointDescriptor() {}

    static int checksum(byte[] bytes, int offset, int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /** Returns the checksum of a block, header and payload. */
    static int blockChecksum(UnsafeBuffer block) {
        return checksum(
                block.byteArray(),
                BLOCK_IDENTITY,
                BLOCK_HEADER_LENGTH + block.getInt(PAYLOAD_LENGTH, ORDER) - BLOCK_IDENTITY);
    }

    /** Returns the checksum of a sequence of blocks with one more block. */
    static int chain(int before, int checksum) {
        final CRC32C crc = new CRC32C();
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            crc.update(before >>> shift);
            crc.update(checksum >>> shift);
        }
        return (int) crc.getValue();
    }
}
