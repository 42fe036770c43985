// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class OriginTest {
    @Test
    void warnsOfAMachineWithMoreLoadThanProcessors() {
        assertThat(origin(-1).warnings()).isEmpty();
        assertThat(origin(2).warnings()).isEmpty();
        assertThat(origin(9.49).warnings())
                .containsExactly(
                        "Warning: the machine was busy, with a load average of 9.5 on 2"
                                + " processors. Repeat the run on an idle machine.");
    }

    @Test
    void theLoadIsTheHighestOfAllSamples() {
        final double[] averages = {1, 4, 2};
        final int[] next = {0};
        final Load load = new Load(() -> averages[next[0]++]);

        load.sample();

        assertThat(load.highest()).isEqualTo(4);
    }

    private static Origin origin(double load) {
        return new Origin(
                new Machine("17", "a cpu", 2, 4096, "never", "Linux", "abc"),
                "command",
                Instant.EPOCH,
                load);
    }
}
