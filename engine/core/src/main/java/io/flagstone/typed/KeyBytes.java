// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.Arrays;

/** The bytes of an encoded key, as a key of a map on the heap. */
final class KeyBytes {
    private final byte[] bytes;
    private final int hash;

    /** Creates a key; the array must not change afterwards. */
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
