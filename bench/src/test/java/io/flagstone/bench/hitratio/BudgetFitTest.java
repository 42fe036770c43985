// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flagstone.bench.hitratio.BudgetFit.Usage;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class BudgetFitTest {
    private static final long BUDGET = 262_144;

    @Test
    void findsTheLargestContenderWithinTheBudget() {
        assertFits(entries -> 120.0 * entries, 0.95);
        assertFits(entries -> 100_000 + 80.0 * entries, 0.95);
        assertFits(entries -> 40.0 * entries, 0.95);
        assertFits(entries -> 2_000.0 * entries, 0.95);
        assertFits(entries -> 32_768 * Math.ceil(entries / 300.0), 0.85);
    }

    private static void assertFits(IntToDoubleFunction bytes, double share) {
        final Usage usage = fit(bytes);

        assertThat(usage.bytes()).isBetween(share * BUDGET, (double) BUDGET);
    }

    @Test
    void aContenderThatCannotBeAsSmallIsTheSmallest() {
        assertThat(fit(entries -> 309_000 + 100.0 * entries).entries())
                .isBetween(BudgetFit.LEAST_ENTRIES, 2 * BudgetFit.LEAST_ENTRIES);
        assertThat(fit(entries -> 524_288).entries()).isEqualTo(2_184);
        assertThat(fit(entries -> entries > 1_000 ? 800_000 : 524_288).entries()).isEqualTo(546);
    }

    private static Usage fit(IntToDoubleFunction bytes) {
        return BudgetFit.fit(
                BUDGET,
                2_184,
                entries -> new Usage(entries, entries, bytes.applyAsDouble(entries)));
    }

    @Test
    void refusesFewerBytesThanKeysAndValuesHave() {
        assertThat(Usage.checked(100, 90, 90 * 72, 72).bytes()).isEqualTo(6_480);
        assertThatIllegalStateException()
                .isThrownBy(() -> Usage.checked(100, 90, 90 * 72 - 1, 72))
                .withMessage(
                        "the memory could not be measured: 6479 bytes for 90 entries of 72 bytes");
        assertThatIllegalStateException().isThrownBy(() -> Usage.checked(100, 90, -5, 72));
    }
}
