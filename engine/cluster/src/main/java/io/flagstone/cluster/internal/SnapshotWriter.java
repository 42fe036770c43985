// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.ExclusivePublication;
import io.flagstone.StateTransfer;
import io.flagstone.api.StateVisitor;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.StateBeginEncoder;
import io.flagstone.cluster.codec.StateBlockEncoder;
import io.flagstone.cluster.codec.StateEndEncoder;
import java.util.concurrent.ThreadFactory;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the entries of a cache to a snapshot, as a stream in blocks, and loads them into another
 * cache at the same time. {@link SnapshotDescriptor} has the layout of the stream.
 *
 * <p>A block has whole entries, if one entry is not longer than a block. So they are loaded from
 * the block without another copy.
 *
 * <p>If the snapshot cannot be written, the entries are loaded all the same, and the exception
 * comes at the end. So this member goes on like those whose snapshot succeeded.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotWriter implements StateVisitor {
    /** The longest payload of one fragment in Aeron. */
    private static final int MAX_MESSAGE = 65_472;

    /** Shorter fragments cost more than their assembly. */
    private static final int MIN_FRAGMENT = 4 << 10;

    /** The longest key or value that is copied word by word. */
    private static final int MAX_SHORT = 64;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final StateBlockEncoder block = new StateBlockEncoder();
    private final CRC32C checksum = new CRC32C();
    private final StreamDigest digest = new StreamDigest();
    private final UnsafeBuffer entryHeader =
            new UnsafeBuffer(new byte[SnapshotDescriptor.ENTRY_HEADER]);
    private final ExclusivePublication publication;
    private final IdleStrategy idle;
    private final int room;
    private final BlockLoads loads;
    private UnsafeBuffer message;
    private int filled;
    private long blocks;
    private long entries;
    private long bytes;
    private RuntimeException failure;

    /**
     * Creates a writer.
     *
     * @param target receives the entries; empty.
     * @param threads makes the thread that loads the entries into the target while the caller's
     *     thread writes them. If it is null or returns null, the caller's thread does both.
     */
    public SnapshotWriter(
            StateTransfer target,
            ExclusivePublication publication,
            IdleStrategy idle,
            ThreadFactory threads) {
        this.publication = publication;
        this.idle = idle;
        final int messageBytes = Math.min(MAX_MESSAGE, messageBytes(publication));
        this.room = messageBytes - SnapshotDescriptor.BYTES_AT;
        final EntryLoader loader = new EntryLoader(target);
        this.loads =
                threads == null
                        ? new BlockLoads(loader, messageBytes)
                        : BlockLoadsAside.start(loader, messageBytes, threads, new Waiting());
    }

    private static int messageBytes(ExclusivePublication publication) {
        final int fragment = publication.maxPayloadLength();
        return fragment >= MIN_FRAGMENT ? fragment : publication.maxMessageLength();
    }

    /**
     * Waits as the service does, so that Aeron gets its turn. After a failure there is nothing that
     * Aeron could do for this snapshot, and the wait is without it.
     */
    private final class Waiting implements BlockLoadsAside.Waits {
        @Override
        public void begin() {
            idle.reset();
        }

        @Override
        public void idle() {
            if (failure == null) {
                try {
                    idle.idle();
                } catch (final RuntimeException e) {
                    failure = e;
                }
            } else {
                Thread.yield();
            }
        }
    }

    /**
     * Writes all entries.
     *
     * @param timeNs the time of the cluster.
     * @param configuration a number that stands for the cache's configuration.
     * @throws IllegalStateException if the snapshot cannot be written; the target has all entries.
     */
    public void write(StateTransfer source, long timeNs, long configuration, int segments) {
        boolean visited = false;
        try {
            message = loads.empty();
            final StateBeginEncoder begin = new StateBeginEncoder();
            begin.wrapAndApplyHeader(message, 0, header)
                    .timeNs(timeNs)
                    .configuration(configuration)
                    .segments(segments);
            offer(MessageHeaderEncoder.ENCODED_LENGTH + begin.encodedLength());
            entries = source.forEach(this);
            flush();
            visited = true;
        } finally {
            if (!visited) {
                endQuietly();
            }
        }
        loads.end();
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

    /** Ends the thread that loads. The caller throws what was thrown first. */
    private void endQuietly() {
        try {
            loads.end();
        } catch (final RuntimeException | Error ignored) {
            // There is an earlier one.
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
        final int keyLength = key.capacity();
        final int valueLength = value.capacity();
        final int size = SnapshotDescriptor.ENTRY_HEADER + keyLength + valueLength;
        final int lengthWord = sliding ? valueLength | SnapshotDescriptor.SLIDING : valueLength;
        if (size > room) {
            SnapshotDescriptor.putHeader(entryHeader, 0, keyLength, lengthWord, deadlineNs);
            append(entryHeader);
            append(key);
            append(value);
            return;
        }
        if (size > room - filled) {
            flush();
        }
        final int at = SnapshotDescriptor.BYTES_AT + filled;
        SnapshotDescriptor.putHeader(message, at, keyLength, lengthWord, deadlineNs);
        copy(key, message, at + SnapshotDescriptor.ENTRY_HEADER, keyLength);
        copy(value, message, at + SnapshotDescriptor.ENTRY_HEADER + keyLength, valueLength);
        filled += size;
    }

    /** Copies bytes, a few of them without the call that copies many. */
    private static void copy(DirectBuffer from, UnsafeBuffer to, int at, int length) {
        if (length > MAX_SHORT) {
            to.putBytes(at, from, 0, length);
            return;
        }
        int done = 0;
        for (; done <= length - Long.BYTES; done += Long.BYTES) {
            to.putLong(at + done, from.getLong(done));
        }
        for (; done < length; done++) {
            to.putByte(at + done, from.getByte(done));
        }
    }

    private void append(DirectBuffer source) {
        int done = 0;
        while (done < source.capacity()) {
            if (filled == room) {
                flush();
            }
            final int length = Math.min(source.capacity() - done, room - filled);
            message.putBytes(SnapshotDescriptor.BYTES_AT + filled, source, done, length);
            filled += length;
            done += length;
        }
    }

    /** Completes the block, passes it on to be loaded, and offers it meanwhile. */
    private void flush() {
        if (filled == 0) {
            return;
        }
        final byte[] array = message.byteArray();
        checksum.reset();
        checksum.update(array, SnapshotDescriptor.BYTES_AT, filled);
        block.wrapAndApplyHeader(message, 0, header).number(blocks).checksum(checksum.getValue());
        SnapshotDescriptor.blockBytes(message, filled);
        final UnsafeBuffer complete = message;
        loads.load(complete);
        digest.update(array, SnapshotDescriptor.BYTES_AT, filled);
        offer(SnapshotDescriptor.BYTES_AT + filled);
        blocks++;
        bytes += filled;
        filled = 0;
        message = loads.empty();
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
