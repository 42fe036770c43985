// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.feed;

import io.flagstone.api.RemovalCause;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeKind;
import io.flagstone.internal.entry.EpochTime;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A change, as a view of its record in the ring.
 *
 * <p>Not thread-safe. Allocates nothing.
 */
final class RecordView implements Change {
    private static final byte[] EMPTY = new byte[0];

    private final long epochOffsetNs;
    private final UnsafeBuffer record = new UnsafeBuffer(EMPTY);
    private long number;
    private ChangeKind kind;
    private RemovalCause cause;
    private boolean copy;

    RecordView(long epochOffsetNs) {
        this.epochOffsetNs = epochOffsetNs;
    }

    /** Shows a record. */
    void wrap(int type, DirectBuffer buffer, int index, int length) {
        record.wrap(buffer, index, length);
        cause = null;
        copy = false;
        switch (ChangeDescriptor.kind(type)) {
            case ChangeDescriptor.PUT -> kind = ChangeKind.PUT;
            case ChangeDescriptor.COPY -> {
                kind = ChangeKind.PUT;
                copy = true;
            }
            case ChangeDescriptor.DEADLINE_SET -> kind = ChangeKind.DEADLINE;
            case ChangeDescriptor.REMOVAL -> {
                kind = ChangeKind.REMOVAL;
                cause = ChangeDescriptor.cause(type);
            }
            default -> kind = ChangeKind.SYNC_END;
        }
    }

    /** Shows a change of no key. */
    void show(ChangeKind what) {
        takeOff();
        kind = what;
        cause = null;
        copy = false;
    }

    /** Ends the view, so that a handler that keeps it cannot reach the memory later. */
    void takeOff() {
        record.wrap(EMPTY);
    }

    void number(long next) {
        number = next;
    }

    private boolean hasKey() {
        return record.capacity() != 0;
    }

    private boolean hasDeadline() {
        return kind == ChangeKind.PUT || kind == ChangeKind.DEADLINE;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public ChangeKind kind() {
        return kind;
    }

    @Override
    public RemovalCause cause() {
        return cause;
    }

    @Override
    public boolean isCopy() {
        return copy;
    }

    @Override
    public DirectBuffer buffer() {
        return record;
    }

    @Override
    public int keyOffset() {
        return hasKey() ? ChangeDescriptor.CHANGE_HEADER_LENGTH : 0;
    }

    @Override
    public int keyLength() {
        return hasKey() ? ChangeDescriptor.keyLength(record, 0) : 0;
    }

    @Override
    public int valueOffset() {
        return kind == ChangeKind.PUT ? ChangeDescriptor.valueOffset(keyLength()) : 0;
    }

    @Override
    public int valueLength() {
        return kind == ChangeKind.PUT ? ChangeDescriptor.valueLength(record, 0) : 0;
    }

    @Override
    public long deadlineNs() {
        return hasDeadline()
                ? EpochTime.ofDeadline(ChangeDescriptor.deadline(record, 0), epochOffsetNs)
                : NO_DEADLINE;
    }

    @Override
    public boolean isSliding() {
        return hasDeadline() && ChangeDescriptor.isSliding(record, 0);
    }
}
