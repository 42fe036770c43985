// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.ValueUpdater;
import org.agrona.MutableDirectBuffer;

/**
 * Changes values in place: writes an owned value's next version, or adds to a counter. Told to
 * fail, it spoils the value first, which nobody may ever see.
 */
final class RewritingUpdater implements ValueUpdater {
    /** What it throws when told to. */
    static final class PlannedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PlannedFailure() {
            super("planned", null, false, false);
        }
    }

    private static final PlannedFailure FAILURE = new PlannedFailure();
    private static final byte SPOILT = (byte) 0xEE;

    private long key;
    private long next;
    private boolean failing;
    private long sequence;
    private int length;

    /** The next call writes this sequence number, or for a counter adds this delta. */
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
            value.setMemory(0, length, SPOILT);
            throw FAILURE;
        }
        if (KeyCodec.isCounter(key)) {
            value.putLong(ValueCodec.COUNT, ValueCodec.count(value, 0) + next);
        } else {
            ValueCodec.encode(value, 0, key, next, length);
        }
    }

    /** Of the value that was found. */
    long sequence() {
        return sequence;
    }

    int length() {
        return length;
    }
}
