// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.KeyListing;
import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.api.StateVisitor;
import io.flagstone.cluster.codec.Status;
import java.nio.ByteOrder;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The entries of the slots that move: lists their keys, reads them in pages, writes pages, removes
 * them.
 *
 * <p><b>The list.</b> A {@link KeyListing} goes through all entries in bounded steps while the
 * slots are served, and then tells each key that the cache gets. So the list is complete when the
 * slots freeze, and no walk over all entries is left to do then. What is left depends on the keys
 * of the slots alone: they are put into the order of use, some at a time, and the pages follow
 * that. Keys that were listed twice are dropped there, and those whose entry has gone.
 *
 * <p>The list is no part of the replicated state, and a member that was started since does not have
 * it. It belongs to one client. A snapshot goes on with another cache, so it ends a list that is
 * not in order yet. Without a list, the mover lists again, then with the slots frozen.
 *
 * <p><b>The removal</b> of entries that have moved goes through all entries in the same way, in
 * steps of its own, and removes what it finds after each of them.
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

    /** A step of the list ends after so many keys. */
    private static final int MAX_STEP_KEYS = 1 << 15;

    /** A step of the removal ends after so many keys, of whatever slots. */
    private static final int MAX_DROP_KEYS = 1 << 14;

    /** The removal lists so many keys at a time, so that the longest keys need 64 MiB. */
    private static final int DROP_KEYS = 1 << 10;

    /** A page ends after so many keys, present or not. */
    private static final int MAX_LOOKS = 1 << 12;

    private final SlotStates states;
    private final KeyList keys;

    /** The keys that a step of the removal has found. Other bounds would make members differ. */
    private final KeyList drops = new KeyList(Integer.MAX_VALUE);

    private final StateVisitor page = this::toPage;

    /** Tells the keys that the cache gets, or null. */
    private KeyListing listing;

    /** Whether the listing is that of a removal. */
    private boolean isDropping;

    private boolean isWalked;
    private boolean isOrdered;

    /** Whether a key had no room. */
    private boolean isFull;

    private long move;
    private long client;
    private int first;
    private int last;

    /** The number of the next step of the list, -1 if there is none. */
    private int nextStep = -1;

    /** The cursors from which a page can be read, other than 0. */
    private int pageCursor;

    private int nextCursor;

    private UnsafeBuffer pageBuffer;
    private int entryAt;
    private int entryBytes;
    private int pageBytes;

    /**
     * Creates an empty list.
     *
     * @param maxListBytes more keys than have room in this memory do not move at once.
     */
    SlotEntries(SlotStates states, int maxListBytes) {
        this.states = states;
        this.keys = new KeyList(maxListBytes);
    }

    /** Forgets the list. */
    void forget() {
        CloseHelper.close(listing);
        listing = null;
        isDropping = false;
        drops.clear();
        keys.clear();
        isWalked = false;
        isOrdered = false;
        isFull = false;
        nextStep = -1;
        pageCursor = 0;
        nextCursor = 0;
    }

    /** Forgets the list if it needs the cache that a snapshot is about to leave. */
    void onSnapshot() {
        if (!isOrdered) {
            forget();
        }
    }

    /** Forgets the list if it is not that of a move, which has begun. */
    void onMove(long moveId) {
        if (moveId != move) {
            forget();
        }
    }

    /**
     * Forgets the list if it is that of a move, which has ended, or of an earlier one. A removal
     * goes on, because members may differ in the list.
     */
    void onEnd(long moveId) {
        if (!isDropping && moveId >= move) {
            forget();
        }
    }

    /**
     * Makes the next step of the list. Step 0 begins a new one. A step that comes again does
     * nothing.
     *
     * @param from the first slot, unless the slots are frozen.
     * @param to the last slot.
     * @param maxKeys the number of keys to look at, 0 for as many as a step may.
     * @return OK; NOT_FOUND if this is not the next step of the client's list, or if there was no
     *     room for it; or REFUSED if there is none although the slots are frozen.
     */
    Status list(
            OffHeapCache cache,
            long moveId,
            long clientId,
            int step,
            int from,
            int to,
            int maxKeys) {
        if (step == 0) {
            forget();
            move = moveId;
            client = clientId;
            first = from;
            last = to;
            nextStep = 0;
            listing = StateTransfer.of(cache).list(this::add);
        }
        if (moveId != move || clientId != client || nextStep < 0) {
            return Status.NOT_FOUND;
        }
        final boolean isFrozen = states.isFrozen(moveId);
        if (step == nextStep) {
            step(cache, maxKeys <= 0 ? MAX_STEP_KEYS : Math.min(maxKeys, MAX_STEP_KEYS), isFrozen);
            nextStep++;
        } else if (step != nextStep - 1) {
            return Status.NOT_FOUND;
        }
        if (isFull) {
            forget();
            return isFrozen ? Status.REFUSED : Status.NOT_FOUND;
        }
        return Status.OK;
    }

    private void step(OffHeapCache cache, int maxKeys, boolean isFrozen) {
        if (!isWalked) {
            isWalked = !listing.step(maxKeys);
        } else if (isFrozen && !isOrdered) {
            // No entry comes to the slots any more.
            CloseHelper.close(listing);
            listing = null;
            isOrdered = !keys.order(StateTransfer.of(cache), maxKeys);
        }
    }

    /** Returns how many steps the list has at least, for now: there is more to do when it froze. */
    int steps() {
        return isWalked && (isOrdered || !states.isFrozen(move)) ? nextStep : nextStep + 1;
    }

    private void add(DirectBuffer key) {
        final int slot = KeySlots.slotOf(key, 0, key.capacity());
        if (slot >= first && slot <= last && !isFull && !keys.add(key)) {
            keys.clear();
            isFull = true;
        }
    }

    /**
     * Reads a page of entries. An entry that was evicted or has expired since it was listed is left
     * out. A page is empty only if it has such keys, or if the first entry has no room in {@code
     * out}; the cursor stays where it is then.
     *
     * @param cursor 0 to begin, then the result of the call before. That call may come again.
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
                || !isOrdered
                || cursor != 0 && cursor != pageCursor && cursor != nextCursor) {
            return NO_LIST;
        }
        final StateTransfer transfer = StateTransfer.of(cache);
        pageCursor = (int) cursor;
        pageBytes = 0;
        pageBuffer = out;
        int record = cursor == 0 ? keys.head() : (int) cursor;
        for (int looks = 0; record != 0; looks++) {
            entryAt = at + pageBytes;
            entryBytes = 0;
            if (looks == MAX_LOOKS || !copy(transfer, record, maxBytes)) {
                nextCursor = record;
                return looks == 0 ? cursor : record;
            }
            pageBytes += entryBytes;
            record = keys.next(record);
        }
        return DONE;
    }

    /** Copies an entry, unless it is gone. Returns false if the page has no room. */
    private boolean copy(StateTransfer transfer, int record, int maxBytes) {
        transfer.visit(keys.buffer(record), keys.keyOffset(record), keys.keyLength(record), page);
        return entryBytes >= 0 && (pageBytes == 0 || pageBytes + entryBytes <= maxBytes);
    }

    private void toPage(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding) {
        final int keyLength = key.capacity();
        final int valueLength = value.capacity();
        final int keyAt = entryAt + SnapshotDescriptor.ENTRY_HEADER;
        if (keyAt + keyLength + valueLength > pageBuffer.capacity()) {
            entryBytes = -1;
            return;
        }
        SnapshotDescriptor.putHeader(
                pageBuffer,
                entryAt,
                keyLength,
                sliding ? valueLength | SnapshotDescriptor.SLIDING : valueLength,
                deadlineNs);
        pageBuffer.putBytes(keyAt, key, 0, keyLength);
        pageBuffer.putBytes(keyAt + keyLength, value, 0, valueLength);
        entryBytes = SnapshotDescriptor.ENTRY_HEADER + keyLength + valueLength;
    }

    /** Returns the bytes of the page that was read last. */
    int pageBytes() {
        return pageBytes;
    }

    /** Returns the memory that the lists have taken. */
    int listBytes() {
        return keys.bytes() + drops.bytes();
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

    /**
     * Removes some entries of the move's slots, which this shard serves no more. Each member looks
     * at the same chunks at the same place of the log. A snapshot ends the walk in every member,
     * and the next step begins it again.
     *
     * @param maxKeys the number of keys to look at, 0 for as many as a step may.
     * @return whether there may be more.
     * @throws IllegalStateException if there is no memory for the keys. Members would differ if one
     *     of them went on.
     */
    boolean drop(OffHeapCache cache, int maxKeys) {
        if (!isDropping) {
            forget();
            isDropping = true;
            listing = StateTransfer.of(cache).list(this::addToDrop);
        }
        boolean more = true;
        int left = maxKeys <= 0 ? MAX_DROP_KEYS : Math.min(maxKeys, MAX_DROP_KEYS);
        while (more && left > 0) {
            final int keysNow = Math.min(left, DROP_KEYS);
            more = listing.step(keysNow);
            left -= keysNow;
            removeListed(cache);
        }
        if (!more) {
            forget();
        }
        return more;
    }

    /** A removal may move other entries of the slots, which are added to the list meanwhile. */
    private void removeListed(OffHeapCache cache) {
        for (int key = drops.first(); key != 0; key = drops.following(key)) {
            cache.remove(drops.buffer(key), drops.keyOffset(key), drops.keyLength(key));
        }
        if (isFull) {
            throw new IllegalStateException("there is no memory for a list of keys to drop");
        }
        drops.empty();
    }

    private void addToDrop(DirectBuffer key) {
        if (states.isInMove(KeySlots.slotOf(key, 0, key.capacity())) && !drops.add(key)) {
            isFull = true;
        }
    }
}
