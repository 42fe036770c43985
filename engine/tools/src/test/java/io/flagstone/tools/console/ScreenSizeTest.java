// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScreenSizeTest {
    @Test
    void takesTheEnvironmentThenSttyThenTheDefault() {
        assertThat(size("100", "30", "24 80")).isEqualTo(new ScreenSize(100, 30));
        assertThat(size(null, null, "50 132\n")).isEqualTo(new ScreenSize(132, 50));
        assertThat(size("40", null, "50 132")).isEqualTo(new ScreenSize(40, 50));
        assertThat(size("wide", "-1", "")).isEqualTo(ScreenSize.DEFAULT);
        assertThat(size(null, null, "0 0")).isEqualTo(ScreenSize.DEFAULT);
    }

    private static ScreenSize size(String columns, String lines, String stty) {
        return ScreenSize.of(columns, lines, () -> stty, ScreenSize.DEFAULT);
    }
}
