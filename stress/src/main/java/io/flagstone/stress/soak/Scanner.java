// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryVisitor;
import org.agrona.DirectBuffer;

/** Walks the cache some entries at a time, checking each as far as its thread knows its key. */
final class Scanner implements EntryVisitor {
    private static final int ENTRIES = 24;

    private final SoakCache cache;
    private final KeyShape shape;
    private final OwnedState owned;
    private final ForeignKeys foreign;
    private final int threads;
    private long cursor;

    Scanner(Turn turn, SoakCache cache, OwnedState owned, ForeignKeys foreign) {
        this.cache = cache;
        this.shape = turn.shape();
        this.owned = owned;
        this.foreign = foreign;
        this.threads = turn.threads();
    }

    void run() {
        final long next = cache.scan(cursor, ENTRIES, this);
        cursor = next == OffHeapCache.SCAN_DONE ? 0 : next;
    }

    @Override
    public void onEntry(DirectBuffer keyBytes, DirectBuffer value) {
        final long key = shape.check(keyBytes);
        if (!KeyShape.isCounter(key) && owned.owns(key)) {
            // The deadline needs no look: had the owner seen it pass, nothing would be known here.
            owned.found((int) key / threads, Long.MIN_VALUE, value, 0, value.capacity());
            return;
        }
        final long sequence = ValueCodec.check(value, 0, value.capacity(), key);
        if (!KeyShape.isCounter(key)) {
            foreign.scanned((int) key, sequence, value);
        }
    }
}
