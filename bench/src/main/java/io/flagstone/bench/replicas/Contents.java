// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.verify.ReferenceModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * The entries of a cache at one moment, in no order.
 *
 * @param entries the entries.
 */
record Contents(List<Entry> entries) {
    private static final int STEP_ENTRIES = 256;
    private static final HexFormat HEX = HexFormat.of();

    /**
     * An entry.
     *
     * @param key the key.
     * @param value the bytes of the value, as hexadecimal digits.
     * @param deadlineNs the deadline by the clock of the replay, or {@code Long.MAX_VALUE}.
     */
    record Entry(long key, String value, long deadlineNs) {
        /** Returns the bytes of the value. */
        byte[] bytes() {
            return HEX.parseHex(value);
        }
    }

    /**
     * Reads all live entries of a cache that nobody changes meanwhile.
     *
     * @param cache the cache.
     * @param clock the clock of the cache.
     */
    static Contents of(OffHeapCache cache, NanoClock clock) {
        final List<Entry> found = new ArrayList<>();
        for (long cursor = 0; cursor != OffHeapCache.SCAN_DONE; ) {
            cursor =
                    cache.scan(
                            cursor,
                            STEP_ENTRIES,
                            (key, value) ->
                                    found.add(
                                            new Entry(
                                                    key.getLong(0),
                                                    hex(value, value.capacity()),
                                                    0)));
        }
        // A visitor must not call the cache, so the deadlines are asked for afterwards.
        found.replaceAll(
                entry -> {
                    final long ttlNs = cache.remainingTtlNs(entry.key());
                    return new Entry(
                            entry.key(),
                            entry.value(),
                            ttlNs == OffHeapCache.NO_TTL
                                    ? Long.MAX_VALUE
                                    : clock.nanoTime() + ttlNs);
                });
        return new Contents(found);
    }

    /** Copies the entries of a model. */
    static Contents of(ReferenceModel model) {
        final List<Entry> found = new ArrayList<>();
        model.forEach(
                (key, value, deadlineNs) ->
                        found.add(new Entry((Long) key, hex(value, value.capacity()), deadlineNs)));
        return new Contents(found);
    }

    private static String hex(DirectBuffer value, int length) {
        final byte[] bytes = new byte[length];
        value.getBytes(0, bytes);
        return HEX.formatHex(bytes);
    }

    /** Returns the entries by key. A key that is there twice is an error of the cache. */
    Map<Long, Entry> byKey() {
        final Map<Long, Entry> map = new HashMap<>();
        for (final Entry entry : entries) {
            if (map.put(entry.key(), entry) != null) {
                throw new IllegalStateException("key " + entry.key() + " is there twice");
            }
        }
        return map;
    }
}
