// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The command line. The build runs the soak itself, as a process. */
class ClusterCommandTest {
    private static String refusal(String... arguments) {
        final StringWriter err = new StringWriter();
        assertThat(ClusterCommand.commandLine().setErr(new PrintWriter(err)).execute(arguments))
                .isEqualTo(2);
        return err.toString();
    }

    @Test
    void refusesInvalidOptions() {
        assertThat(refusal("--cluster", "--schedules", "0"))
                .isEqualTo("error: --schedules must be between 1 and 1000000: 0\n");
        assertThat(refusal("--cluster", "--shards", "1"))
                .isEqualTo("error: --shards must be between 2 and 4: 1\n");
    }
}
