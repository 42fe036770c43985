// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The key of one thread's current operation, laid into one buffer again and again. */
final class SoakKey {
    private final UnsafeBuffer bytes;
    private final int offset;
    private long number;
    private int length;
    private boolean asLong;

    /** Keys will start at {@code offset} of {@code bytes}. */
    SoakKey(UnsafeBuffer bytes, int offset) {
        this.bytes = bytes;
        this.offset = offset;
    }

    /** Takes on a key; where a {@code long} can stand for it, {@code preferLong} says whether. */
    void set(long key, KeyCodec keyCodec, boolean preferLong) {
        number = key;
        length = keyCodec.length(key);
        asLong = preferLong && length == Long.BYTES;
        if (!asLong) {
            keyCodec.write(key, bytes, offset);
        }
    }

    /** Whether the operation is to use the {@code long}. */
    boolean asLong() {
        return asLong;
    }

    long number() {
        return number;
    }

    DirectBuffer bytes() {
        return bytes;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }
}
