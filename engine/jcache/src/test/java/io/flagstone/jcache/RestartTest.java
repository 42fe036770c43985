// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import java.nio.file.Path;
import javax.cache.Cache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JCache whose engine has a directory finds its values again. */
class RestartTest extends CacheFixture {
    @TempDir Path directory;

    private FlagstoneConfiguration<String, String> inFiles() {
        return new FlagstoneConfiguration<String, String>()
                .engine(
                        () ->
                                OffHeapCache.builder()
                                        .memoryBytes(1 << 20)
                                        .directory(directory)
                                        .requireWarm(warm)
                                        .restartListener(report -> {}));
    }

    private boolean warm;

    @Test
    void valuesAreThereAfterReopening() {
        final Cache<String, String> first = manager.createCache("prices", inFiles());
        first.put("a", "one");
        first.put("b", "two");
        first.remove("b");
        first.close();
        warm = true;
        final Cache<String, String> second = manager.createCache("prices", inFiles());
        assertThat(second.get("a")).isEqualTo("one");
        assertThat(second.containsKey("b")).isFalse();
        second.close();
    }
}
