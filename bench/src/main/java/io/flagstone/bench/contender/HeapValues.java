package io.flagstone.bench.contender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Values as arrays on the heap. */
final class HeapValues {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private HeapValues() {}

    /** A new array: what is put is the cache's from then on. */
    static byte[] of(long key, int valueBytes) {
        final byte[] value = new byte[valueBytes];
        WORD.set(value, 0, key);
        return value;
    }

    static long firstWord(byte[] value) {
        return value == null ? Session.MISSING : (long) WORD.get(value, 0);
    }
}
