// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.JavaProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A truncated mapped file fails only the call that uses it. The interpreter and the two compilers
 * differ in when they throw the error, so each of them is tested.
 */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class MappedFaultsTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "-Xint, 1",
        "-XX:TieredStopAtLevel=1, 2000",
        "-XX:-TieredCompilation -XX:CompileThreshold=1500, 2000"
    })
    void aTruncatedFileFailsOnlyTheCallThatUsesIt(String mode, String rounds) throws Exception {
        final List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of(mode.split(" ")));
        arguments.addAll(List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
        arguments.add("io.flagstone.MappedFaults");
        arguments.addAll(List.of(directory.resolve("file").toString(), rounds));
        final JavaProcess process = JavaProcess.run(directory, Map.of(), arguments);
        assertThat(process.out() + process.err()).isEqualToIgnoringNewLines("wrong: 0");
        assertThat(process.status()).isZero();
    }
}
