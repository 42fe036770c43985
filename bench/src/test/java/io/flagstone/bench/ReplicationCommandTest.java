// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command {@code replication}: its limits, and a small run over shared memory. */
@Tag("any-jdk")
class ReplicationCommandTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "--replicas 1 --replicas 9, --replicas 9 is not between 1 and 8",
        "--writes 0, --writes 0 is not between 1 and 100000000",
        "--rounds 0, --rounds 0 is not between 1 and 1000",
        "--pace -1, --pace -1 is not between 1 and 10000000",
        "--seconds 3601, --seconds 3601 is not between 1 and 3600"
    })
    void numbersOutsideTheirLimitsAreRefused(String options, String message) {
        final Cli run = Cli.run(("replication " + options).split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: " + message + "\n");
    }

    @Test
    void measuresAReplica() throws IOException {
        final Path json = directory.resolve("report.json");

        final Cli run =
                Cli.run(
                        ("replication --pairs FLAGSTONE_IPC --replicas 1 --writes 5000 --rounds 1"
                                        + " --pace 2000 --seconds 1 --json "
                                        + json)
                                .split(" "));

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("flagstone, Aeron IPC").doesNotContain("not measured");
        final JsonObject report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(report.keySet()).containsAll(Cli.ORIGIN_KEYS);
        assertThat(report.getAsJsonArray("figures")).hasSize(1);
        final JsonObject figure = report.getAsJsonArray("figures").get(0).getAsJsonObject();
        assertThat(figure.get("failure").isJsonNull()).isTrue();
        assertThat(figure.get("changesPerSecond").getAsDouble()).isPositive();
        assertThat(figure.get("looks").getAsLong()).isBetween(20L, 200L);
        assertThat(figure.get("lagP50Ns").getAsLong())
                .isPositive()
                .isLessThanOrEqualTo(figure.get("lagMaxNs").getAsLong());
    }
}
