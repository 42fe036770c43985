// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EntryVisitor;
import io.flagstone.internal.index.KeyedHash;
import org.agrona.DirectBuffer;

/**
 * A digest of entries that does not depend on their order: the sum of a hash of each.
 *
 * <p>The hash is {@link KeyedHash} with fixed seeds. Key and value are hashed with different ones,
 * so that they cannot be exchanged. A third hash mixes the two, because a sum of hashes of keys and
 * of values would not tell which value belongs to which key.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class EntryDigest implements EntryVisitor {
    /** The number of entries to visit under one lock. */
    static final int STEP_ENTRIES = 16;

    private static final KeyedHash OF_KEYS = new KeyedHash(0x6B65_7973L);
    private static final KeyedHash OF_VALUES = new KeyedHash(0x7661_6C75_6573L);
    private static final KeyedHash OF_ENTRIES = new KeyedHash(0x656E_7472_6965_73L);

    private long sum;

    @Override
    public void onEntry(DirectBuffer key, DirectBuffer value) {
        final long hash = hash(OF_VALUES, value) + Long.rotateLeft(hash(OF_KEYS, key), 1);
        sum += OF_ENTRIES.hash(hash);
    }

    private static long hash(KeyedHash hash, DirectBuffer buffer) {
        return hash.hash(buffer.byteArray(), buffer.addressOffset(), buffer.capacity());
    }

    long sum() {
        return sum;
    }
}
