// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheFiles.NotClosedException;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.TestSupport;
import java.lang.reflect.Field;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A close that fails is reported, and the next cache recovers the entries. */
class CacheFilesTest {
    private static final int KEYS = 100;

    @TempDir private Path directory;
    private final List<Throwable> errors = new ArrayList<>();

    private OffHeapCache open() {
        return OffHeapCache.builder()
                .memoryBytes(1 << 20)
                .segments(2)
                .hugePages(false)
                .directory(directory)
                .errorHandler(errors::add)
                .restartListener(report -> {})
                .build();
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        final Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    @Test
    void aFirstPageThatCannotBeForcedLeavesTheFileOpen() throws Exception {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        final OffHeapCache cache = open();
        for (long key = 0; key < KEYS; key++) {
            cache.put(key, value, 0, 8);
        }
        final Object file = field(field(cache, "files"), "file");
        // The regions can be forced, and the page that says so cannot.
        ((FileChannel) field(file, "channel")).close();
        cache.close();
        assertThat(errors)
                .singleElement()
                .isInstanceOf(NotClosedException.class)
                .satisfies(
                        error -> assertThat(error).hasCauseInstanceOf(ClosedChannelException.class))
                .satisfies(error -> assertThat(error).hasMessageContaining("will recover it"));
        cache.close();
        assertThat(errors).hasSize(1);
        try (OffHeapCache next = open()) {
            assertThat(next.restartReport().orElseThrow().kind()).isEqualTo(Kind.RECOVERED);
            assertThat(next.size()).isEqualTo(KEYS);
            TestSupport.assertClean(next);
        }
        try (OffHeapCache last = open()) {
            assertThat(last.restartReport().orElseThrow().kind()).isEqualTo(Kind.WARM);
        }
        assertThat(errors).hasSize(1);
    }
}
