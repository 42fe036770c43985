// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundsTest {
    @Test
    void fewRoundsAreNamed() {
        assertThat(Rounds.remarks(0)).isEmpty();
        assertThat(Rounds.remarks(1)).singleElement().asString().startsWith("One round has no");
        assertThat(Rounds.remarks(3))
                .containsExactly(
                        "3 rounds agree by chance in 25 % of comparisons of equal contenders."
                                + " Use --rounds 5 or more.");
        assertThat(Rounds.remarks(5)).isEmpty();
    }

    @Test
    void aForecastAddsJvmsAndFills() {
        final Forecast one = Forecast.jvm(10_000, 1_000_000);

        assertThat(one.plus(one).times(300).describe())
                .isEqualTo("expected time: 2:00:00 hours, for up to 600 JVMs");
        assertThat(one.times(10).within(5_000).ms()).isEqualTo(5_000);
    }
}
