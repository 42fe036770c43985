// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the command from end to end, on a correct cache and with invalid options. */
class SoakTest {
    @TempDir private Path directory;

    @Test
    void aCorrectCacheGivesNoViolation() throws IOException {
        final Path json = directory.resolve("soak.json");
        final CommandResult run =
                CommandResult.of(
                        UnaryOperator.identity(),
                        "--minutes=0.035",
                        "--threads=3",
                        "--seed=" + CommandResult.seed(),
                        "--audit-every=0.1",
                        "--switch-every=1",
                        "--json=" + json);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("No violation in", "Worst stall", "Heap MiB", "p99.9", "exact");
        final JsonObject report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(report.get("violation").isJsonNull()).isTrue();
        assertThat(report.get("operationCount").getAsLong()).isPositive();
        assertThat(report.get("operations").getAsJsonArray()).hasSize(Operation.values().length);
        for (final Operation operation : Operation.values()) {
            assertThat(run.out()).contains(operation.label());
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void eachConfigurationGivesNoViolation(String configuration) {
        final CommandResult run =
                CommandResult.of(
                        UnaryOperator.identity(),
                        "--minutes=0.004",
                        "--threads=2",
                        "--seed=" + CommandResult.seed(),
                        "--audit-every=0.1",
                        "--configuration=" + configuration);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("--configuration " + configuration);
    }

    private static Stream<String> configurations() {
        return SoakConfiguration.ALL.stream().map(SoakConfiguration::name);
    }

    @Test
    void oneThreadIsEnough() {
        final CommandResult run =
                CommandResult.of(
                        UnaryOperator.identity(),
                        "--minutes=0.004",
                        "--threads=1",
                        "--seed=" + CommandResult.seed());
        assertThat(run.status()).as(run.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "--threads=0, --threads must be between 1 and 64: --threads=0",
        "--threads=65, --threads must be between 1 and 64: --threads=65",
        "--minutes=0, --minutes must be above 0 and at most 86400.0: --minutes=0.0",
        "--minutes=NaN, --minutes must be above 0 and at most 86400.0: --minutes=NaN",
        "--audit-every=0, --audit-every must be between 0.01 and 3600.0: --audit-every=0.0",
        "--switch-every=0, --switch-every must be between 1 and 1000000: --switch-every=0",
        "--hang-after=0, --hang-after must be between 1 and 3600: --hang-after=0",
        "--configuration=none, --configuration must be one of exact",
        "--seed=x, is not a long",
        "--bogus, Unknown option"
    })
    void invalidOptionsAreRejectedInOneLine(String option, String message) {
        final CommandResult run = CommandResult.of(UnaryOperator.identity(), option);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("error: ").contains(message);
    }

    @Test
    void stepsDependOnlyOnTheSeed() {
        final RandomChoices first = new RandomChoices();
        final RandomChoices second = new RandomChoices();
        first.begin(SoakConfiguration.ALL.get(0), 1);
        second.begin(SoakConfiguration.ALL.get(0), 1);
        for (int i = 0; i < 1000; i++) {
            first.next();
            second.next();
            assertThat(first.operation()).isEqualTo(second.operation());
            assertThat(first.key(100)).isEqualTo(second.key(100));
            assertThat(first.ttlNs()).isEqualTo(second.ttlNs()).isPositive();
            assertThat(first.valueLength())
                    .isEqualTo(second.valueLength())
                    .isBetween(ValueCodec.MIN_LENGTH, SoakConfiguration.ALL.get(0).maxValueBytes());
        }
    }
}
