// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares hits on published traces with exact LRU; skipped if the traces are missing. */
class SharedTracesTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "lirs-multi1.trace.gz, lirs, 1000, 7648, 15858",
        "lirs-multi3.trace.gz, lirs, 1000, 11401, 30241",
        "lirs-sprite.trace.gz, lirs, 400, 94834, 133996",
        "lirs-2_pools.trace.gz, lirs, 450, 50274, 100000",
        "lirs-loop.trace.gz, lirs, 512, 0, 505500",
        "cloudphysics-io.oracleGeneral.bin, oracle-general, 10000, 34434, 113872"
    })
    void hitsEqualThoseOfExactLru(
            String name, String format, String entries, long hits, long requests) {
        final Path file = traces().resolve(name);
        assumeTrue(Files.exists(file), () -> file + " does not exist");
        final JsonObject report =
                Cli.replay(
                        directory,
                        "--trace",
                        file.toString(),
                        "--format",
                        format,
                        "--max-entries",
                        entries,
                        "--value-bytes",
                        "8",
                        "--segments",
                        "1",
                        "--promotion",
                        "0",
                        "--memory",
                        "32M",
                        "--verify");

        assertThat(report.get("hits").getAsLong()).isEqualTo(hits);
        assertThat(report.get("requests").getAsLong()).isEqualTo(requests);
        assertThat(report.get("differences").getAsLong()).isZero();
        assertThat(report.get("auditClean").getAsBoolean()).isTrue();
    }

    private static Path traces() {
        final String given = System.getProperty("flagstone.traces");
        return Path.of(given == null ? "../../shared/traces" : given);
    }
}
