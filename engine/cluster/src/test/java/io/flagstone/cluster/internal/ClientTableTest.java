// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.RequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Requests that arrive twice, late or damaged, and clients that come and go. */
class ClientTableTest {
    private static final int WINDOW = 4;
    private static final long IDLE_NS = 1_000;

    private final ClientTable table = new ClientTable(2, WINDOW, IDLE_NS);

    @Test
    void aRequestThatComesAgainHasItsOutcome() {
        assertThat(table.register(7, 0)).isTrue();
        final Outcomes client = table.get(7);
        assertThat(client.find(0, 0, 1)).isEqualTo(Outcomes.NEW);
        client.put(0, (byte) 1, 42);
        assertThat(client.find(0, 0, 2)).isEqualTo(1);
        assertThat(client.number(0)).isEqualTo(42);
        assertThat(table.register(7, 3)).as("keeps its outcomes").isTrue();
        assertThat(table.get(7).find(0, 0, 3)).isEqualTo(1);
    }

    @Test
    void aRequestThatWasAnsweredOrGivenUpNeverTakesEffect() {
        table.register(7, 0);
        final Outcomes client = table.get(7);
        assertThat(client.find(3, 2, 1)).isEqualTo(Outcomes.NEW);
        assertThat(client.find(1, 0, 2)).isEqualTo(Outcomes.STALE);
        assertThat(client.find(-1, 0, 2)).isEqualTo(Outcomes.STALE);
        assertThat(client.find(2 + WINDOW, 0, 3)).isEqualTo(Outcomes.BEYOND);
        assertThat(client.find(2 + WINDOW - 1, 0, 3)).isEqualTo(Outcomes.NEW);
    }

    @Test
    void aSlotOfAnEarlierRequestIsNotMistaken() {
        table.register(7, 0);
        final Outcomes client = table.get(7);
        client.find(1, 0, 1);
        client.put(1, (byte) 0, 5);
        assertThat(client.find(1 + WINDOW, 2, 2)).isEqualTo(Outcomes.NEW);
    }

    @Test
    void onlyAnIdleClientMakesRoom() {
        assertThat(table.register(1, 0)).isTrue();
        assertThat(table.register(2, 10)).isTrue();
        assertThat(table.register(3, IDLE_NS - 1)).isFalse();
        assertThat(table.register(3, IDLE_NS)).isTrue();
        assertThat(table.get(1)).as("the longest idle one").isNull();
        assertThat(table.get(2)).isNotNull();
        table.unregister(2);
        assertThat(table.register(4, IDLE_NS)).isTrue();
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void aMessageThatEndsTooEarlyIsNotRead() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
        final RequestEncoder request = new RequestEncoder();
        request.wrapAndApplyHeader(buffer, 8, new MessageHeaderEncoder())
                .operation(Operation.PUT)
                .putKey(buffer, 0, 5)
                .putValue(buffer, 0, 6)
                .putExpected(buffer, 0, 7);
        final int length = request.limit() - 8;
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 8);
        assertThat(Messages.isWhole(header, buffer, 8, length)).isTrue();
        for (int i = MessageHeaderDecoder.ENCODED_LENGTH; i < length; i++) {
            assertThat(Messages.isWhole(header, buffer, 8, i)).as("%d bytes", i).isFalse();
        }
    }
}
