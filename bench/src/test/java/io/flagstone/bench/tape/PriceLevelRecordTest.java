// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class PriceLevelRecordTest {
    private static final int OFFSET = 8;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[OFFSET + 48 + OFFSET]);
    private final PriceLevelRecord record = new PriceLevelRecord().wrap(buffer, OFFSET);
    private final Trade trade = new Trade();

    @Test
    void fieldsHaveTheOffsetsOfTheLayout() {
        record.begin(trade.set(11, 800_01000000L, 50_000_000L));
        record.add(trade.set(22, 800_02000000L, 150_000_000L));

        final ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        assertThat(buffer.getLong(OFFSET, order)).isEqualTo(800_02000000L);
        assertThat(buffer.getLong(OFFSET + 8, order)).isEqualTo(200_000_000L);
        assertThat(buffer.getLong(OFFSET + 16, order)).isEqualTo(2);
        assertThat(buffer.getLong(OFFSET + 24, order)).isEqualTo(11);
        assertThat(buffer.getLong(OFFSET + 32, order)).isEqualTo(22);
        assertThat(buffer.getDouble(OFFSET + 40, order)).isCloseTo(800.0175, within(1e-9));
        assertThat(PriceLevelRecord.LENGTH).isEqualTo(48);
    }

    @Test
    void writesOnlyItsOwnBytes() {
        buffer.setMemory(0, buffer.capacity(), (byte) 0x5a);
        record.begin(trade.set(-1, -1, -1));
        record.add(trade);

        for (int i = 0; i < OFFSET; i++) {
            assertThat(buffer.getByte(i)).isEqualTo((byte) 0x5a);
            assertThat(buffer.getByte(OFFSET + 48 + i)).isEqualTo((byte) 0x5a);
        }
    }

    @Test
    void keepsTheFirstTimeAndUpdatesTheLast() {
        record.begin(trade.set(5, 100, 1));
        record.add(trade.set(6, 200, 1));
        record.add(trade.set(9, 300, 1));

        assertThat(record.firstTimeNs()).isEqualTo(5);
        assertThat(record.lastTimeNs()).isEqualTo(9);
        assertThat(record.lastPrice()).isEqualTo(300);
        assertThat(record.trades()).isEqualTo(3);
        assertThat(record.volume()).isEqualTo(3);
        assertThat(record.vwap()).isCloseTo(200e-8, within(1e-15));
    }

    @Test
    void tradesWithoutAmountHaveNoWeight() {
        record.begin(trade.set(1, 100_00000000L, 0));
        assertThat(record.vwap()).isEqualTo(100.0);
        record.add(trade.set(1, 200_00000000L, 0));
        assertThat(record.vwap()).isEqualTo(200.0);
        record.add(trade.set(1, 300_00000000L, 5));
        record.add(trade.set(1, 900_00000000L, 0));

        assertThat(record.vwap()).isCloseTo(300.0, within(1e-9));
        assertThat(record.trades()).isEqualTo(4);
    }
}
