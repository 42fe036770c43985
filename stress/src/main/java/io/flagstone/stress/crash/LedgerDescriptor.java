// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

/**
 * The layout of a {@link Ledger}, in words of eight bytes. A file has one header and one part for
 * each thread, which only that thread writes.
 *
 * <pre>
 *   header          4096 bytes  magic, threads, keys of a thread, phase, command, kinds, clearing,
 *                               and the results of the last open
 *   part of thread 0
 *     operations       8        operations that have returned
 *     next sequence    8        the sequence number of the next value
 *     operation        8        the kind of the operation under way
 *     intended         8        number of keys that the operation under way may change
 *     (unused)        32
 *     intentions      16 x 64   slot, and the state that the operation would give it
 *     slots        keys x 128   version, (unused), state, state, (unused)
 *   part of thread 1
 *   ...
 * </pre>
 *
 * <p>A state is sequence, length, earliest end, latest end, aligned count and unaligned count.
 */
final class LedgerDescriptor {
    static final int HEADER_BYTES = 4096;
    static final int MAGIC = 0;
    static final int THREADS = 8;
    static final int KEYS = 16;
    static final int PHASE = 24;
    static final int COMMAND = 32;
    static final int KINDS = 40;
    static final int CLEARING = 48;
    static final int OPENS = 56;
    static final int LAST_KIND = 64;
    static final int LAST_FOUND = 72;
    static final int LAST_OPEN_NS = 80;
    static final int CLEARS = 88;

    static final int OPERATIONS = 0;
    static final int NEXT_SEQUENCE = 8;
    static final int OPERATION = 16;
    static final int INTENDED = 24;
    static final int INTENTIONS = 64;
    static final int INTENTION_BYTES = 64;
    static final int MAX_INTENTIONS = 16;
    static final int SLOTS = INTENTIONS + MAX_INTENTIONS * INTENTION_BYTES;
    static final int SLOT_BYTES = 128;

    /** Of an intention: the slot, then the state. */
    static final int INTENTION_SLOT = 0;

    static final int INTENTION_STATE = 8;

    /** Of a slot: the version, whose lowest bit names the state that counts. */
    static final int SLOT_VERSION = 0;

    static final int SLOT_STATES = 16;
    static final int STATE_BYTES = 48;

    static final int SEQUENCE = 0;
    static final int LENGTH = 8;
    static final int EARLIEST_END = 16;
    static final int LATEST_END = 24;
    static final int ALIGNED_COUNT = 32;
    static final int UNALIGNED_COUNT = 40;

    private LedgerDescriptor() {}

    static long fileBytes(int threads, int keys) {
        return HEADER_BYTES + (long) threads * partBytes(keys);
    }

    static int partBytes(int keys) {
        return SLOTS + keys * SLOT_BYTES;
    }
}
