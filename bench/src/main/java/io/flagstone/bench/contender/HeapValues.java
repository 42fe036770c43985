package io.flagstone.bench.contender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Map;

/** Values as arrays on the heap. */
final class HeapValues {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private HeapValues() {}

    /** A new array: what is put is the cache's from then on. */
    static byte[] of(long key, int valueBytes) {
        final byte[] value = new byte[valueBytes];
        set(value, key);
        return value;
    }

    static void set(byte[] value, long key) {
        WORD.set(value, 0, key);
    }

    static long firstWord(byte[] value) {
        return value == null ? Session.MISSING : (long) WORD.get(value, 0);
    }

    static void box(long[] keys, Collection<Long> boxed) {
        boxed.clear();
        for (final long key : keys) {
            boxed.add(key);
        }
    }

    /** How many values were found, each of which must be its key's. */
    static int check(Map<Long, byte[]> found) {
        int values = 0;
        for (final Map.Entry<Long, byte[]> entry : found.entrySet()) {
            // Ehcache's map has absent keys, too.
            if (entry.getValue() != null) {
                if (firstWord(entry.getValue()) != entry.getKey()) {
                    throw new IllegalStateException("another key's value at " + entry.getKey());
                }
                values++;
            }
        }
        return values;
    }
}
