// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.OffHeapCache;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The contents of a primary after each of its operations. For each key they have the digest of its
 * value, 0 if it is absent, and its deadline.
 */
final class History {
    /** The contents of a cache. */
    record Contents(long[] digests, long[] deadlines) {
        /** Returns the digest that a reader finds at some time. */
        long at(int key, long nowNs) {
            return nowNs < deadlines[key] ? digests[key] : 0;
        }
    }

    private final int keys;
    private final List<Contents> contents = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16 << 10]);

    History(int keys) {
        this.keys = keys;
    }

    /** Returns what a cache holds now. */
    Contents look(OffHeapCache cache, long nowNs) {
        final Contents found = new Contents(new long[keys], new long[keys]);
        for (int key = 0; key < keys; key++) {
            final long ttlNs = cache.remainingTtlNs(key);
            found.digests[key] = ttlNs == OffHeapCache.NOT_FOUND ? 0 : digest(cache, key);
            found.deadlines[key] = ttlNs == OffHeapCache.NO_TTL ? Long.MAX_VALUE : nowNs + ttlNs;
        }
        return found;
    }

    private long digest(OffHeapCache cache, int key) {
        final int length = cache.get(key, buffer, 0);
        if (length < 0) {
            return 0;
        }
        long hash = 1 + length;
        for (int i = 0; i < length; i++) {
            hash = hash * 0x9E3779B97F4A7C15L + buffer.getByte(i);
        }
        return hash == 0 ? 1 : hash;
    }

    /** Adds the contents after an operation. */
    void add(OffHeapCache cache, long nowNs) {
        contents.add(look(cache, nowNs));
    }

    /** Returns the position of the contents that were added last. */
    int last() {
        return contents.size() - 1;
    }

    /**
     * Returns the first position from one on at which the primary held something, or at which it
     * did when only some of the changes of the next operation were made. Returns -1 if there is
     * none.
     */
    int find(Contents found, int from, long nowNs) {
        for (int at = from; at < contents.size(); at++) {
            if (isAt(found, at, nowNs)) {
                return at;
            }
        }
        return -1;
    }

    /** Tells which keys differ in two caches. */
    String difference(OffHeapCache one, OffHeapCache other, long nowNs) {
        final Contents first = look(one, nowNs);
        final Contents second = look(other, nowNs);
        final StringBuilder text = new StringBuilder("differences at ").append(nowNs).append(':');
        for (int key = 0; key < keys; key++) {
            if (first.digests[key] != second.digests[key]
                    || first.deadlines[key] != second.deadlines[key]) {
                text.append(" key ").append(key);
                text.append('=')
                        .append(first.digests[key])
                        .append('@')
                        .append(first.deadlines[key]);
                text.append('/').append(second.digests[key]);
                text.append('@').append(second.deadlines[key]);
            }
        }
        return text.toString();
    }

    private boolean isAt(Contents found, int at, long nowNs) {
        final Contents before = contents.get(at);
        final Contents after = contents.get(Math.min(at + 1, last()));
        for (int key = 0; key < keys; key++) {
            final long digest = found.digests[key];
            // A write that makes room may evict the old value of its own key first.
            final boolean isBetween = digest == 0 && before.digests[key] != after.digests[key];
            if (!isBetween && digest != before.at(key, nowNs) && digest != after.at(key, nowNs)) {
                return false;
            }
        }
        return true;
    }
}
