// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

/**
 * The condition of a put or a removal: one of these constants, or a positive number, which is a
 * lease that must be current.
 *
 * @see Leases
 */
public final class PutCondition {
    /** The operation always takes effect. */
    public static final long ALWAYS = 0;

    /** The operation takes effect only if the key is absent. */
    public static final long IF_ABSENT = -1;

    /** The operation takes effect only if the key is present. */
    public static final long IF_PRESENT = -2;

    private PutCondition() {}

    static boolean isLease(long condition) {
        return condition > 0;
    }
}
