// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * A model of the cache's expected content, on the heap and in order of use.
 *
 * <p>It learns of removals only as the removal handler, and checks each one: the value, the
 * deadline, and where the order is exact, that an evicted entry was the least recently used.
 */
final class CacheModel implements RemovalHandler {
    /** A value with its deadline. */
    static final class Item {
        byte[] value;
        long deadlineNs;
        boolean sliding;

        boolean isLive(long nowNs) {
            return nowNs < deadlineNs;
        }
    }

    /** The items, least recently used first. */
    private final LinkedHashMap<Key, Item> items = new LinkedHashMap<>();

    private final boolean exactOrder;
    private final long maxEntries;
    private long nowNs;
    private boolean removing;
    private long evictions;
    private long expirations;

    /** A key's bytes. */
    static final class Key {
        private final byte[] bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        Key(DirectBuffer buffer) {
            this(bytes(buffer));
        }

        byte[] content() {
            return bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key && Arrays.equals(bytes, ((Key) other).bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public String toString() {
            return Arrays.toString(bytes);
        }
    }

    CacheModel(boolean exactOrder, long maxEntries) {
        this.exactOrder = exactOrder;
        this.maxEntries = maxEntries;
    }

    static byte[] bytes(DirectBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    void time(long ns) {
        nowNs = ns;
    }

    /** Says whether the current operation removes entries itself. */
    void removing(boolean now) {
        removing = now;
    }

    /** Returns a key's item, or {@code null} if it is absent or expired. */
    Item live(Key key) {
        final Item item = items.get(key);
        return item != null && item.isLive(nowNs) ? item : null;
    }

    /** Makes an item the most recently used. */
    void use(Key key) {
        items.put(key, items.remove(key));
    }

    /** Adds or replaces an item, which becomes the most recently used. */
    void put(Key key, Item item) {
        items.remove(key);
        items.put(key, item);
    }

    int size() {
        return items.size();
    }

    long evictions() {
        return evictions;
    }

    long expirations() {
        return expirations;
    }

    Iterable<Map.Entry<Key, Item>> entries() {
        return items.entrySet();
    }

    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer keyView, DirectBuffer valueView) {
        final Key key = new Key(keyView);
        final Item item = items.get(key);
        assertThat(item).as("%s of a key that is not held", cause).isNotNull();
        assertThat(bytes(valueView)).as("the value removed as %s", cause).isEqualTo(item.value);
        switch (cause) {
            case REPLACED:
                return;
            case REMOVED:
                assertThat(removing).as("an operation removes entries").isTrue();
                break;
            case EXPIRED:
                assertThat(item.deadlineNs)
                        .as("the deadline of an expired entry")
                        .isLessThanOrEqualTo(nowNs);
                expirations++;
                break;
            default:
                assertThat(item.deadlineNs)
                        .as("the deadline of an evicted entry")
                        .isGreaterThan(nowNs);
                if (exactOrder) {
                    final Iterator<Key> eldest = items.keySet().iterator();
                    assertThat(eldest.next()).as("the least recently used key").isEqualTo(key);
                    assertThat((long) items.size())
                            .as("entries when one is evicted")
                            .isEqualTo(maxEntries);
                }
                evictions++;
        }
        items.remove(key);
    }
}
