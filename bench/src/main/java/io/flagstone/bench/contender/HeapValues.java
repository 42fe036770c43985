// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Map;

/** Values as arrays on the heap. */
final class HeapValues {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private HeapValues() {}

    /** Returns a new array, for APIs that keep the array that is put. */
    static byte[] of(long key, int valueBytes) {
        final byte[] value = new byte[valueBytes];
        set(value, key);
        return value;
    }

    /** Writes a key into the caller's array, for APIs that copy the array that is put. */
    static void set(byte[] value, long key) {
        WORD.set(value, 0, key);
    }

    static long firstWord(byte[] value) {
        return value == null ? Session.MISSING : (long) WORD.get(value, 0);
    }

    /** Returns how many keys of a batch were found, and checks their values. */
    static int count(Map<Long, byte[]> batch) {
        int found = 0;
        for (final Map.Entry<Long, byte[]> entry : batch.entrySet()) {
            if (entry.getValue() != null) {
                found++;
                if (firstWord(entry.getValue()) != entry.getKey()) {
                    throw new IllegalStateException(
                            "key " + entry.getKey() + " has another key's value");
                }
            }
        }
        return found;
    }
}
