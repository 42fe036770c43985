// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import org.agrona.DirectBuffer;

/** The removal listener: checks what leaves, and writes down that it left. */
final class Departures implements RemovalHandler {
    private static final ThreadLocal<Tally> TALLY = new ThreadLocal<>();

    private final KeyShape shape;
    private final KeyHistory history;
    private final CounterTable counters;

    Departures(KeyShape shape, KeyHistory history, CounterTable counters) {
        this.shape = shape;
        this.history = history;
        this.counters = counters;
    }

    /** Where the calling thread's departures are counted from now on. */
    static void countInto(Tally tally) {
        TALLY.set(tally);
    }

    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer keyBytes, DirectBuffer value) {
        final Tally tally = TALLY.get();
        tally.departed(cause);
        final long key = shape.check(keyBytes);
        final long sequence = ValueCodec.check(value, 0, value.capacity(), key);
        if (cause == RemovalCause.REPLACED) {
            return;
        }
        if (KeyShape.isCounter(key)) {
            final int counter = KeyShape.counterOf(key);
            final long count = ValueCodec.count(value, 0);
            counters.departed(counter, count);
            tally.departed(counter, count);
        } else {
            history.departed((int) key, sequence, cause);
        }
    }
}
