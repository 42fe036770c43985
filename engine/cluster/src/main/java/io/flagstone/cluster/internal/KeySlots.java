// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import org.agrona.DirectBuffer;

/**
 * The slot of a key: the CRC-16 of its bytes (polynomial 0x1021, initial value 0, not reflected, as
 * in XMODEM), modulo 16 384.
 *
 * <p>It depends on the bytes of the key alone, so that any client in any language agrees, and it is
 * that of a Redis cluster for keys without braces. It is not secret: a client that may choose keys
 * may choose their slot. The hash inside the cache is keyed and another one.
 */
public final class KeySlots {
    /** The number of slots. */
    public static final int COUNT = 1 << 14;

    private static final int POLYNOMIAL = 0x1021;
    private static final char[] TABLE = table();

    private KeySlots() {}

    private static char[] table() {
        final char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
            }
            table[i] = (char) crc;
        }
        return table;
    }

    /** Returns the slot of a key, 0 to 16 383. */
    public static int slotOf(DirectBuffer key, int offset, int length) {
        int crc = 0;
        for (int i = offset; i < offset + length; i++) {
            crc = crc << 8 & 0xFFFF ^ TABLE[(crc >>> 8 ^ key.getByte(i)) & 0xFF];
        }
        return crc & COUNT - 1;
    }
}
