// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.Arrays;

/** An encoded key as a key of a map on the heap: equal if the bytes are. */
final class KeyBytes {
    private final byte[] bytes;
    private final int hash;

    /** A key of bytes that nobody changes. */
    KeyBytes(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBytes key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
