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
}
