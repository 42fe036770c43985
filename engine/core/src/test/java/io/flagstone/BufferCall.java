// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.NO_TTL;

import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An operation that takes buffers, each of which has a letter: k for a key, v for a value, e for an
 * expected value, d for a destination. Operations without k use the key {@link #LONG_KEY}.
 *
 * @param name the name in messages.
 * @param takes the letters of the buffers that it takes.
 * @param operation the call.
 */
record BufferCall(String name, String takes, Operation operation) {
    static final int AT = 3;
    static final long LONG_KEY = 77;
    private static final long TTL_NS = 1_000;

    /** The buffers that a call may take; their content begins at {@link #AT}. */
    static final class Buffers {
        UnsafeBuffer key;
        UnsafeBuffer value;
        UnsafeBuffer expected;
        UnsafeBuffer destination;
        int keyLength;
        int valueLength;
        int expectedLength;

        /** The expected value and nothing else. */
        UnsafeBuffer wholeExpected() {
            return TestSupport.part(expected, AT, expectedLength);
        }

        /** Returns the buffer with a letter. */
        UnsafeBuffer get(char letter) {
            return switch (letter) {
                case 'k' -> key;
                case 'v' -> value;
                case 'e' -> expected;
                default -> destination;
            };
        }
    }

    /** A call of an operation. */
    interface Operation {
        Object on(OffHeapCache c, Buffers b);
    }

    @Override
    public String toString() {
        return name + " (" + takes + ")";
    }

    boolean isOnLongKey() {
        return takes.indexOf('k') < 0;
    }

    static List<BufferCall> all() {
        final List<BufferCall> all = new ArrayList<>();
        final long k = LONG_KEY;
        add(all, "get", "d", (c, b) -> c.get(k, b.destination, AT));
        add(all, "peek", "d", (c, b) -> c.peek(k, b.destination, AT));
        add(all, "getAndRemove", "d", (c, b) -> c.getAndRemove(k, b.destination, AT));
        add(all, "put", "v", (c, b) -> c.put(k, b.value, AT, b.valueLength, TTL_NS));
        add(all, "putIfAbsent", "v", (c, b) -> c.putIfAbsent(k, b.value, AT, b.valueLength));
        add(all, "replace", "v", (c, b) -> c.replace(k, b.value, AT, b.valueLength));
        add(
                all,
                "removeIfEqual",
                "e",
                (c, b) -> c.removeIfEqual(k, b.expected, AT, b.expectedLength));
        add(
                all,
                "compareAndSet",
                "ve",
                (c, b) -> c.compareAndSet(k, b.wholeExpected(), b.value, AT, b.valueLength));
        add(all, "get", "kd", (c, b) -> c.get(b.key, AT, b.keyLength, b.destination, AT));
        add(
                all,
                "getAndRemove",
                "kd",
                (c, b) -> c.getAndRemove(b.key, AT, b.keyLength, b.destination, AT));
        add(
                all,
                "put",
                "kv",
                (c, b) -> c.put(b.key, AT, b.keyLength, b.value, AT, b.valueLength, TTL_NS));
        add(
                all,
                "putIfAbsent",
                "kv",
                (c, b) -> c.putIfAbsent(b.key, AT, b.keyLength, b.value, AT, b.valueLength));
        add(
                all,
                "replace",
                "kv",
                (c, b) -> c.replace(b.key, AT, b.keyLength, b.value, AT, b.valueLength));
        add(
                all,
                "removeIfEqual",
                "ke",
                (c, b) ->
                        c.removeIfEqual(b.key, AT, b.keyLength, b.expected, AT, b.expectedLength));
        add(
                all,
                "compareAndSet",
                "kve",
                (c, b) ->
                        c.compareAndSet(
                                b.key,
                                AT,
                                b.keyLength,
                                b.wholeExpected(),
                                b.value,
                                AT,
                                b.valueLength));
        add(all, "getLong", "k", (c, b) -> c.getLong(b.key, AT, b.keyLength, 0, -1));
        add(all, "read", "k", (c, b) -> c.read(b.key, AT, b.keyLength, view -> {}));
        add(all, "peek", "kd", (c, b) -> c.peek(b.key, AT, b.keyLength, b.destination, AT));
        add(all, "contains", "k", (c, b) -> c.contains(b.key, AT, b.keyLength));
        add(all, "update", "k", (c, b) -> c.update(b.key, AT, b.keyLength, view -> {}));
        add(all, "addAndGetLong", "k", (c, b) -> c.addAndGetLong(b.key, AT, b.keyLength, 0, 0, -1));
        add(all, "remove", "k", (c, b) -> c.remove(b.key, AT, b.keyLength));
        add(all, "remainingTtlNs", "k", (c, b) -> c.remainingTtlNs(b.key, AT, b.keyLength));
        add(all, "setTtl", "k", (c, b) -> c.setTtl(b.key, AT, b.keyLength, TTL_NS));
        add(all, "persist", "k", (c, b) -> c.persist(b.key, AT, b.keyLength));
        add(all, "batch get", "d", BufferCall::getBatch);
        add(all, "batch put", "v", BufferCall::putBatch);
        add(
                all,
                "batch add",
                "k",
                (c, b) -> {
                    final MultiGet batch = new MultiGet(1);
                    batch.add(b.key, AT, b.keyLength);
                    return c.get(batch, new UnsafeBuffer(new byte[0]), 0);
                });
        return all;
    }

    private static void add(List<BufferCall> all, String name, String takes, Operation operation) {
        all.add(new BufferCall(name, takes, operation));
    }

    private static Object getBatch(OffHeapCache cache, Buffers buffers) {
        final MultiGet batch = new MultiGet(2);
        batch.add(-1);
        batch.add(LONG_KEY);
        return cache.get(batch, buffers.destination, AT);
    }

    private static Object putBatch(OffHeapCache cache, Buffers buffers) {
        final MultiPut batch = new MultiPut(2);
        final int half = buffers.valueLength / 2;
        batch.add(LONG_KEY + 1, AT, half);
        batch.add(LONG_KEY, AT, buffers.valueLength);
        return cache.put(batch, buffers.value, NO_TTL);
    }
}
