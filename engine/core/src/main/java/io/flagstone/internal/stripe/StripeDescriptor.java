// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.stripe;

import io.flagstone.internal.memory.Region;

/**
 * The layout of a stripe: one cache line, so that threads in two stripes do not share a line.
 *
 * <pre>
 *  +--------+-------+-----------------+------------------------------------------------+
 *  | offset | bytes | stripe          |                                                |
 *  +--------+-------+-----------------+------------------------------------------------+
 *  |      0 |     8 | OWNER           | a thread's id; -1 for the segment; 0 for none  |
 *  |      8 |     8 | SEQUENCE        | twice the number of writes; odd during a write |
 *  |     16 |     4 | ENTRY           | the entry whose value is being written         |
 *  |     20 |     4 | CLAIM           | 1 while the holder of the segment's lock waits |
 *  |     24 |     8 | UNDO_DEADLINE   | the entry's deadline before the write          |
 *  |     32 |     8 | UNDO_BYTES      | what is overwritten, if up to eight bytes      |
 *  |     40 |     4 | UNDO_VALUE_WORD | the entry's value word before the write        |
 *  |     44 |     4 | UNDO_OFFSET     | the first byte that is overwritten             |
 *  |     48 |     4 | UNDO_LENGTH     | the number of bytes                            |
 *  |     52 |    12 | unused          |                                                |
 *  +--------+-------+-----------------+------------------------------------------------+
 *  |     64 |       | LENGTH          | one cache line                                 |
 *  +--------+-------+-----------------+------------------------------------------------+
 * </pre>
 *
 * <p>Only a persistent segment uses the fields of {@link UndoRecords}.
 */
final class StripeDescriptor {
    static final int OWNER = 0;
    static final int SEQUENCE = OWNER + Long.BYTES;
    static final int ENTRY = SEQUENCE + Long.BYTES;
    static final int CLAIM = ENTRY + Integer.BYTES;
    static final int UNDO_DEADLINE = CLAIM + Integer.BYTES;
    static final int UNDO_BYTES = UNDO_DEADLINE + Long.BYTES;
    static final int UNDO_VALUE_WORD = UNDO_BYTES + Long.BYTES;
    static final int UNDO_OFFSET = UNDO_VALUE_WORD + Integer.BYTES;
    static final int UNDO_LENGTH = UNDO_OFFSET + Integer.BYTES;
    static final int LENGTH = OWNER + Region.CACHE_LINE;

    /** The logarithm of the length, for divisions. */
    static final int LENGTH_SHIFT = Integer.numberOfTrailingZeros(LENGTH);

    private StripeDescriptor() {}
}
