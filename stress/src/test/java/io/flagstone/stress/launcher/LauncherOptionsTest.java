// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;

class LauncherOptionsTest {
    private static final Path DIRECTORY = Path.of("/somewhere/target/jcstress");

    @Test
    void resultsAreBelowTarget() throws IOException {
        final LauncherOptions options = parsed();

        assertThat(Path.of(options.getResultFile())).startsWithRaw(DIRECTORY);
        assertThat(Path.of(options.getResultDest())).startsWithRaw(DIRECTORY);
        assertThat(Launcher.resultDirectory().getParent()).endsWith(Path.of("target"));
    }

    @Test
    void optionsOfTheUserGoFirst() throws IOException {
        final LauncherOptions options =
                parsed("-r", "/tmp/report", "-jvmArgs", "-Xint", "-p", "/tmp/blob.gz");

        assertThat(options.getResultDest()).isEqualTo("/tmp/report/");
        assertThat(options.getResultFile()).isEqualTo("/tmp/blob.gz");
        assertThat(options.getJvmArgs()).containsExactly("-Xint");
        assertThat(options.getJvmArgsPrepend()).isEmpty();
    }

    @Test
    void testsRunWithTheFlagOfTheEngine() throws IOException {
        assertThat(parsed().getJvmArgsPrepend())
                .containsExactly("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED");
    }

    @Test
    void printsTheTimeOfAllPlannedRuns() throws IOException {
        final LauncherOptions options = parsed("-c", "2", "-iters", "5", "-time", "400");
        final TestInfo test = TestList.getInfo(TestList.tests().iterator().next());
        for (int fork = 0; fork < 7; fork++) {
            assertThat(new TestConfig(options, test, fork, List.of(), 0, null)).isNotNull();
        }

        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        options.printSettingsOn(new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Raw results: " + DIRECTORY)
                .contains("Expected time: 0:00:21 hours for 7 runs");
    }

    @Test
    void moreProcessorsRunMoreTestsAtOnce() throws IOException {
        final LauncherOptions options = parsed("-iters", "5", "-time", "400");

        assertThat(options.expected(8, 8)).isEqualTo(Duration.ofSeconds(6));
        assertThat(options.expected(8, 1)).isEqualTo(Duration.ofSeconds(24));
    }

    private static LauncherOptions parsed(String... args) throws IOException {
        final LauncherOptions options = new LauncherOptions(args, DIRECTORY);
        assertThat(options.parse()).isTrue();
        return options;
    }
}
