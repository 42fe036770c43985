// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.CacheClosedException;
import io.flagstone.feed.ChangeFeed;
import io.flagstone.feed.ChangeHandler;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.feed.ChangeReader;
import io.flagstone.internal.feed.ChangeRing;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.SegmentSweep;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.EpochNanoClock;

/**
 * The reader's side of a cache's feed: passes the ring's changes on, with gaps where some were
 * lost, and writes the state of the segments into the ring, one after the other, for a
 * synchronisation.
 *
 * <p>One thread at a time polls; the state of the synchronisation is that thread's. Allocates
 * nothing after construction.
 */
final class CacheFeed implements ChangeFeed {
    /** The records after which the ring gets their room back. */
    private static final int READ_RECORDS = 64;

    /** The phases of a synchronisation. */
    private enum Phase {
        NONE,
        /** The segments are being copied. */
        COPYING,
        /** All is copied; the end has yet to be written. */
        COPIED,
        /** The end is in the ring. */
        ENDING
    }

    private final ChangeRing ring;
    private final ChangeReader reader;
    private final int maxChangeBytes;
    private final SegmentSweep sweep = new SegmentSweep();
    private final AtomicBoolean polling = new AtomicBoolean();

    /** The segments, or {@code null} after close. */
    private volatile Segment[] segments;

    private volatile boolean requested;
    private volatile Phase phase = Phase.NONE;
    private int swept;

    /** Whether nothing more is read, because the cache was closed over a record that is broken. */
    private boolean abandoned;

    /**
     * Creates the reader's side, and lets the writers begin.
     *
     * @param epochOffsetNs the time since 1970 at which the cache was built.
     */
    CacheFeed(SegmentConfig config, long epochOffsetNs, Segment[] segments) {
        this.ring = config.calls().feed();
        this.maxChangeBytes =
                config.layout().classes().maxEntryBytes() - EntryDescriptor.HEADER_LENGTH;
        this.reader = new ChangeReader(ring, epochOffsetNs);
        this.segments = segments;
        long entries = 0;
        for (final Segment segment : segments) {
            entries += segment.size();
        }
        ring.open(entries == 0);
    }

    /** Returns the feed of a cache, or {@code null} if it was built without one. */
    static CacheFeed of(SegmentConfig config, EpochNanoClock epochClock, Segment[] segments) {
        return config.calls().feed() == null
                ? null
                : new CacheFeed(
                        config,
                        ClockPair.read(config.times().clock(), epochClock)
                                .wallNs(config.times().birthNs()),
                        segments);
    }

    /** Notes that all segments are closed. */
    void close() {
        segments = null;
    }

    @Override
    public int poll(ChangeHandler handler, int limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("limit must be positive: limit=" + limit);
        }
        final Segment[] open = segments;
        if (open != null) {
            open[0].refuseCallback();
        }
        if (!polling.compareAndSet(false, true)) {
            throw new IllegalStateException("another thread polls the feed, or its handler does");
        }
        try {
            return poll(handler, limit, open);
        } finally {
            polling.set(false);
        }
    }

    private int poll(ChangeHandler handler, int limit, Segment[] open) {
        int passed = 0;
        for (int steps = 0; passed < limit && steps < limit; steps++) {
            if (ring.isBroken()) {
                repair(open);
            }
            // Asked first: what is lost later does not concern what is read now.
            final boolean losing = ring.isLosing();
            if (open != null && !losing) {
                passed += synchronise(handler, open);
            }
            final int read =
                    abandoned || passed == limit
                            ? 0
                            : reader.read(handler, Math.min(limit - passed, READ_RECORDS));
            passed += read;
            if (phase == Phase.ENDING && reader.hasEnded()) {
                phase = Phase.NONE;
            }
            if (read == 0) {
                if (losing && isDrained() && passed < limit) {
                    passGap(handler, open);
                    passed++;
                } else if (phase != Phase.COPYING || !isDrained()) {
                    break;
                }
            }
        }
        if (passed == 0 && open == null && isDrained()) {
            throw new CacheClosedException();
        }
        return passed;
    }

    private boolean isDrained() {
        return abandoned || ring.pendingBytes() == 0;
    }

    /**
     * Empties the ring, in which a writer has ended by an Error. Changes are being lost, so no
     * writer enters the ring any more; those that are in it are awaited.
     */
    private void repair(Segment[] open) {
        if (open == null) {
            abandoned = true;
        } else {
            for (final Segment segment : open) {
                segment.awaitWriters();
            }
        }
        ring.repair();
    }

    private void passGap(ChangeHandler handler, Segment[] open) {
        if (phase == Phase.COPYING && open != null) {
            open[swept].endSweep();
        }
        phase = Phase.NONE;
        reader.passGap(handler);
    }

    /** Takes a step of the synchronisation. Returns the number of changes passed. */
    private int synchronise(ChangeHandler handler, Segment[] open) {
        switch (phase) {
            case NONE -> {
                if (requested) {
                    swept = 0;
                    phase = Phase.COPYING;
                    requested = false;
                    reader.beginSynchronisation(handler);
                    return 1;
                }
            }
            case COPYING -> copy(open);
            case COPIED -> {
                if (ring.endSynchronisation()) {
                    phase = Phase.ENDING;
                }
            }
            default -> {}
        }
        return 0;
    }

    private void copy(Segment[] open) {
        try {
            final boolean more =
                    open[swept].sweep(sweep, Checkpoints.STEP_ENTRIES, Checkpoints.STEP_BYTES);
            if (!more && ++swept == open.length) {
                phase = Phase.COPIED;
            }
        } catch (final CacheClosedException e) {
            // The changes from before are still in the ring, so the poll goes on.
            phase = Phase.NONE;
        }
    }

    @Override
    public void synchronise() {
        if (segments == null) {
            throw new CacheClosedException();
        }
        requested = true;
    }

    @Override
    public boolean isSynchronising() {
        return segments != null && (requested || phase != Phase.NONE);
    }

    @Override
    public long number() {
        return reader.number();
    }

    @Override
    public long gaps() {
        return reader.gaps();
    }

    @Override
    public boolean isLosing() {
        return ring.isLosing();
    }

    @Override
    public long pendingBytes() {
        return ring.pendingBytes();
    }

    @Override
    public int capacityBytes() {
        return ring.capacity();
    }

    @Override
    public int maxChangeBytes() {
        return maxChangeBytes;
    }
}
