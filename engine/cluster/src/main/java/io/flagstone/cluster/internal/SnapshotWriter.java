// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.ExclusivePublication;
import io.flagstone.StateTransfer;
import io.flagstone.api.StateVisitor;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.StateBeginEncoder;
import io.flagstone.cluster.codec.StateBlockEncoder;
import io.flagstone.cluster.codec.StateEndEncoder;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the entries of a cache to a snapshot, as a stream in blocks, and loads them into another
 * cache at the same time.
 *
 * <p>An entry is: the length of the key, the length of the value with the sign for a deadline that
 * slides, the deadline, key and value. A block may end anywhere in an entry.
 *
 * <p>If the snapshot cannot be written, the entries are loaded all the same, and the exception
 * comes at the end. So this member goes on like those whose snapshot succeeded.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotWriter implements StateVisitor {
    /** The sign of a value's length if the deadline slides. */
    static final int SLIDING = 1 << 31;

    /** The bytes in front of a key. */
    static final int ENTRY_HEADER = 2 * Integer.BYTES + Long.BYTES;

    private static final int MAX_MESSAGE = 32 << 10;

    private static final int BYTES_AT =
            MessageHeaderEncoder.ENCODED_LENGTH
                    + StateBlockEncoder.BLOCK_LENGTH
                    + StateBlockEncoder.bytesHeaderLength();

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final StateBlockEncoder block = new StateBlockEncoder();
    private final CRC32C checksum = new CRC32C();
    private final StreamDigest digest = new StreamDigest();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[MAX_MESSAGE]);
    private final UnsafeBuffer entryHeader = new UnsafeBuffer(new byte[ENTRY_HEADER]);
    private final StateTransfer target;
    private final ExclusivePublication publication;
    private final IdleStrategy idle;
    private final int room;
    private int filled;
    private long blocks;
    private long entries;
    private long bytes;
    private RuntimeException failure;

    /**
     * Creates a writer.
     *
     * @param target receives the entries; empty.
     */
    public SnapshotWriter(
            StateTransfer target, ExclusivePublication publication, IdleStrategy idle) {
        this.target = target;
        this.publication = publication;
        this.idle = idle;
        this.room = Math.min(MAX_MESSAGE, publication.maxMessageLength()) - BYTES_AT;
    }

    /**
     * Writes all entries.
     *
     * @param timeNs the time of the cluster.
     * @param configuration a number that stands for the cache's configuration.
     * @throws IllegalStateException if the snapshot cannot be written; the target has all entries.
     */
    public void write(StateTransfer source, long timeNs, long configuration, int segments) {
        final StateBeginEncoder begin = new StateBeginEncoder();
        begin.wrapAndApplyHeader(message, 0, header)
                .timeNs(timeNs)
                .configuration(configuration)
                .segments(segments);
        offer(MessageHeaderEncoder.ENCODED_LENGTH + begin.encodedLength());
        entries = source.forEach(this);
        flush();
        final StateEndEncoder end = new StateEndEncoder();
        end.wrapAndApplyHeader(message, 0, header)
                .blocks(blocks)
                .entries(entries)
                .bytes(bytes)
                .digest(digest.value());
        offer(MessageHeaderEncoder.ENCODED_LENGTH + end.encodedLength());
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns the number of entries written. */
    public long entries() {
        return entries;
    }

    /** Returns the digest of the stream. */
    public long digest() {
        return digest.value();
    }

    @Override
    public void onEntry(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding) {
        target.load(key, 0, key.capacity(), value, 0, value.capacity(), deadlineNs, sliding);
        entryHeader.putInt(0, key.capacity(), ByteOrder.LITTLE_ENDIAN);
        entryHeader.putInt(
                Integer.BYTES,
                sliding ? value.capacity() | SLIDING : value.capacity(),
                ByteOrder.LITTLE_ENDIAN);
        entryHeader.putLong(2 * Integer.BYTES, deadlineNs, ByteOrder.LITTLE_ENDIAN);
        append(entryHeader);
        append(key);
        append(value);
    }

    private void append(DirectBuffer source) {
        int done = 0;
        while (done < source.capacity()) {
            if (filled == room) {
                flush();
            }
            final int length = Math.min(source.capacity() - done, room - filled);
            message.putBytes(BYTES_AT + filled, source, done, length);
            filled += length;
            done += length;
        }
    }

    private void flush() {
        if (filled == 0) {
            return;
        }
        final byte[] array = message.byteArray();
        checksum.reset();
        checksum.update(array, BYTES_AT, filled);
        digest.update(array, BYTES_AT, filled);
        block.wrapAndApplyHeader(message, 0, header).number(blocks).checksum(checksum.getValue());
        message.putInt(
                BYTES_AT - StateBlockEncoder.bytesHeaderLength(), filled, ByteOrder.LITTLE_ENDIAN);
        offer(BYTES_AT + filled);
        blocks++;
        bytes += filled;
        filled = 0;
    }

    private void offer(int length) {
        if (failure == null) {
            try {
                Offers.offer(publication, idle, message, length);
            } catch (final RuntimeException e) {
                failure = e;
            }
        }
    }
}
