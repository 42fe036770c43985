// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The command line. The build runs the soak itself, as a process. */
class ClusterCommandTest {
    @Test
    void refusesInvalidOptions() {
        final StringWriter err = new StringWriter();
        assertThat(
                        ClusterCommand.commandLine()
                                .setErr(new PrintWriter(err))
                                .execute("--cluster", "--schedules", "0"))
                .isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("error: --schedules must be between 1 and 1000000: 0\n");
    }
}
