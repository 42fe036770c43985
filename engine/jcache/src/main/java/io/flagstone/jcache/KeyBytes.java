// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.typed.Codec;
import java.util.Arrays;
import org.agrona.ExpandableArrayBuffer;

/**
 * The encoded bytes of a key. Two keys are the same key if their bytes are equal. Immutable.
 *
 * <p>Comparable, so that keys can be locked in order, and so that a hash map stays fast if many
 * keys have the same hash.
 */
final class KeyBytes implements Comparable<KeyBytes> {
    private static final int INITIAL_CAPACITY = 64;

    private final byte[] bytes;
    private final int hash;

    private KeyBytes(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** Encodes a key. An exception of the codec is thrown unchanged. */
    static <K> KeyBytes of(Codec<K> codec, K key) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(INITIAL_CAPACITY);
        final int length = codec.encode(key, buffer, 0);
        return new KeyBytes(Arrays.copyOf(buffer.byteArray(), length));
    }

    int length() {
        return bytes.length;
    }

    /** Returns whether the engine allows a key of this length. */
    boolean fits() {
        return bytes.length > 0 && bytes.length <= OffHeapCache.MAX_KEY_LENGTH;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBytes key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public int compareTo(KeyBytes other) {
        return Arrays.compare(bytes, other.bytes);
    }
}
