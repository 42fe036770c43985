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
 * A queue of expired entries that the listeners have not been notified of. The engine adds entries
 * as bytes, under a segment's lock. The next operation on the cache notifies the listeners.
 * Thread-safe.
 *
 * <p>Notifying never throws, so an operation on one key does not fail because another key has
 * expired. If a listener uses the cache, that operation notifies of no further expired entries; the
 * outer operation does this.
 */
final class ExpiredEntries<K, V> {
    /** An upper bound on the moves of an entry through the wheel before it expires. */
    private static final int STEPS_PER_ENTRY = 16;

    /** An encoded expired entry. */
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

    /**
     * Adds a copy of an entry. Called under a segment's lock; the buffers are invalid afterwards.
     */
    void add(DirectBuffer key, DirectBuffer value) {
        waiting.add(new Expired(bytes(key), bytes(value)));
    }

    private static byte[] bytes(DirectBuffer buffer) {
        return Codecs.ofBytes().decode(buffer, 0, buffer.capacity());
    }

    /** Makes the engine find all expired entries if a look is due, and notifies of them. */
    void findAndTell(OffHeapCache engine, Pace pace) {
        if (tellers.contains(Thread.currentThread())) {
            return;
        }
        if (pace.isDue()) {
            // The bound ends the loop if other threads add entries faster than this one notifies.
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

    /** Notifies of the entries that the engine has found so far. */
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
            Quietly.warn("notifying listeners of an expired entry failed", e);
        }
    }

    private static <T> T decode(Codec<T> codec, byte[] bytes) {
        return codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
    }
}
