// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flagstone.bench.trace.MalformedTraceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TradeTapeTest {
    @Test
    void holdsAWeekOfTradesInOrderOfTime() throws IOException {
        final Trade trade = new Trade();
        try (TradeTape tape = TradeTape.open()) {
            assertThat(tape.next(trade)).isTrue();
            assertThat(trade.timeNs()).isEqualTo(1_385_337_600_000_000_000L);
            assertThat(trade.price()).isEqualTo(800_01000000L);
            assertThat(trade.amount()).isEqualTo(10_000_000L);
            long count = 1;
            long before = trade.timeNs();
            while (tape.next(trade)) {
                assertThat(trade.timeNs()).isGreaterThanOrEqualTo(before);
                assertThat(trade.price()).isBetween(770_00000000L, 1163_00000000L);
                before = trade.timeNs();
                count++;
            }
            assertThat(count).isEqualTo(100_000);
            assertThat(trade.timeNs()).isEqualTo(1_385_913_725_000_000_000L);
            assertThat(tape.position()).isEqualTo(tape.length());
        }
    }

    @Test
    void refusesAnotherHeader() {
        assertThatExceptionOfType(MalformedTraceException.class)
                .isThrownBy(() -> tape("a,b,c\n"))
                .withMessage("tape:1: the header is not timestamp,price,amount");
    }

    @Test
    void refusesMalformedTrades() throws IOException {
        refused("1,2", ":2: 2 columns instead of timestamp,price,amount");
        refused("x,2,3", ":2: timestamp is not a whole number: \"x\"");
        refused("1,-2,3", ":2: price is negative: \"-2\"");
        refused("1,2,?", ":2: amount is not a number: \"?\"");
    }

    private static void refused(String line, String message) throws IOException {
        try (TradeTape tape = tape("timestamp,price,amount\n" + line)) {
            assertThatExceptionOfType(MalformedTraceException.class)
                    .isThrownBy(() -> tape.next(new Trade()))
                    .withMessage("tape" + message);
        }
    }

    private static TradeTape tape(String text) throws IOException {
        return new TradeTape(
                "tape", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), -1);
    }
}
