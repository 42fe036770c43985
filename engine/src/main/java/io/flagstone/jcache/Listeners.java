package io.flagstone.jcache;

import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalListener;
import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import javax.cache.Cache;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.event.EventType;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Who is to be told of what becomes of entries.
 *
 * <p>Events of a key are told in the order of what happened, under the key's lock: to synchronous
 * listeners by the thread that caused them, to others by the common pool. The engine finds expired
 * entries under a lock of its own; those are kept as bytes and told by the next operation, on
 * whichever key, before anything else. Of two operations at once, one may tell of a key's expiry
 * while the other tells of what came after.
 */
final class Listeners<K, V> implements RemovalListener {
    /** An expired entry that nobody has been told of. */
    private record Expired(byte[] key, byte[] value) {}

    private final List<Registration<K, V>> registrations = new CopyOnWriteArrayList<>();
    private final Queue<Expired> expired = new ConcurrentLinkedQueue<>();
    private final Cache<K, V> source;
    private final Codec<K> keys;
    private final Codec<V> values;
    private volatile boolean wantsExpired;
    private volatile boolean wantsOldValue;

    Listeners(Cache<K, V> source, Codec<K> keys, Codec<V> values) {
        this.source = source;
        this.keys = keys;
        this.values = values;
    }

    void add(CacheEntryListenerConfiguration<K, V> configuration) {
        registrations.add(new Registration<>(configuration, ForkJoinPool.commonPool()));
        update();
    }

    void remove(CacheEntryListenerConfiguration<K, V> configuration) {
        registrations.removeIf(
                registration -> {
                    final boolean same = registration.is(configuration);
                    if (same) {
                        registration.close();
                    }
                    return same;
                });
        update();
    }

    void close() {
        registrations.forEach(Registration::close);
        registrations.clear();
        update();
    }

    private void update() {
        wantsExpired = registrations.stream().anyMatch(r -> r.takes(EventType.EXPIRED));
        wantsOldValue = registrations.stream().anyMatch(Registration::wantsOldValue);
    }

    /** Whether anyone is to be told of entries that expire. */
    boolean wantsExpired() {
        return wantsExpired;
    }

    /** Whether anyone is to be told of the value that was there before. */
    boolean wantsOldValue() {
        return wantsOldValue;
    }

    /** Called by the engine, under the lock of a segment. */
    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value) {
        if (cause == RemovalCause.EXPIRED && wantsExpired) {
            expired.add(new Expired(bytes(key), bytes(value)));
        }
    }

    private static byte[] bytes(DirectBuffer buffer) {
        return Codecs.ofBytes().decode(buffer, 0, buffer.capacity());
    }

    private static <T> T decode(Codec<T> codec, byte[] bytes) {
        return codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    /** Tells of the entries that the engine has found expired. */
    void tellExpired() {
        for (Expired entry = expired.poll(); entry != null; entry = expired.poll()) {
            final V value = decode(values, entry.value);
            dispatch(EventType.EXPIRED, decode(keys, entry.key), value, value);
        }
    }

    /** Tells of one event, and of what has expired before it. */
    void tell(EventType type, K key, V value, V oldValue) {
        if (!registrations.isEmpty()) {
            tellExpired();
            dispatch(type, key, value, oldValue);
        }
    }

    private void dispatch(EventType type, K key, V value, V oldValue) {
        EntryEvent<K, V> event = null;
        for (final Registration<K, V> registration : registrations) {
            if (registration.takes(type)) {
                if (event == null) {
                    event = new EntryEvent<>(source, type, key, value, oldValue);
                }
                registration.tell(event);
            }
        }
    }
}
