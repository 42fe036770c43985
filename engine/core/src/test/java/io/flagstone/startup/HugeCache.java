// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Builds a cache, uses it, and prints its huge page bytes and those of smaps. The argument, if
 * there is one, says whether to ask for huge pages.
 */
final class HugeCache {
    private static final long MEMORY_BYTES = 64 << 20;
    private static final int ENTRIES = 100_000;

    private HugeCache() {}

    public static void main(String[] args) throws IOException {
        final long[] touched = {0, 0};
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(MEMORY_BYTES)
                        .segments(8)
                        .buildProgress(
                                bytes -> {
                                    touched[0] = bytes;
                                    touched[1]++;
                                });
        if (args.length > 0) {
            builder.hugePages(Boolean.parseBoolean(args[0]));
        }
        try (OffHeapCache cache = builder.build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
            for (long key = 0; key < ENTRIES; key++) {
                cache.put(key, value, 0, 64);
            }
            final long reported = cache.memoryReport().hugePageBytes();
            final boolean clean = cache.audit().clean();
            System.out.printf("%d %d %d %b%n", reported, total(), touched[0], clean);
        }
    }

    private static long total() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/smaps")).stream()
                .filter(line -> line.startsWith("AnonHugePages:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }
}
