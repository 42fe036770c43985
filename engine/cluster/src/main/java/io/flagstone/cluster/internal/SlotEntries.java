// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.cluster.codec.Status;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The entries of the slots that move: lists them, reads them in pages, writes pages, removes them.
 *
 * <p>The list has the keys in the order of use and their deadlines, one segment after the other. It
 * is complete, because the slots are frozen: no entry comes to them, and a segment is listed at one
 * moment. It is no part of the replicated state, and a member that was started since does not have
 * it. It belongs to one client, because another one's list may have another order.
 *
 * <p>A page has entries as a snapshot has them; see {@link SnapshotDescriptor}.
 *
 * <p>Not thread-safe. Allocates.
 */
final class SlotEntries {
    /** The result of {@link #read} if this member has no such list. */
    static final long NO_LIST = -2;

    /** The result of {@link #read} after the last entry. */
    static final long DONE = -1;

    /** More keys than these bytes do not move at once. */
    private static final int MAX_LIST_BYTES = 1 << 28;

    /** A page ends after so many keys, present or not. */
    private static final int MAX_LOOKS = 1 << 12;

    private static final int LIST_HEADER = Integer.BYTES + Long.BYTES;

    private final SlotStates states;
    private ExpandableArrayBuffer list = new ExpandableArrayBuffer();
    private int length;
    private long move;
    private long client;
    private int segments;
    private int pageBytes;

    SlotEntries(SlotStates states) {
        this.states = states;
    }

    /** Forgets the list. */
    void forget() {
        list = new ExpandableArrayBuffer();
        length = 0;
        segments = -1;
    }

    /**
     * Lists the entries of a segment. Segment 0 begins a new list.
     *
     * @return OK, NOT_FOUND if this is not the next segment of the client's list, or REFUSED if the
     *     list has no room.
     */
    Status list(OffHeapCache cache, long moveId, long clientId, int segment) {
        if (segment == 0) {
            length = 0;
            move = moveId;
            client = clientId;
            segments = 0;
        }
        if (moveId != move || clientId != client || segment != segments) {
            return Status.NOT_FOUND;
        }
        StateTransfer.of(cache).forEach(segment, this::add);
        segments++;
        return length < MAX_LIST_BYTES ? Status.OK : Status.REFUSED;
    }

    private void add(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding) {
        final int keyLength = key.capacity();
        if (length < MAX_LIST_BYTES && states.isInMove(KeySlots.slotOf(key, 0, keyLength))) {
            list.putInt(length, sliding ? keyLength | SnapshotDescriptor.SLIDING : keyLength);
            list.putLong(length + Integer.BYTES, deadlineNs);
            list.putBytes(length + LIST_HEADER, key, 0, keyLength);
            length += LIST_HEADER + keyLength;
        }
    }

    /**
     * Reads a page of entries. An entry that was evicted or has expired since it was listed is left
     * out. A page is empty only if it has such keys, or if the first entry has no room in {@code
     * out}; the cursor stays where it is then.
     *
     * @param cursor 0 to begin, then the result of the call before.
     * @param maxBytes of the page, unless one entry is longer.
     * @return the cursor of the next page, {@link #DONE} or {@link #NO_LIST}.
     */
    long read(
            OffHeapCache cache,
            long moveId,
            long clientId,
            long cursor,
            int maxBytes,
            UnsafeBuffer out,
            int at) {
        if (moveId != move
                || clientId != client
                || segments != cache.segmentCount()
                || cursor < 0
                || cursor > length) {
            return NO_LIST;
        }
        int next = (int) cursor;
        pageBytes = 0;
        for (int looks = 0; next < length; looks++) {
            if (looks == MAX_LOOKS) {
                return next;
            }
            final int size = copy(cache, next, out, at + pageBytes);
            if (size < 0 || pageBytes > 0 && pageBytes + size > maxBytes) {
                return next;
            }
            pageBytes += size;
            next += LIST_HEADER + (list.getInt(next) & ~SnapshotDescriptor.SLIDING);
        }
        return DONE;
    }

    /** Copies an entry. Returns its size, 0 if it is gone, or -1 if the page has no room. */
    private int copy(OffHeapCache cache, int listed, UnsafeBuffer out, int at) {
        final int word = list.getInt(listed);
        final int keyLength = word & ~SnapshotDescriptor.SLIDING;
        final int valueAt = at + SnapshotDescriptor.ENTRY_HEADER + keyLength;
        if (valueAt > out.capacity()) {
            return -1;
        }
        final int key = listed + LIST_HEADER;
        final int valueLength = cache.peek(list, key, keyLength, out, valueAt);
        if (valueLength == OffHeapCache.NOT_FOUND) {
            return 0;
        } else if (valueLength < 0) {
            return -1;
        }
        out.putInt(at, keyLength, ByteOrder.LITTLE_ENDIAN);
        out.putInt(
                at + Integer.BYTES,
                word < 0 ? valueLength | SnapshotDescriptor.SLIDING : valueLength,
                ByteOrder.LITTLE_ENDIAN);
        out.putLong(
                at + 2 * Integer.BYTES,
                list.getLong(listed + Integer.BYTES),
                ByteOrder.LITTLE_ENDIAN);
        out.putBytes(at + SnapshotDescriptor.ENTRY_HEADER, list, key, keyLength);
        return SnapshotDescriptor.ENTRY_HEADER + keyLength + valueLength;
    }

    /** Returns the bytes of the page that was read last. */
    int pageBytes() {
        return pageBytes;
    }

    /**
     * Writes a page, or nothing if it is damaged or has a key of another slot.
     *
     * @return the number of entries, or -1.
     */
    int write(OffHeapCache cache, DirectBuffer page) {
        final int count = walk(page, null);
        if (count > 0) {
            walk(page, StateTransfer.of(cache));
        }
        return count;
    }

    private int walk(DirectBuffer page, StateTransfer target) {
        final int end = page.capacity();
        int count = 0;
        for (int at = 0; at < end; count++) {
            if (end - at < SnapshotDescriptor.ENTRY_HEADER) {
                return -1;
            }
            final int keyLength = page.getInt(at, ByteOrder.LITTLE_ENDIAN);
            final int word = page.getInt(at + Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
            final int valueLength = word & ~SnapshotDescriptor.SLIDING;
            final long deadlineNs = page.getLong(at + 2 * Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
            final int key = at + SnapshotDescriptor.ENTRY_HEADER;
            if (keyLength <= 0
                    || keyLength > 0xFFFF
                    || (long) keyLength + valueLength > end - key
                    || deadlineNs < 0
                    || !states.isInMove(KeySlots.slotOf(page, key, keyLength))) {
                return -1;
            }
            if (target != null) {
                final int value = key + keyLength;
                target.load(page, key, keyLength, page, value, valueLength, deadlineNs, word < 0);
            }
            at = key + keyLength + valueLength;
        }
        return count;
    }

    /** Removes all entries of the move's slots from a segment. */
    void drop(OffHeapCache cache, int segment) {
        forget();
        StateTransfer.of(cache).forEach(segment, this::add);
        int at = 0;
        while (at < length) {
            final int keyLength = list.getInt(at) & ~SnapshotDescriptor.SLIDING;
            cache.remove(list, at + LIST_HEADER, keyLength);
            at += LIST_HEADER + keyLength;
        }
        forget();
    }
}
