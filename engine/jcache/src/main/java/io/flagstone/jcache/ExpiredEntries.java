// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The expired entries of which the listeners have not been told. The engine finds them under the
 * lock of a segment; they wait here as bytes, and the next operation tells of them.
 *
 * <p>Telling never throws: an operation on one key does not fail because of another that has
 * expired. A listener that uses the cache tells of no further expired entries; the operation that
 * called it goes on with those. Thread-safe.
 */
final class ExpiredEntries<K, V> {
    /** The most that an entry can move through the wheel before it expires, and some more. */
    private static final int STEPS_PER_ENTRY = 16;

    /** An expired entry that the listeners have not been told of. */
    private record Expired(byte[] key, byte[] value) {}

    private final Queue<Expired> waiting = new ConcurrentLinkedQueue<>();
    private final Set<Thread> tellers = ConcurrentHashMap.newKeySet();
    private final Codec<K> keys;
    private final Codec<V> values;
    private final BiConsumer<K, V> listeners;

    ExpiredEntries(Codec<K> keys, Codec<V> values, BiConsumer<K, V> listeners) {
        this.keys = keys;
        this.values = values;
        this.listeners = listeners;
    }

    /** Keeps an entry. Called under the lock of a segment, with buffers that cannot be kept. */
    void add(DirectBuffer key, DirectBuffer value) {
        waiting.add(new Expired(bytes(key), bytes(value)));
    }

    private static byte[] bytes(DirectBuffer buffer) {
        return Codecs.ofBytes().decode(buffer, 0, buffer.capacity());
    }

    /** Lets the engine find all entries that are due, and tells of them. */
    void findAndTell(OffHeapCache engine, Pace pace) {
        if (tellers.contains(Thread.currentThread())) {
            return;
        }
        if (pace.isDue()) {
            // The bound ends this if others add entries faster than they are told of.
            long steps = STEPS_PER_ENTRY * (engine.size() + 1);
            int work = engine.doWork();
            while (work > 0) {
                tell();
                steps -= work;
                if (steps <= 0) {
                    pace.again();
                    break;
                }
                work = engine.doWork();
            }
        }
        tell();
    }

    /** Tells of the entries that have been found so far. */
    void tell() {
        final Thread me = Thread.currentThread();
        if (waiting.isEmpty() || !tellers.add(me)) {
            return;
        }
        try {
            for (int left = waiting.size(); left > 0; left--) {
                final Expired entry = waiting.poll();
                if (entry == null) {
                    return;
                }
                tell(entry);
            }
        } finally {
            tellers.remove(me);
        }
    }

    private void tell(Expired entry) {
        try {
            listeners.accept(decode(keys, entry.key), decode(values, entry.value));
        } catch (final Throwable e) {
            Quietly.warn("a listener of expired entries failed", e);
        }
    }

    private static <T> T decode(Codec<T> codec, byte[] bytes) {
        return codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
    }
}
