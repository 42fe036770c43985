// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import io.flagstone.bench.tape.PriceLevelRecord;
import io.flagstone.bench.verify.Differences;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Checks that a replica applies each change once and in order, while it follows. It is the removal
 * handler of the replica's cache: each value of a level replaces one that counts a trade less, and
 * each marker replaces the one of the trade before. So a change is noticed that is missing, comes
 * twice or comes late, even if later changes hide it.
 */
final class SuccessionCheck implements RemovalHandler {
    private static final long UNKNOWN = -1;

    private final Long2LongHashMap counted = new Long2LongHashMap(UNKNOWN);
    private final UnsafeBuffer copy = new UnsafeBuffer(new byte[PriceLevelRecord.LENGTH]);
    private final PriceLevelRecord record = new PriceLevelRecord();
    private final Marker marker = new Marker();
    private final Differences differences = new Differences();
    private final LagMeter lag;
    private boolean isLive;

    /**
     * Creates a check.
     *
     * @param lag is told of each marker.
     */
    SuccessionCheck(LagMeter lag) {
        this.lag = lag;
    }

    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer keyBytes, DirectBuffer value) {
        final long key = keyBytes.getLong(0);
        if (cause != RemovalCause.REPLACED) {
            // The next value does not follow from this one.
            counted.remove(key);
            // Nobody removes an entry of the tape, except a synchronisation that begins.
            isLive &= cause != RemovalCause.REMOVED;
            return;
        }
        copy.putBytes(0, value, 0, PriceLevelRecord.LENGTH);
        final boolean isMarker = key == Marker.KEY;
        final long count = isMarker ? marker.wrap(copy).trade() : record.wrap(copy, 0).trades();
        final long before = counted.put(key, count);
        // A level that expired in the primary begins again with its first trade.
        final boolean follows =
                !isLive || before == UNKNOWN || count == before + 1 || !isMarker && count == 1;
        if (!follows) {
            differences.add(
                    Finding.SUCCESSION,
                    (isMarker ? "the marker of trade " : "level " + key + " with trade count ")
                            + count
                            + " came after "
                            + before);
        }
        if (isMarker) {
            lag.replaced(marker);
        }
    }

    /**
     * Tells whether the replica has everything. A synchronisation may write a value again that a
     * change has written already, so nothing is checked meanwhile.
     */
    void live(boolean live) {
        if (live && !isLive) {
            counted.clear();
        }
        isLive = live;
    }

    /** Returns the changes that did not follow from those before. */
    Differences differences() {
        return differences;
    }
}
