// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.StateTransfer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Loads the entries of a snapshot's stream into a cache, block by block. The member that saves and
 * the one that reads its snapshot both use it, so they load the same entries in the same order.
 *
 * <p>{@link SnapshotDescriptor} has the layout of the stream.
 *
 * <p>Not thread-safe. Allocates only for an entry that lies in several blocks.
 */
final class EntryLoader {
    /** The entries whose places in the index are fetched at the same time. */
    private static final int PREFETCHED = 16;

    private final StateTransfer target;

    /** The beginning of an entry that the blocks so far do not have the end of. */
    private byte[] copy = new byte[1 << 16];

    private final UnsafeBuffer kept = new UnsafeBuffer(copy);
    private int filled;
    private long entries;

    EntryLoader(StateTransfer target) {
        this.target = target;
    }

    /**
     * Loads the entries that a block completes.
     *
     * @throws IllegalStateException if it has an impossible length.
     */
    void add(DirectBuffer block, int offset, int size) {
        int at = offset;
        final int end = offset + size;
        while (filled > 0 && at < end) {
            // The header first, which tells how much belongs to this entry.
            final int wanted =
                    filled < SnapshotDescriptor.ENTRY_HEADER
                            ? SnapshotDescriptor.ENTRY_HEADER
                            : length(kept, 0);
            final int taken = Math.min(wanted - filled, end - at);
            keep(block, at, taken);
            at += taken;
            if (filled >= SnapshotDescriptor.ENTRY_HEADER && filled == length(kept, 0)) {
                load(kept, 0);
                filled = 0;
            }
        }
        while (isWhole(block, at, end)) {
            final int ahead = prefetch(block, at, end);
            while (at < ahead) {
                at += load(block, at);
            }
        }
        keep(block, at, end - at);
    }

    /** Prefetches the next entries that are whole. Returns where they end. */
    private int prefetch(DirectBuffer block, int from, int end) {
        int at = from;
        for (int i = 0; i < PREFETCHED && isWhole(block, at, end); i++) {
            target.prefetch(
                    block,
                    at + SnapshotDescriptor.ENTRY_HEADER,
                    SnapshotDescriptor.keyLength(block, at));
            at += length(block, at);
        }
        return at;
    }

    private static boolean isWhole(DirectBuffer block, int at, int end) {
        return end - at >= SnapshotDescriptor.ENTRY_HEADER && end - at >= length(block, at);
    }

    private void keep(DirectBuffer block, int at, int size) {
        if (filled + size > copy.length) {
            final byte[] larger = new byte[Math.max(filled + size, 2 * copy.length)];
            System.arraycopy(copy, 0, larger, 0, filled);
            copy = larger;
            kept.wrap(copy);
        }
        block.getBytes(at, copy, filled, size);
        filled += size;
    }

    /** Returns the length of an entry whose header is complete. */
    private static int length(DirectBuffer buffer, int at) {
        final int keyLength = SnapshotDescriptor.keyLength(buffer, at);
        final int valueLength =
                SnapshotDescriptor.lengthWord(buffer, at) & ~SnapshotDescriptor.SLIDING;
        SnapshotDescriptor.check(
                keyLength > 0 && keyLength < 1 << 16, "length of a key", keyLength);
        SnapshotDescriptor.check(valueLength < 1 << 30, "length of a value", valueLength);
        return SnapshotDescriptor.ENTRY_HEADER + keyLength + valueLength;
    }

    /** Loads an entry that is complete. Returns its length. */
    private int load(DirectBuffer buffer, int at) {
        final int keyLength = SnapshotDescriptor.keyLength(buffer, at);
        final int lengthWord = SnapshotDescriptor.lengthWord(buffer, at);
        final int valueLength = lengthWord & ~SnapshotDescriptor.SLIDING;
        final int key = at + SnapshotDescriptor.ENTRY_HEADER;
        target.load(
                buffer,
                key,
                keyLength,
                buffer,
                key + keyLength,
                valueLength,
                SnapshotDescriptor.deadlineNs(buffer, at),
                lengthWord < 0);
        entries++;
        return SnapshotDescriptor.ENTRY_HEADER + keyLength + valueLength;
    }

    /** Returns whether the blocks so far end with an entry. */
    boolean isComplete() {
        return filled == 0;
    }

    /** Returns the number of entries loaded. */
    long entries() {
        return entries;
    }
}
