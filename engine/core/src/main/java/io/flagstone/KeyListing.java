// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.KeyVisitor;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentListing;

/**
 * Passes all keys of a cache to a visitor in bounded steps, while the cache is written, and from
 * then on every key that the cache gets, until it is closed.
 *
 * <p>After {@link #step} has returned false, each key that the cache has was passed at least once,
 * at every moment until {@link #close}. A key may be passed several times: when the step reaches
 * it, when its entry is inserted, when its value grows, and when the cache moves the entry. A key
 * that was passed may be gone.
 *
 * <p>The visitor is called in a step by the thread that makes it, and otherwise by the thread that
 * writes, under the lock of a segment and possibly in the middle of a write. So it must be short,
 * and threads may call it at the same time for keys of different segments. An exception from it
 * ends a step and reaches its caller; in a write it goes to the error handler, and the key may be
 * missing.
 *
 * <p>A cache has one listing at a time. Not thread-safe. A step allocates nothing.
 */
public final class KeyListing implements AutoCloseable {
    private final Segment[] segments;
    private final SegmentListing[] listings;
    private int segment;

    KeyListing(Segment[] segments, KeyVisitor visitor) {
        this.segments = segments;
        this.listings = new SegmentListing[segments.length];
        for (int i = 0; i < listings.length; i++) {
            listings[i] = new SegmentListing(visitor);
        }
    }

    /**
     * Passes the next keys. Holds the lock of one segment meanwhile.
     *
     * @param maxKeys the number of keys after which to stop, at least 1.
     * @return whether there may be more.
     * @throws IllegalStateException if the cache is closed, if one of its callbacks makes the call,
     *     if another listing is open, or if this one was closed.
     */
    public boolean step(int maxKeys) {
        if (segment < segments.length
                && !segments[segment].stepListing(listings[segment], maxKeys)) {
            segment++;
        }
        return segment < segments.length;
    }

    /** Ends the listing. Closing again does nothing. */
    @Override
    public void close() {
        for (int i = 0; i < segments.length; i++) {
            segments[i].endListing(listings[i]);
        }
    }
}
