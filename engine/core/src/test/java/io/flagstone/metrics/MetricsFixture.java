// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cache whose metrics go to a file that a test can change byte by byte. */
@Timeout(120)
abstract class MetricsFixture {
    static final long INTERVAL_MS = 100;

    @TempDir Path directory;
    Path file;
    final AtomicLong nowMs = new AtomicLong(1_700_000_000_000L);
    final OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 17).segments(1).build();

    @BeforeEach
    void name() {
        file = directory.resolve("cache.metrics");
    }

    @AfterEach
    void close() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    final MetricsPublisher publish() throws IOException {
        return MetricsPublisher.open(cache, file, "quotes", INTERVAL_MS, nowMs::get);
    }

    final MetricsReader read() throws IOException {
        return MetricsReader.open(file, nowMs::get);
    }

    final void patch(int position, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            final ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(bytes.putLong(0, value), position);
        }
    }

    final void cut(long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }
}
