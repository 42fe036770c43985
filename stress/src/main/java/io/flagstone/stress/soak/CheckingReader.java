// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.ValueReader;
import org.agrona.DirectBuffer;

/** Checks the value that a read shows in place. Call {@link #expect} before each read. */
final class CheckingReader implements ValueReader {
    private long key;
    private long sequence;
    private int length;
    private long count;

    void expect(long newKey) {
        key = newKey;
    }

    @Override
    public void onValue(DirectBuffer value) {
        length = value.capacity();
        sequence = ValueCodec.check(value, 0, length, key);
        count = KeyCodec.isCounter(key) ? ValueCodec.count(value, 0) : 0;
    }

    /** Returns the sequence number of the last value. */
    long sequence() {
        return sequence;
    }

    int length() {
        return length;
    }

    long count() {
        return count;
    }
}
