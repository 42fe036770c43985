// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process that opens a cache in a directory, prints how it began, and ends: {@code open} closes
 * the cache first, {@code hold} does so when its input ends, {@code halt} writes numbers from 0 and
 * ends in the middle of it.
 */
public final class RestartChild {
    static final int NUMBERS = 2_000;

    private RestartChild() {}

    static List<String> command(String what, Path directory) {
        return List.of(
                "--add-opens",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                String.join(
                        java.io.File.pathSeparator,
                        JavaProcess.placeOf(RestartChild.class),
                        JavaProcess.placeOf(OffHeapCache.class),
                        JavaProcess.placeOf(DirectBuffer.class)),
                RestartChild.class.getName(),
                what,
                directory.toString());
    }

    public static void main(String[] args) throws IOException {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .segments(2)
                        .hugePages(false)
                        .directory(Path.of(args[1]))
                        .restartListener(System.out::println)
                        .build();
        if (args[0].equals("hold")) {
            System.in.read();
        }
        if (!args[0].equals("halt")) {
            cache.close();
            return;
        }
        final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        for (int i = 0; i < NUMBERS; i++) {
            value.putLong(0, i);
            cache.put(i, value, 0, 8 + i % 56);
            if (i % 3 == 0) {
                cache.remove(i - 1);
            }
        }
        System.out.flush();
        Runtime.getRuntime().halt(9);
    }
}
