// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScreenSizeTest {
    @Test
    void takesTheEnvironmentThenSttyThenTheDefault() {
        assertThat(ScreenSize.of("100", "30", () -> "24 80")).isEqualTo(new ScreenSize(100, 30));
        assertThat(ScreenSize.of(null, null, () -> "50 132\n")).isEqualTo(new ScreenSize(132, 50));
        assertThat(ScreenSize.of("40", null, () -> "50 132")).isEqualTo(new ScreenSize(40, 50));
        assertThat(ScreenSize.of("wide", "-1", () -> "")).isEqualTo(ScreenSize.DEFAULT);
        assertThat(ScreenSize.of(null, null, () -> "0 0")).isEqualTo(ScreenSize.DEFAULT);
    }
}
