// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.util.function.LongUnaryOperator;

/** The keys that are written. */
final class Keys {
    /** The keys from 0 on that are written again and again. */
    static final int COUNT = 10_000;

    /** The key whose number shows how far a member has come. */
    static final long MARKER = COUNT;

    /** The first key of writes during an election, each of which has a key of its own. */
    static final long FIRST_SINGLE = MARKER + 1;

    private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

    private Keys() {}

    /**
     * Returns a digest of the values of all keys that are written again and again.
     *
     * @param number returns the number of a key's value.
     */
    static long digest(LongUnaryOperator number) {
        long digest = 0;
        for (long key = 0; key < COUNT; key++) {
            digest = (digest ^ number.applyAsLong(key)) * FACTOR;
            digest ^= digest >>> Integer.SIZE;
        }
        return digest;
    }
}
