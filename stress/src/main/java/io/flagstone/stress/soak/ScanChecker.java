// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryVisitor;
import org.agrona.DirectBuffer;

/** Scans the cache some entries at a time, and checks each as far as the thread knows its key. */
final class ScanChecker implements EntryVisitor {
    private static final int ENTRIES = 24;

    private final SoakCache cache;
    private final KeyCodec keyCodec;
    private final OwnedKeyModel model;
    private final ReadOnlyWorkload readOnly;
    private final int threads;
    private long cursor;

    ScanChecker(SoakRound round, SoakCache cache, OwnedKeyModel model, ReadOnlyWorkload readOnly) {
        this.cache = cache;
        this.keyCodec = round.keyCodec();
        this.model = model;
        this.readOnly = readOnly;
        this.threads = round.threads();
    }

    void run() {
        final long next = cache.scan(cursor, ENTRIES, this);
        cursor = next == OffHeapCache.SCAN_DONE ? 0 : next;
    }

    @Override
    public void onEntry(DirectBuffer keyBytes, DirectBuffer value) {
        final long key = keyCodec.check(keyBytes);
        if (!KeyCodec.isCounter(key) && model.owns(key)) {
            // No deadline check is needed: once the owner sees the deadline pass, the model has no
            // value.
            model.found((int) key / threads, Long.MIN_VALUE, value, 0, value.capacity());
            return;
        }
        final long sequence = ValueCodec.check(value, 0, value.capacity(), key);
        if (!KeyCodec.isCounter(key)) {
            readOnly.scanned((int) key, sequence, value);
        }
    }
}
