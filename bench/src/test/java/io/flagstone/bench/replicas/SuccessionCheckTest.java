// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.RemovalCause;
import io.flagstone.bench.tape.PriceLevelRecord;
import io.flagstone.bench.tape.Trade;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica that loses, repeats or reorders a change is noticed, even if later ones hide it. */
class SuccessionCheckTest {
    private final LagMeter lag = new LagMeter();
    private final SuccessionCheck check = new SuccessionCheck(lag);
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[PriceLevelRecord.LENGTH]);

    @BeforeEach
    void isLive() {
        check.live(true);
    }

    @Test
    void tradesOneAfterAnotherAreRight() {
        level(7, 1);
        level(7, 2);
        level(8, 30);
        level(7, 3);
        level(8, 31);
        marker(10);
        marker(11);

        assertThat(check.differences().total()).isZero();
    }

    @Test
    void aLostChangeIsFound() {
        level(7, 1);
        level(7, 3);

        assertThat(check.differences().total()).isEqualTo(1);
        assertThat(check.differences().described())
                .containsExactly("level 7 with trade count 3 came after 1");
    }

    @Test
    void aRepeatedChangeIsFound() {
        level(7, 2);
        level(7, 2);

        assertThat(check.differences().total()).isEqualTo(1);
    }

    @Test
    void aLostMarkerIsFound() {
        marker(10);
        marker(12);

        assertThat(check.differences().described())
                .containsExactly("the marker of trade 12 came after 10");
    }

    @Test
    void aLevelMayBeginAgain() {
        level(7, 5);
        removed(RemovalCause.EXPIRED, 7);
        level(7, 1);
        level(7, 2);
        level(7, 1);

        assertThat(check.differences().total()).isZero();
    }

    @Test
    void aSynchronisationMayRepeat() {
        level(7, 5);
        removed(RemovalCause.REMOVED, 8);
        level(7, 5);
        check.live(true);
        level(7, 5);
        level(7, 6);

        assertThat(check.differences().total()).isZero();
        assertThat(lag.lag().trades()).isZero();
    }

    private void level(long level, int trades) {
        final Trade trade = new Trade().set(1, 1, 1);
        final PriceLevelRecord record = new PriceLevelRecord().wrap(value, 0);
        record.begin(trade);
        for (int i = 1; i < trades; i++) {
            record.add(trade);
        }
        removed(RemovalCause.REPLACED, level);
    }

    private void marker(long trade) {
        new Marker().wrap(value).set(trade, 7, 1, System.nanoTime());
        removed(RemovalCause.REPLACED, Marker.KEY);
    }

    private void removed(RemovalCause cause, long number) {
        key.putLong(0, number);
        check.onRemoval(cause, key, value);
    }
}
