// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScatterTest {
    @Test
    void warnsIfRoundsDifferByMoreThanASeventh() {
        assertThat(Scatter.warnings("floor", List.of())).isEmpty();
        assertThat(Scatter.warnings("floor", List.of(5.0))).isEmpty();
        assertThat(Scatter.warnings("floor", List.of(5.0, 5.7))).isEmpty();
        assertThat(Scatter.warnings("floor", List.of(5.8, 5.0, 5.4)))
                .containsExactly(
                        "Warning: the machine was not steady: floor took 5.0 to 5.8 ns in"
                                + " different rounds.");
    }
}
