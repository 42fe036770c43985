// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {
    @Test
    void choosesTheUnitByTheSize() {
        assertThat(Units.bytes(28_672)).isEqualTo("28 KiB");
        assertThat(Units.bytes(10_239)).isEqualTo("10,239 B");
        assertThat(Units.bytes(15_000)).isEqualTo("14.6 KiB");
        assertThat(Units.bytes(256L << 20)).isEqualTo("256 MiB");
        assertThat(Units.bytes(20L << 30)).isEqualTo("20 GiB");
        assertThat(Units.nanos(9_999)).isEqualTo("9,999 ns");
        assertThat(Units.nanos(12_345)).isEqualTo("12.3 \u00b5s");
        assertThat(Units.nanos(45_000_000)).isEqualTo("45 ms");
        assertThat(Units.nanos(12_500_000_000L)).isEqualTo("12.5 s");
        assertThat(Units.decade(100)).isEqualTo("100 ns");
        assertThat(Units.decade(1_000)).isEqualTo("1 \u00b5s");
        assertThat(Units.decade(10_000_000)).isEqualTo("10 ms");
        assertThat(Units.decade(1_000_000_000)).isEqualTo("1 s");
        assertThat(Units.rate(999_999)).isEqualTo("999,999/s");
        assertThat(Units.rate(3_440_000)).isEqualTo("3.44 million/s");
        assertThat(Units.percent(0.19787)).isEqualTo("19.79 %");
    }

    @Test
    void shortensCountsToThreeDigits() {
        assertThat(Units.compact(0)).isEqualTo("0");
        assertThat(Units.compact(0.25)).isEqualTo("0.3");
        assertThat(Units.compact(9.97)).isEqualTo("10");
        assertThat(Units.compact(9_999)).isEqualTo("9,999");
        assertThat(Units.compact(10_000)).isEqualTo("10.0k");
        assertThat(Units.compact(99_960)).isEqualTo("100k");
        assertThat(Units.compact(999_499)).isEqualTo("999k");
        assertThat(Units.compact(999_500)).isEqualTo("1.00M");
        assertThat(Units.compact(1.5e13)).isEqualTo("15.0T");
    }

    @Test
    void formatsAgesWithTwoUnits() {
        assertThat(Units.age(-5)).isEqualTo("0.0 s");
        assertThat(Units.age(9_999)).isEqualTo("9.9 s");
        assertThat(Units.age(59_999)).isEqualTo("59 s");
        assertThat(Units.age(192_000)).isEqualTo("3m12s");
        assertThat(Units.age(7_500_000)).isEqualTo("2h05m");
        assertThat(Units.age(53 * 3_600_000L)).isEqualTo("2d05h");
    }
}
