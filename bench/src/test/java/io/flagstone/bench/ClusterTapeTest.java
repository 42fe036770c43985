// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tape in a cluster of processes, whose leader is killed. */
@Tag("any-jdk")
class ClusterTapeTest {
    @TempDir private Path directory;

    @Test
    @Timeout(240)
    void nothingIsLostThoughTheLeaderIsKilled() {
        final JsonObject report = Cli.json(directory, "cluster", "--trades", "20000");

        final String seed = "seed " + report.get("seed");
        assertThat(report.get("differences").getAsLong()).as(seed).isZero();
        assertThat(report.get("lost").getAsLong()).as(seed).isZero();
        assertThat(report.get("twice").getAsLong()).as(seed).isZero();
        assertThat(report.get("trades").getAsLong()).isEqualTo(20_000);
        assertThat(report.get("equalMembers").getAsInt()).isEqualTo(3);
        assertThat(report.get("killTrade").getAsLong()).isBetween(1_000L, 12_000L);
        assertThat(report.get("newLeader")).as(seed).isNotEqualTo(report.get("killedMember"));
    }
}
