// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import org.agrona.DirectBuffer;

/** The removal handler: checks each removed entry and records its removal. */
final class RecordingRemovalHandler implements RemovalHandler {
    private static final ThreadLocal<ExpectedStatistics> CURRENT = new ThreadLocal<>();

    private final KeyCodec keyCodec;
    private final KeyHistory history;
    private final RemovedCounterTotals removedCounters;

    RecordingRemovalHandler(
            KeyCodec keyCodec, KeyHistory history, RemovedCounterTotals removedCounters) {
        this.keyCodec = keyCodec;
        this.history = history;
        this.removedCounters = removedCounters;
    }

    /** Sets the statistics that count this thread's removal handler calls from now on. */
    static void countInto(ExpectedStatistics expectedStatistics) {
        CURRENT.set(expectedStatistics);
    }

    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer keyBytes, DirectBuffer value) {
        final ExpectedStatistics expectedStatistics = CURRENT.get();
        expectedStatistics.recordHandlerCall(cause);
        final long key = keyCodec.check(keyBytes);
        final long sequence = ValueCodec.check(value, 0, value.capacity(), key);
        if (cause == RemovalCause.REPLACED) {
            return;
        }
        if (KeyCodec.isCounter(key)) {
            final int counter = KeyCodec.counterOf(key);
            final long count = ValueCodec.count(value, 0);
            removedCounters.add(counter, count);
            expectedStatistics.recordCounterRemoval(counter, count);
        } else {
            history.recordRemoval((int) key, sequence, cause);
        }
    }
}
