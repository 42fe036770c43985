// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * A model of the cache made of ordinary objects. The replay reports every request to the real cache
 * and its answer to the model. The model never removes an entry by itself: it learns of removals
 * only from reports, so that every entry that the cache silently loses or keeps is a difference.
 *
 * <p>It does not use the real cache, so tests can feed it any sequence of events.
 */
public final class ReferenceModel implements RemovalHandler {
    private final NanoClock clock;
    private final Differences differences = new Differences();
    private final Map<Object, ModelEntry> entries = new HashMap<>();
    private final Map<Integer, UsageOrder> orders = new HashMap<>();
    private boolean orderChecked;
    private int keyLength = -1;
    private int valueLength;
    private long step;
    private long evictions;
    private long expirations;

    /**
     * Creates an empty model.
     *
     * @param clock the clock of the cache.
     * @param orderChecked whether evictions are checked against exact LRU order. The check ends
     *     with the first entry of another size, because a full size class evicts its own entries.
     */
    public ReferenceModel(NanoClock clock, boolean orderChecked) {
        this.clock = clock;
        this.orderChecked = orderChecked;
    }

    /**
     * Sets the step of the replay for the following events.
     *
     * @param number the number of the trade or request, from 1.
     */
    public void step(long number) {
        step = number;
    }

    /**
     * Returns the value that the cache should hold. A caller that changes the cache's value in
     * place has to change this one in the same way.
     *
     * @param key the key.
     * @return the value, or null if the cache should hold none.
     */
    public MutableDirectBuffer value(Object key) {
        final ModelEntry entry = entries.get(key);
        return entry == null ? null : entry.value;
    }

    /**
     * Records that the cache found a key.
     *
     * @param key the key.
     * @param value the buffer with the value that the cache returned.
     * @param length the length of the value.
     */
    public void hit(Object key, DirectBuffer value, int length) {
        final ModelEntry entry = entries.get(key);
        if (entry == null) {
            differ(Difference.UNKNOWN_HIT, key, "found, but it was removed or never put");
            return;
        }
        final long now = clock.nanoTime();
        if (now >= entry.deadlineNs) {
            differ(
                    Difference.LATE_HIT,
                    key,
                    "found " + (now - entry.deadlineNs) + " ns after its deadline");
        }
        final String mismatch = mismatch(entry.value, value, length);
        if (mismatch != null) {
            differ(Difference.WRONG_VALUE, key, mismatch);
        }
        order(entry).use(entry);
    }

    /**
     * Records that the cache did not find a key.
     *
     * @param key the key.
     */
    public void miss(Object key) {
        final ModelEntry entry = entries.get(key);
        if (entry != null && clock.nanoTime() < entry.deadlineNs) {
            differ(
                    Difference.UNEXPLAINED_MISS,
                    key,
                    "not found, though no removal was reported and its deadline is "
                            + (entry.deadlineNs - clock.nanoTime())
                            + " ns away");
        }
    }

    /**
     * Records that a value was put for a key that was not found before.
     *
     * @param key the key.
     * @param segment the key's segment.
     * @param value the buffer with the value.
     * @param length the length of the value.
     * @param ttlNs the time to live.
     * @param absent whether the cache reported that the key was absent.
     */
    public void stored(
            Object key, int segment, DirectBuffer value, int length, long ttlNs, boolean absent) {
        final ModelEntry previous = entries.remove(key);
        if (previous != null) {
            order(previous).remove(previous);
            differ(
                    Difference.WRONG_PUT,
                    key,
                    "put, but no removal of the previous entry was reported");
        } else if (!absent) {
            differ(Difference.WRONG_PUT, key, "put, and treated as present, but it was absent");
        }
        checkSizes(ModelKey.length(key), length);
        final byte[] copy = new byte[length];
        value.getBytes(0, copy);
        final ModelEntry entry = new ModelEntry(key, segment, copy, deadline(ttlNs));
        entries.put(key, entry);
        order(entry).add(entry);
    }

    private void checkSizes(int newKeyLength, int newValueLength) {
        if (keyLength < 0) {
            keyLength = newKeyLength;
            valueLength = newValueLength;
        }
        orderChecked &= keyLength == newKeyLength && valueLength == newValueLength;
    }

    /**
     * Records that a key was given another time to live.
     *
     * @param key the key.
     * @param ttlNs the time to live.
     * @param found whether the cache reported that the key was present.
     */
    public void renewed(Object key, long ttlNs, boolean found) {
        if (!found) {
            miss(key);
            return;
        }
        final ModelEntry entry = entries.get(key);
        if (entry == null) {
            differ(Difference.UNKNOWN_HIT, key, "renewed, but it was removed or never put");
        } else {
            entry.deadlineNs = deadline(ttlNs);
        }
    }

    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value) {
        final Object identity = ModelKey.of(key, 0, key.capacity());
        final ModelEntry entry = entries.remove(identity);
        if (entry == null) {
            differ(Difference.UNKNOWN_REMOVAL, identity, cause + ", but it was absent");
            return;
        }
        final String mismatch = mismatch(entry.value, value, value.capacity());
        if (mismatch != null) {
            differ(Difference.WRONG_REMOVED_VALUE, identity, cause + ": " + mismatch);
        }
        switch (cause) {
            case EVICTED -> evicted(entry);
            case EXPIRED -> expired(entry);
            default ->
                    differ(
                            Difference.UNASKED_REMOVAL,
                            identity,
                            cause + ", but nothing asked for it");
        }
        order(entry).remove(entry);
    }

    private void evicted(ModelEntry entry) {
        evictions++;
        final long late = clock.nanoTime() - entry.deadlineNs;
        if (late >= 0) {
            differ(
                    Difference.LATE_EVICTION,
                    entry.key,
                    "EVICTED, though it had expired " + late + " ns before");
        }
        final ModelEntry oldest = order(entry).oldest();
        if (orderChecked && oldest != entry) {
            differ(
                    Difference.WRONG_ORDER,
                    entry.key,
                    "EVICTED, though the least recently used of segment "
                            + entry.segment
                            + " was key "
                            + ModelKey.show(oldest.key));
        }
    }

    private void expired(ModelEntry entry) {
        expirations++;
        final long early = entry.deadlineNs - clock.nanoTime();
        if (early > 0) {
            differ(Difference.EARLY_EXPIRY, entry.key, "EXPIRED " + early + " ns too early");
        }
    }

    /**
     * Ends the replay and compares the counts.
     *
     * @param size the number of entries that the cache holds.
     * @param statistics the cache's counters.
     */
    public void finish(long size, CacheStatistics statistics) {
        finish(size, statistics.evictions(), statistics.expirations());
    }

    /**
     * Ends the replay of a cache that had counted before the model began, and compares the counts.
     *
     * @param size the number of entries that the cache holds.
     * @param evicted how many evictions the cache has counted since the model began.
     * @param expired how many expirations the cache has counted since the model began.
     */
    public void finish(long size, long evicted, long expired) {
        count("entries held", entries.size(), size);
        count("evictions", evictions, evicted);
        count("expirations", expirations, expired);
    }

    /**
     * Returns the entries that the cache should hold, including expired ones whose removal was not
     * reported.
     *
     * @param visitor called for each entry, in no order.
     */
    public void forEach(Visitor visitor) {
        entries.forEach((key, entry) -> visitor.onEntry(key, entry.value, entry.deadlineNs));
    }

    /** Receives the entries of a model. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Receives an entry.
         *
         * @param key the identity of the key; see {@link ModelKey}.
         * @param value the value.
         * @param deadlineNs the deadline by the clock of the cache, or {@code Long.MAX_VALUE}.
         */
        void onEntry(Object key, DirectBuffer value, long deadlineNs);
    }

    private void count(String what, long reported, long counted) {
        if (reported != counted) {
            differences.add(
                    Difference.WRONG_COUNT,
                    "at the end: the cache counts "
                            + counted
                            + " "
                            + what
                            + ", but reported "
                            + reported);
        }
    }

    /**
     * Returns whether the order of evictions has been checked so far.
     *
     * @return false if it was not asked for or entries differ in size.
     */
    public boolean orderChecked() {
        return orderChecked;
    }

    /**
     * Returns the differences found so far.
     *
     * @return the differences.
     */
    public Differences differences() {
        return differences;
    }

    private long deadline(long ttlNs) {
        final long now = clock.nanoTime();
        return ttlNs >= Long.MAX_VALUE - now ? Long.MAX_VALUE : now + ttlNs;
    }

    private UsageOrder order(ModelEntry entry) {
        return orders.computeIfAbsent(entry.segment, segment -> new UsageOrder());
    }

    private void differ(Difference kind, Object key, String what) {
        differences.add(kind, "step " + step + ": key " + ModelKey.show(key) + " " + what);
    }

    private static String mismatch(DirectBuffer expected, DirectBuffer actual, int length) {
        if (expected.capacity() != length) {
            return "value of " + length + " bytes instead of " + expected.capacity();
        }
        int i = 0;
        while (i + Long.BYTES <= length && expected.getLong(i) == actual.getLong(i)) {
            i += Long.BYTES;
        }
        for (; i < length; i++) {
            if (expected.getByte(i) != actual.getByte(i)) {
                return "value of " + length + " bytes, wrong from byte " + i;
            }
        }
        return null;
    }
}
