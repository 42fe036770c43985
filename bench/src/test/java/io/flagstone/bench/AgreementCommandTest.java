// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code agreement}: its limits, a short run of the cluster, and its end. */
@Tag("any-jdk")
class AgreementCommandTest {
    private static final List<String> FIGURES =
            List.of(
                    "putP50Ns",
                    "putP99Ns",
                    "putP999Ns",
                    "getP50Ns",
                    "getP99Ns",
                    "getP999Ns",
                    "putsPerSecond8",
                    "failOverNs",
                    "rejoinNs");

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "--windows 8 --windows 0, --windows 0 is not between 1 and 4096",
        "--windows 4097, --windows 4097 is not between 1 and 4096",
        "--rounds 0, --rounds 0 is not between 1 and 1000",
        "--seconds 3601, --seconds 3601 is not between 1 and 3600",
        "--warm-up -1, --warm-up -1 is not between 0 and 3600"
    })
    void numbersOutsideTheirLimitsAreRefused(String options, String message) {
        final Cli run = Cli.run(("agreement " + options).split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: " + message + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLAGSTONE_DEDICATED"})
    @Timeout(400)
    void measuresASystemThatLosesNothing(String system) {
        final JsonObject report =
                Cli.json(
                        directory,
                        "agreement",
                        "--systems",
                        system,
                        "--windows",
                        "8",
                        "--rounds",
                        "1",
                        "--seconds",
                        "1",
                        "--warm-up",
                        "0");

        assertThat(report.getAsJsonArray("figures")).hasSize(1);
        final JsonObject result = report.getAsJsonArray("figures").get(0).getAsJsonObject();
        assertThat(result.get("failure").isJsonNull()).as("%s", result).isTrue();
        assertThat(result.get("lost").getAsLong()).as("%s", result).isZero();
        assertThat(result.get("unequalMembers").getAsLong()).as("%s", result).isZero();
        assertThat(result.get("acknowledged").getAsLong()).isPositive();
        for (final String figure : FIGURES) {
            final JsonObject value = result.getAsJsonObject(figure);
            assertThat(value.get("median").getAsDouble()).as(figure).isPositive();
            assertThat(value.getAsJsonArray("rounds")).hasSize(1);
        }
    }

    @Test
    @Timeout(240)
    void itsMembersAndFilesEndWithItOnSigterm() throws IOException, InterruptedException {
        final Path files = Files.createDirectory(directory.resolve("tmp"));
        final Process run =
                new ProcessBuilder(
                                Fork.java(),
                                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-Djava.io.tmpdir=" + files,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "agreement",
                                "--systems",
                                "FLAGSTONE",
                                "--seconds",
                                "3600")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile())
                        .start();
        try {
            List<ProcessHandle> members = List.of();
            while (members.size() < 3) {
                assertThat(run.isAlive()).as("%s", directory.resolve("output")).isTrue();
                Thread.onSpinWait();
                members = run.descendants().toList();
            }
            run.destroy();

            run.waitFor();
            for (final ProcessHandle member : members) {
                member.onExit().join();
            }
            try (Stream<Path> left = Files.list(files)) {
                assertThat(left.filter(path -> path.toString().contains("agreement"))).isEmpty();
            }
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }
}
