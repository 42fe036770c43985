// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the crash soak from end to end: a few kills, planted faults, and invalid options. */
class CrashTest {
    @TempDir private Path directory;

    private record Run(int status, String out, String err) {}

    private static Run crash(String... arguments) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--crash");
        final int status =
                CrashCommand.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(all.toArray(new String[0]));
        return new Run(status, out.toString(), err.toString());
    }

    private static String seed() {
        final long seed = Long.getLong("flagstone.test.seed", 20_261_129L);
        System.out.println("seed " + seed);
        return "--seed=" + seed;
    }

    @Test
    void aSoundCacheSurvivesKills() throws IOException {
        final Path json = directory.resolve("crash.json");
        final Run run =
                crash(
                        "--kills=4",
                        "--directory=" + directory,
                        "--configuration=roomy",
                        "--configuration=tiny-slabs",
                        "--json=" + json,
                        seed());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("roomy", "tiny-slabs", " kills, ");
        final JsonObject report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(report.get("violation").isJsonNull()).isTrue();
        assertThat(report.get("kills").getAsInt()).isGreaterThanOrEqualTo(4);
        assertThat(report.get("operationCount").getAsLong()).isPositive();
        assertThat(report.get("configurations").getAsJsonArray()).hasSize(2);
    }

    @Tag("any-jdk")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedFaultIsFound(PlantedFault fault) {
        final Run run =
                crash(
                        "--kills=20",
                        "--longest-run=2000",
                        "--directory=" + directory,
                        "--configuration=roomy",
                        "--plant=" + fault,
                        seed());
        assertThat(run.status()).as(run.out()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("VIOLATION: ")
                .contains("expected ", "found ", "repeat ", "files ");
    }

    @ParameterizedTest
    @CsvSource({
        "--kills=0, --kills must be between 1 and 10000000: --kills=0",
        "--minutes=0, --minutes must be above 0 and at most 86400.0: --minutes=0.0",
        "--threads=17, --threads must be between 1 and 16: --threads=17",
        "--longest-run=0, --longest-run must be between 1 and 600000: --longest-run=0",
        "--hang-after=0, --hang-after must be between 1 and 3600: --hang-after=0",
        "--configuration=none, --configuration must be one of roomy",
        "--bogus, Unknown option"
    })
    void invalidOptionsAreRejectedInOneLine(String option, String message) {
        final Run run = crash(option);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("error: ").contains(message);
    }
}
