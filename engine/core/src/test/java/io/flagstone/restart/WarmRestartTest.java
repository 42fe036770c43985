// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static io.flagstone.restart.Restarts.assertKind;
import static io.flagstone.restart.Restarts.get;
import static io.flagstone.restart.Restarts.put;
import static io.flagstone.restart.Restarts.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache that was closed goes on where it was. */
class WarmRestartTest {
    @TempDir Path directory;

    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    @Test
    void theFirstCacheIsColdAndTheNextIsWarm() throws Exception {
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.COLD);
            assertThat(report(cache).reason()).isEmpty();
            put(cache, 1, "one");
            put(cache, 2, "two");
        }
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(report(cache).kept()).isEqualTo(2);
            assertThat(report(cache).reason()).isEmpty();
            assertThat(get(cache, 1)).isEqualTo("one");
            assertThat(get(cache, 2)).isEqualTo("two");
            assertThat(get(cache, 3)).isNull();
            put(cache, 3, "three");
        }
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 3)).isEqualTo("three");
        }
        assertThat(restarts.names()).containsExactly("flagstone.cache", "flagstone.lock");
    }
}
