// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_CHECKSUM;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_ENTRIES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_GENERATION;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_HEADER_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_IDENTITY;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.BLOCK_NUMBER;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.MAX_PAYLOAD_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.ORDER;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.PAYLOAD_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.RECORDS_MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.SUPERBLOCK_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTALS_LENGTH;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTALS_MAGIC;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTAL_BYTES;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTAL_CHECKSUM;
import static io.flagstone.internal.checkpoint.CheckpointDescriptor.TOTAL_ENTRIES;
import static io.flagstone.internal.checkpoint.RecordDescriptor.MIN_LENGTH;
import static io.flagstone.internal.checkpoint.RecordDescriptor.RECORD_HEADER_LENGTH;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.agrona.collections.LongLongConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one checkpoint: first all of it, to check every block, and then entry by entry from the
 * least to the most recently used one.
 *
 * <p>No number of the file is believed before it is checked. A length is held against the bytes
 * that the file still has, so a forged one takes no memory. Every record is checked again when it
 * is read for the second time, because the file may have changed meanwhile.
 *
 * <p>Takes eight bytes of heap for each entry, and the length of the longest block. The eight bytes
 * have the position in their low bits and the order in the others; in a file of 1 TiB, orders that
 * are further apart than 2<sup>25</sup> insertions count as equal.
 *
 * <p>Not thread-safe.
 */
public final class CheckpointReader implements Closeable {
    private static final int POSITION_SHIFT = 3;
    private static final int MAX_ENTRIES = Integer.MAX_VALUE - 8;
    private static final int MIN_READ_BYTES = 512;
    private static final int MAX_READ_AHEAD_BYTES = 64 << 10;

    private final FileChannel channel;
    private final LongLongConsumer consumer;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[SUPERBLOCK_LENGTH]);
    private final long length;
    private final Superblock superblock;

    /** The order and the position of each entry, in one number. */
    private final long[] entries;

    private final int positionBits;
    private final int readBytes;
    private int next;

    private CheckpointReader(FileChannel channel, LongLongConsumer consumer) throws IOException {
        this.channel = channel;
        this.consumer = consumer;
        this.length = channel.size();
        this.positionBits = Long.SIZE - Long.numberOfLeadingZeros(length >>> POSITION_SHIFT);
        this.superblock = readSuperblock();
        this.entries = new long[(int) superblock.entries()];
        readBlocks();
        Arrays.sort(entries);
        final long mean = length / Math.max(1, entries.length);
        this.readBytes =
                (int) Math.max(MIN_READ_BYTES, Math.min(MAX_READ_AHEAD_BYTES, mean + mean / 2));
        reserve(readBytes);
    }

    /**
     * Opens a file and checks all of it.
     *
     * @throws DamagedCheckpointException if it is not a whole checkpoint.
     */
    public static CheckpointReader open(Path file) throws IOException {
        return open(file, (deadlineNs, order) -> {});
    }

    /**
     * Does the same, and tells of each entry, in the order of the file. The file may turn out to be
     * damaged after that.
     *
     * @param consumer receives the deadline in nanoseconds since 1970, or {@link
     *     RecordDescriptor#NO_DEADLINE}, and the place in the order of use: 0 for the moment of the
     *     image, less for earlier uses.
     * @throws DamagedCheckpointException if it is not a whole checkpoint.
     */
    public static CheckpointReader open(Path file, LongLongConsumer consumer) throws IOException {
        final FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        CheckpointReader reader = null;
        try {
            reader = new CheckpointReader(channel, consumer);
            return reader;
        } finally {
            if (reader == null) {
                channel.close();
            }
        }
    }

    /** Returns the totals. */
    public Superblock superblock() {
        return superblock;
    }

    private Superblock readSuperblock() throws IOException {
        final byte[] page = buffer.byteArray();
        check(read(0, SUPERBLOCK_LENGTH) == SUPERBLOCK_LENGTH, "it is shorter than a superblock");
        final String problem = Superblock.problem(page);
        check(problem == null, problem);
        final Superblock read = Superblock.decode(page);
        check(
                read.fileLength() == length,
                "it has " + length + " bytes instead of " + read.fileLength());
        check(
                read.entries() >= 0
                        && read.entries() <= length / MIN_LENGTH
                        && read.entries() <= MAX_ENTRIES,
                "it cannot have " + read.entries() + " entries");
        return read;
    }

    private void readBlocks() throws IOException {
        long position = SUPERBLOCK_LENGTH;
        long number = 0;
        long bytes = 0;
        int count = 0;
        int chain = 0;
        while (readBlock(position, number)) {
            final int payload = buffer.getInt(PAYLOAD_LENGTH, ORDER);
            final int blockEntries = buffer.getInt(BLOCK_ENTRIES, ORDER);
            int record = BLOCK_HEADER_LENGTH;
            for (int i = 0; i < blockEntries; i++) {
                check(count < entries.length, "it has more entries than its superblock says");
                final int recordLength = checkRecord(record, BLOCK_HEADER_LENGTH + payload);
                final long order = RecordDescriptor.order(buffer, record);
                entries[count++] = place(position + record, order);
                consumer.accept(RecordDescriptor.deadline(buffer, record), order);
                bytes +=
                        RecordDescriptor.keyLength(buffer, record)
                                + RecordDescriptor.valueLength(buffer, record);
                record += recordLength;
            }
            check(
                    record == BLOCK_HEADER_LENGTH + payload,
                    "block " + number + " has bytes after its entries");
            chain = CheckpointDescriptor.chain(chain, buffer.getInt(BLOCK_CHECKSUM, ORDER));
            position += record;
            number++;
        }
        check(
                position + BLOCK_HEADER_LENGTH + TOTALS_LENGTH == length
                        && buffer.getInt(PAYLOAD_LENGTH, ORDER) == TOTALS_LENGTH
                        && number == superblock.blocks()
                        && count == superblock.entries()
                        && bytes == superblock.bytes()
                        && buffer.getLong(BLOCK_HEADER_LENGTH + TOTAL_ENTRIES, ORDER) == count
                        && buffer.getLong(BLOCK_HEADER_LENGTH + TOTAL_BYTES, ORDER) == bytes
                        && buffer.getInt(BLOCK_HEADER_LENGTH + TOTAL_CHECKSUM, ORDER) == chain,
                "its totals do not agree with its blocks");
    }

    /**
     * Reads a block into the buffer and checks it.
     *
     * @return whether it has entries; otherwise it has the totals.
     */
    private boolean readBlock(long position, long number) throws IOException {
        final String block = "block " + number;
        check(
                length - position >= BLOCK_HEADER_LENGTH
                        && read(position, BLOCK_HEADER_LENGTH) == BLOCK_HEADER_LENGTH,
                block + " is missing");
        final int magic = buffer.getInt(BLOCK_MAGIC, ORDER);
        final int payload = buffer.getInt(PAYLOAD_LENGTH, ORDER);
        check(
                (magic == RECORDS_MAGIC || magic == TOTALS_MAGIC)
                        && payload >= 0
                        && payload <= MAX_PAYLOAD_LENGTH
                        && payload <= length - position - BLOCK_HEADER_LENGTH,
                block + " is damaged");
        final int blockLength = BLOCK_HEADER_LENGTH + payload;
        reserve(blockLength);
        check(read(position, blockLength) == blockLength, block + " is missing");
        // The block was read again, and its length with it.
        check(
                buffer.getInt(PAYLOAD_LENGTH, ORDER) == payload
                        && buffer.getInt(BLOCK_MAGIC, ORDER) == magic
                        && buffer.getInt(BLOCK_CHECKSUM, ORDER)
                                == CheckpointDescriptor.blockChecksum(buffer),
                block + " is damaged");
        check(
                buffer.getLong(BLOCK_IDENTITY, ORDER) == superblock.identity()
                        && buffer.getLong(BLOCK_GENERATION, ORDER) == superblock.generation()
                        && buffer.getLong(BLOCK_NUMBER, ORDER) == number,
                block + " is another checkpoint's");
        return magic == RECORDS_MAGIC;
    }

    private int checkRecord(int record, int end) throws IOException {
        check(end - record >= RECORD_HEADER_LENGTH, "an entry ends outside its block");
        final int recordLength = RecordDescriptor.checkedLength(buffer, record);
        check(recordLength >= 0 && recordLength <= end - record, "an entry ends outside its block");
        check(RecordDescriptor.isIntact(buffer, record), "an entry is damaged");
        return recordLength;
    }

    /** Returns order and position in one number, which sorts by the order. */
    private long place(long position, long order) {
        final int orderBits = Long.SIZE - positionBits;
        final long most = Long.MAX_VALUE >> positionBits;
        final long least = Long.MIN_VALUE >> positionBits;
        assert orderBits > 0;
        return Math.max(least, Math.min(most, order)) << positionBits | position >>> POSITION_SHIFT;
    }

    /**
     * Reads the next entry in the order of use.
     *
     * @return false after the last one.
     * @throws DamagedCheckpointException if the file has changed since it was opened.
     */
    public boolean next(StoredRecord into) throws IOException {
        if (next == entries.length) {
            return false;
        }
        final long position = (entries[next++] & (1L << positionBits) - 1) << POSITION_SHIFT;
        int available = read(position, readBytes);
        check(available >= RECORD_HEADER_LENGTH, "it has changed while it was read");
        final int recordLength = RecordDescriptor.checkedLength(buffer, 0);
        check(
                recordLength >= 0 && recordLength <= length - position,
                "it has changed while it was read");
        if (recordLength > available) {
            reserve(recordLength);
            available = read(position, recordLength);
        }
        check(
                available >= recordLength
                        && RecordDescriptor.checkedLength(buffer, 0) == recordLength
                        && RecordDescriptor.isIntact(buffer, 0),
                "it has changed while it was read");
        into.wrap(buffer, 0);
        return true;
    }

    private void reserve(int bytes) {
        if (buffer.capacity() < bytes) {
            buffer.wrap(new byte[bytes]);
        }
    }

    /** Reads bytes into the buffer. Returns fewer at the end of the file. */
    private int read(long position, int bytes) throws IOException {
        final ByteBuffer target = ByteBuffer.wrap(buffer.byteArray(), 0, bytes);
        while (target.hasRemaining()) {
            target.limit(Math.min(bytes, target.position() + CheckpointDescriptor.BLOCK_BYTES));
            if (channel.read(target, position + target.position()) < 0) {
                return target.position();
            }
            target.limit(bytes);
        }
        return bytes;
    }

    private static void check(boolean holds, String problem) throws DamagedCheckpointException {
        if (!holds) {
            throw new DamagedCheckpointException(problem);
        }
    }

    /** Closes the file. All has been read that was asked for, so an error here says nothing. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException ignored) {
            return;
        }
    }
}
