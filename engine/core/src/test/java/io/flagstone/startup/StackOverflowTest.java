// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.JavaProcess;
import io.flagstone.testing.TestSupport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stack may overflow anywhere in an operation, interpreted or compiled. Afterwards the lock is
 * free, the audit is clean, and no value is torn.
 */
class StackOverflowTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-Xmixed"})
    @Timeout(300)
    void aStackOverflowInAnOperationLeavesTheCacheUsable(String mode) throws Exception {
        final JavaProcess diver =
                JavaProcess.run(
                        directory,
                        Map.of(),
                        List.of(
                                mode,
                                "-Xmx256m",
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Diver.class.getName(),
                                Integer.toString(
                                        TestSupport.repetitions(mode.equals("-Xint") ? 20 : 120))));
        assertThat(diver.status()).as(diver.out() + diver.err()).isZero();
        assertThat(diver.out()).contains("whole");
        System.out.println("StackOverflowTest " + mode + ": " + diver.out().strip());
    }
}
