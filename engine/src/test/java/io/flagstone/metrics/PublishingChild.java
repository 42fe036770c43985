package io.flagstone.metrics;

import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.nio.file.Path;

/** Publishes to a file until its input ends, as a process of its own. */
final class PublishingChild {
    private PublishingChild() {}

    public static void main(String[] args) throws IOException {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 17).build();
                MetricsPublisher publisher =
                        MetricsPublisher.open(cache, Path.of(args[0]), "child")) {
            System.out.println("open " + publisher.path());
            while (System.in.read() >= 0) {
                publisher.doWork();
            }
        }
    }
}
