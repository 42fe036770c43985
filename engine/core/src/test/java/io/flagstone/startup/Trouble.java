// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import io.flagstone.OffHeapCache;
import io.flagstone.metrics.MetricsPublisher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Requests a resource that the operating system refuses, and shows that the engine still works. */
final class Trouble {
    private Trouble() {}

    public static void main(String[] args) {
        if (args[0].equals("disk")) {
            try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).build();
                    MetricsPublisher publisher =
                            MetricsPublisher.open(cache, Path.of(args[1]), "full")) {
                System.out.println("published to " + publisher.path());
            } catch (final IOException e) {
                System.out.println(e.getMessage());
            }
        } else {
            try (OffHeapCache cache =
                    OffHeapCache.builder().memoryBytes(Long.parseLong(args[1])).build()) {
                System.out.println("built " + cache.segmentCount());
            } catch (final IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .defaultTtlNs(TimeUnit.SECONDS.toNanos(1))
                        .build()) {
            System.out.println("alive " + cache.size());
        }
    }
}
