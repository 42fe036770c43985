// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A flyweight over an entry that a {@link CheckpointReader} has read. It is valid until the next
 * one is read.
 */
public final class StoredRecord {
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[0]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[0]);
    private long deadlineNs;
    private boolean sliding;

    void wrap(UnsafeBuffer buffer, int record) {
        final int keyLength = RecordDescriptor.keyLength(buffer, record);
        final int keyOffset = record + RecordDescriptor.RECORD_HEADER_LENGTH;
        key.wrap(buffer, keyOffset, keyLength);
        value.wrap(buffer, keyOffset + keyLength, RecordDescriptor.valueLength(buffer, record));
        deadlineNs = RecordDescriptor.deadline(buffer, record);
        sliding = RecordDescriptor.isSliding(buffer, record);
    }

    /** Returns the key. */
    public UnsafeBuffer key() {
        return key;
    }

    /** Returns the value. */
    public UnsafeBuffer value() {
        return value;
    }

    /** Returns the deadline in nanoseconds since 1970, or {@link RecordDescriptor#NO_DEADLINE}. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** Returns whether every hit renews the deadline. */
    public boolean isSliding() {
        return sliding;
    }
}
