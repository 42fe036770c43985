// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.ValueUpdater;
import org.agrona.MutableDirectBuffer;

/**
 * Changes a value in place: writes the next version of an owned value, or adds to a counter. If it
 * is told to fail, it overwrites the value with garbage and throws. No read may ever see the
 * garbage.
 */
final class RewritingUpdater implements ValueUpdater {
    /** The exception of an update that was told to fail. */
    static final class PlannedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PlannedFailure() {
            super("planned", null, false, false);
        }
    }

    private static final PlannedFailure FAILURE = new PlannedFailure();
    private static final byte GARBAGE = (byte) 0xEE;

    private long key;
    private long next;
    private boolean failing;
    private long sequence;
    private int length;

    /** Sets the sequence number that the next update writes, or the delta for a counter. */
    void expect(long newKey, long sequenceOrDelta, boolean fail) {
        key = newKey;
        next = sequenceOrDelta;
        failing = fail;
    }

    @Override
    public void onValue(MutableDirectBuffer value) {
        length = value.capacity();
        sequence = ValueCodec.check(value, 0, length, key);
        if (failing) {
            value.setMemory(0, length, GARBAGE);
            throw FAILURE;
        }
        if (KeyCodec.isCounter(key)) {
            value.putLong(ValueCodec.COUNT, ValueCodec.count(value, 0) + next);
        } else {
            ValueCodec.encode(value, 0, key, next, length);
        }
    }

    /** Returns the sequence number of the value before the update. */
    long sequence() {
        return sequence;
    }

    int length() {
        return length;
    }
}
