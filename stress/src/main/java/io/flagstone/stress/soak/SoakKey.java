// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The key of one thread's current operation, in a buffer that is reused. */
final class SoakKey {
    private final UnsafeBuffer bytes;
    private final int offset;
    private long number;
    private int length;
    private boolean asLong;

    /** Stores keys at {@code offset} of {@code bytes}. */
    SoakKey(UnsafeBuffer bytes, int offset) {
        this.bytes = bytes;
        this.offset = offset;
    }

    /** Sets the key. An 8-byte key becomes a {@code long} if {@code preferLong} is set. */
    void set(long key, KeyCodec keyCodec, boolean preferLong) {
        number = key;
        length = keyCodec.length(key);
        asLong = preferLong && length == Long.BYTES;
        if (!asLong) {
            keyCodec.write(key, bytes, offset);
        }
    }

    /** Returns whether the operation must pass the key as a {@code long}. */
    boolean asLong() {
        return asLong;
    }

    /** Returns the key as a {@code long}. */
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
