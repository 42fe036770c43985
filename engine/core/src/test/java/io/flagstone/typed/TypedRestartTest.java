// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.TestSupport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A typed cache whose engine has a directory finds its objects again. */
class TypedRestartTest {
    @TempDir Path directory;

    private Cache<String, String> open() {
        final CacheBuilder engine =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .directory(directory)
                        .restartListener(report -> {});
        return Cache.builder(engine, Codecs.ofString(), Codecs.ofString())
                .defaultTtl(Duration.ofHours(1))
                .build();
    }

    @Test
    void objectsAreThereAfterReopening() {
        try (Cache<String, String> cache = open()) {
            for (int i = 0; i < 100; i++) {
                cache.put("key " + i, "value " + i);
            }
            cache.remove("key 7");
        }
        try (Cache<String, String> cache = open()) {
            assertThat(cache.engine().restartReport().orElseThrow().kind()).isEqualTo(Kind.WARM);
            assertThat(cache.asMap())
                    .hasSize(99)
                    .containsAllEntriesOf(Map.of("key 1", "value 1", "key 99", "value 99"))
                    .doesNotContainKey("key 7");
            TestSupport.assertClean(cache.engine());
        }
    }
}
