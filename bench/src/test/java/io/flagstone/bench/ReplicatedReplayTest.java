// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The replay on a primary and two replicas, of which processes are killed. */
@Tag("any-jdk")
class ReplicatedReplayTest {
    @TempDir private Path directory;

    @Test
    @Timeout(240)
    void nothingDiffersThoughProcessesAreKilled() throws IOException {
        final Path page = directory.resolve("replicas.html");

        final JsonObject report =
                Cli.replay(directory, "--replicas", "2", "--verify", "--html", page.toString());

        final String seed = "seed " + report.get("seed");
        assertThat(report.get("verified").getAsBoolean()).isTrue();
        assertThat(report.get("differences").getAsLong()).as(seed).isZero();
        assertThat(report.get("trades").getAsLong()).isEqualTo(100_000);
        assertThat(report.get("entries").getAsLong()).isGreaterThan(1_000);
        assertThat(report.getAsJsonArray("replicas")).hasSize(2);
        int promoted = 0;
        for (final JsonElement element : report.getAsJsonArray("replicas")) {
            final JsonObject replica = element.getAsJsonObject();
            assertThat(replica.get("digest")).as(seed).isEqualTo(report.get("digest"));
            promoted += replica.get("promoted").getAsBoolean() ? 1 : 0;
            for (final JsonElement lag : replica.getAsJsonArray("lags")) {
                assertThat(lag.getAsJsonObject().get("trades").getAsLong()).isPositive();
                assertThat(lag.getAsJsonObject().get("delayMaxNs").getAsLong()).isPositive();
            }
        }
        assertThat(promoted).isEqualTo(1);
        final JsonObject promotion = report.getAsJsonObject("promotion");
        assertThat(promotion.get("applied").getAsLong())
                .as(seed)
                .isGreaterThanOrEqualTo(promotion.get("acknowledged").getAsLong());
        assertThat(promotion.get("trade").getAsLong()).isBetween(50_000L, 99_999L);
        assertThat(Files.readString(page))
                .contains("Flagstone replicas: trades of Bitstamp", "was killed", "equal");
    }
}
