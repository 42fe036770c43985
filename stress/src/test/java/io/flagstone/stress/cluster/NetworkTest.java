// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each way between two hosts can be cut alone. Skipped where no namespaces can be made. */
@Tag("any-jdk")
@Timeout(180)
class NetworkTest {
    @Test
    void aCutWayCarriesNothingAndTheOthersGoOn() throws IOException, InterruptedException {
        final List<String> way = Network.inNewNamespace();
        if (way == null) {
            final String reason = "no network namespaces here, so no network was cut";
            System.out.println(reason);
            abort(reason);
        }
        final List<String> command = new ArrayList<>(way);
        command.addAll(MemberProcess.command(NetworkProbe.class));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("cuts 12\n");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
