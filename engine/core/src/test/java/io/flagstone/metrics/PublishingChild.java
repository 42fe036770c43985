// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A separate process that publishes, reads or competes for a path until its input ends. */
final class PublishingChild {
    private PublishingChild() {}

    static Process start(String mode, Path file) throws IOException {
        final List<String> command =
                new ArrayList<>(
                        List.of(
                                JavaProcess.java(),
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PublishingChild.class.getName(),
                                mode,
                                file.toString()));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    public static void main(String[] args) throws IOException {
        final Path file = Path.of(args[1]);
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 17).build()) {
            switch (args[0]) {
                case "publish" -> publish(cache, file);
                case "poll" -> poll(file);
                default -> compete(cache, file);
            }
        }
    }

    private static void publish(OffHeapCache cache, Path file) throws IOException {
        try (MetricsPublisher publisher = MetricsPublisher.open(cache, file, "child")) {
            System.out.println("open " + publisher.path());
            while (System.in.read() >= 0) {
                publisher.doWork();
            }
        }
    }

    private static void poll(Path file) throws IOException {
        System.out.println("open");
        while (System.in.available() == 0) {
            PublisherLock.isHeld(file);
        }
    }

    private static void compete(OffHeapCache cache, Path file) throws IOException {
        System.out.println("open");
        int taken = 0;
        while (System.in.available() == 0) {
            taken += takeAlone(cache, file);
        }
        System.out.println(taken);
    }

    /**
     * Publishes for a moment if nobody else publishes.
     *
     * @return 1 if it published, otherwise 0.
     * @throws java.nio.file.FileAlreadyExistsException for the mark, if two publish at the same
     *     time.
     */
    static int takeAlone(OffHeapCache cache, Path file) throws IOException {
        final MetricsPublisher publisher;
        try {
            publisher = MetricsPublisher.open(cache, file, "alone");
        } catch (final FileAlreadyExistsException e) {
            return 0;
        }
        try (publisher) {
            final Path mark = file.resolveSibling("mark");
            Files.createFile(mark);
            Files.delete(mark);
        }
        return 1;
    }
}
