// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_BYTES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_CHECKSUM;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_ENTRIES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_GENERATION;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_HEADER_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_IDENTITY;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_NUMBER;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_SEGMENT;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.ORDER;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.PAYLOAD_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.RECORDS_MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.SUPERBLOCK_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTALS_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTALS_MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTAL_BYTES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTAL_CHECKSUM;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTAL_ENTRIES;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes one checkpoint to a file of its own.
 *
 * <p>The order of the changes makes the file whole or unfinished, whenever the machine is lost: all
 * blocks are written and forced; then the superblock, which was zeros, is written and forced; then
 * the directory is forced; then older files are deleted. The file before it stays untouched until
 * then. A writer that is closed before {@link #commit} deletes its file.
 *
 * <p>The entries come segment by segment. {@link #rewind} forgets those of the current segment,
 * whose blocks the next ones overwrite.
 *
 * <p>Not thread-safe.
 */
public final class CheckpointWriter implements Closeable {
    /**
     * The blocks that are written.
     *
     * @param end the position after them.
     * @param blocks their number.
     * @param entries the entries in them.
     * @param bytes the bytes of keys and values in them.
     * @param chain the checksum of their checksums.
     */
    private record Written(long end, long blocks, long entries, long bytes, int chain) {}

    private final CheckpointStorage storage;
    private final CheckpointStorage.Output output;
    private final String name;
    private final long generation;
    private final long identity;
    private final long timeNs;

    /** The block that is being filled: room for its header, then the payload. */
    private final UnsafeBuffer block = new UnsafeBuffer(new byte[0]);

    private final UnsafeBuffer records = new UnsafeBuffer(new byte[0]);
    private int payload;
    private int blockEntries;
    private long blockBytes;
    private int segment;
    private Written written = new Written(SUPERBLOCK_LENGTH, 0, 0, 0, 0);
    private Written atSegment = written;
    private boolean committed;

    private CheckpointWriter(CheckpointStorage storage, long generation, long timeNs)
            throws IOException {
        this.storage = storage;
        this.generation = generation;
        this.name = CheckpointFiles.name(generation);
        this.identity = ThreadLocalRandom.current().nextLong();
        this.timeNs = timeNs;
        this.block.wrap(new byte[BLOCK_HEADER_LENGTH + BLOCK_BYTES]);
        this.output = storage.create(name);
    }

    /**
     * Creates the file of the next generation.
     *
     * @param storage locked for this writer.
     * @param timeNs the wall time of the image, in nanoseconds since 1970.
     */
    public static CheckpointWriter create(CheckpointStorage storage, long timeNs)
            throws IOException {
        final List<Long> generations = CheckpointFiles.generations(storage.names());
        final long newest = generations.isEmpty() ? 0 : generations.get(0);
        return new CheckpointWriter(storage, newest + 1, timeNs);
    }

    /** Begins with the entries of a segment. */
    public void beginSegment(int number) throws IOException {
        flush();
        segment = number;
        atSegment = written;
    }

    /** Forgets the entries that were appended since {@link #beginSegment}. */
    public void rewind() {
        payload = 0;
        blockEntries = 0;
        blockBytes = 0;
        written = atSegment;
    }

    /**
     * Appends records, and writes the blocks that are full.
     *
     * @param bytes whole records, whose checksums are written here.
     */
    public void append(byte[] bytes, int length) throws IOException {
        records.wrap(bytes, 0, length);
        for (int record = 0; record < length; ) {
            final int recordLength = RecordDescriptor.seal(records, record);
            if (payload + recordLength > BLOCK_BYTES) {
                flush();
            }
            makeRoom(recordLength);
            block.putBytes(BLOCK_HEADER_LENGTH + payload, bytes, record, recordLength);
            payload += recordLength;
            blockEntries++;
            blockBytes +=
                    RecordDescriptor.keyLength(records, record)
                            + RecordDescriptor.valueLength(records, record);
            record += recordLength;
        }
    }

    /** Makes room for a record in an empty block if it is longer than others. */
    private void makeRoom(int recordLength) {
        if (block.capacity() < BLOCK_HEADER_LENGTH + payload + recordLength) {
            block.wrap(new byte[BLOCK_HEADER_LENGTH + recordLength]);
        }
    }

    private void flush() throws IOException {
        if (payload == 0) {
            return;
        }
        final int checksum = write(RECORDS_MAGIC);
        written =
                new Written(
                        written.end + BLOCK_HEADER_LENGTH + payload,
                        written.blocks + 1,
                        written.entries + blockEntries,
                        written.bytes + blockBytes,
                        CheckpointDescriptor.chain(written.chain, checksum));
        payload = 0;
        blockEntries = 0;
        blockBytes = 0;
    }

    /** Writes the block, and returns its checksum. */
    private int write(int magic) throws IOException {
        block.setMemory(0, BLOCK_HEADER_LENGTH, (byte) 0);
        block.putInt(BLOCK_MAGIC, magic, ORDER);
        block.putLong(BLOCK_IDENTITY, identity, ORDER);
        block.putLong(BLOCK_GENERATION, generation, ORDER);
        block.putLong(BLOCK_NUMBER, written.blocks, ORDER);
        block.putInt(BLOCK_SEGMENT, segment, ORDER);
        block.putInt(BLOCK_ENTRIES, blockEntries, ORDER);
        block.putInt(PAYLOAD_LENGTH, payload, ORDER);
        final int checksum = CheckpointDescriptor.blockChecksum(block);
        block.putInt(BLOCK_CHECKSUM, checksum, ORDER);
        output.write(
                ByteBuffer.wrap(block.byteArray(), 0, BLOCK_HEADER_LENGTH + payload), written.end);
        return checksum;
    }

    /**
     * Completes the checkpoint, and then deletes all generations but it and the one before it.
     *
     * @return its superblock.
     */
    public Superblock commit() throws IOException {
        flush();
        final Written all = written;
        payload = TOTALS_LENGTH;
        block.setMemory(BLOCK_HEADER_LENGTH, TOTALS_LENGTH, (byte) 0);
        block.putLong(BLOCK_HEADER_LENGTH + TOTAL_ENTRIES, all.entries, ORDER);
        block.putLong(BLOCK_HEADER_LENGTH + TOTAL_BYTES, all.bytes, ORDER);
        block.putInt(BLOCK_HEADER_LENGTH + TOTAL_CHECKSUM, all.chain, ORDER);
        write(TOTALS_MAGIC);
        final long length = all.end + BLOCK_HEADER_LENGTH + TOTALS_LENGTH;
        // An image that was given up may have been longer.
        output.truncate(length);
        output.force();

        final Superblock superblock =
                new Superblock(
                        identity, generation, timeNs, all.entries, all.bytes, all.blocks, length);
        output.write(ByteBuffer.wrap(superblock.encode()), 0);
        output.force();
        storage.force();
        output.close();
        committed = true;
        CheckpointFiles.keepTwo(storage, generation);
        return superblock;
    }

    /** Deletes the file unless it is complete. */
    @Override
    public void close() throws IOException {
        if (!committed) {
            try {
                output.close();
            } finally {
                CheckpointFiles.delete(storage, name);
            }
        }
    }
}
