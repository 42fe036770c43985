// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.feed;

import io.flagstone.feed.ChangeHandler;
import io.flagstone.feed.ChangeKind;
import java.lang.ref.Reference;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;

/**
 * The reader of the ring of changes: numbers them and passes them to a handler.
 *
 * <p>One thread at a time may read. Any thread may ask for the counts. Allocates nothing after
 * construction.
 */
public final class ChangeReader {
    private final ChangeRing ring;
    private final RecordView view;
    private final MessageHandler onRecord = this::onRecord;
    private ChangeHandler handler;
    private boolean ended;
    private long passed;

    /** The same for other threads, set after each call. */
    private volatile long number;

    private volatile long gaps;

    /**
     * Creates a reader.
     *
     * @param epochOffsetNs the time since 1970 at which the cache was built.
     */
    public ChangeReader(ChangeRing ring, long epochOffsetNs) {
        this.ring = ring;
        this.view = new RecordView(epochOffsetNs);
    }

    /**
     * Passes records on. A record counts as passed even if the handler throws.
     *
     * @param limit the most records to read.
     * @return the number of changes passed.
     */
    public int read(ChangeHandler receiver, int limit) {
        final long before = passed;
        handler = receiver;
        try {
            long position;
            do {
                // The end of the ring may have padding alone, which counts as nothing read.
                position = ring.ring.consumerPosition();
                ring.ring.read(onRecord, limit);
            } while (passed == before && ring.ring.consumerPosition() != position);
        } finally {
            handler = null;
            view.takeOff();
            number = passed;
            Reference.reachabilityFence(ring);
        }
        return (int) (passed - before);
    }

    private void onRecord(int type, MutableDirectBuffer buffer, int index, int length) {
        if (type == ChangeDescriptor.SYNC_END) {
            ended = true;
            if (ring.isLosing()) {
                // The lost change may be from before. The gap follows.
                return;
            }
        }
        view.wrap(type, buffer, index, length);
        pass(handler);
    }

    /** Passes the beginning of a synchronisation on. */
    public void beginSynchronisation(ChangeHandler receiver) {
        ended = false;
        passAlone(receiver, ChangeKind.SYNC_BEGIN);
    }

    /** Passes a gap on. From here on the ring takes changes again. */
    public void passGap(ChangeHandler receiver) {
        gaps++;
        ring.found();
        passAlone(receiver, ChangeKind.GAP);
    }

    private void passAlone(ChangeHandler receiver, ChangeKind kind) {
        view.show(kind);
        number = passed + 1;
        pass(receiver);
    }

    private void pass(ChangeHandler receiver) {
        passed++;
        view.number(passed);
        receiver.onChange(view);
    }

    /** Returns whether the end of the synchronisation that began last was read. */
    public boolean hasEnded() {
        return ended;
    }

    /** Returns the number of the change that was passed last. */
    public long number() {
        return number;
    }

    /** Returns the number of gaps, with one that was not passed on yet. */
    public long gaps() {
        return gaps + (ring.isLosing() ? 1 : 0);
    }
}
