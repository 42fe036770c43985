// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.IoUtil;
import org.agrona.concurrent.BackoffIdleStrategy;

/**
 * A media driver in this process, for processes of this machine. It needs a few MiB in a directory
 * of its own, which is deleted at the end.
 */
public final class AeronDriver implements Closeable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final int TERM_BYTES = 64 << 10;
    private static final long LEAST_ROOM_BYTES = 32 << 20;

    private final Path directory;
    private final MediaDriver driver;

    private AeronDriver(Path directory, MediaDriver driver) {
        this.directory = directory;
        this.driver = driver;
    }

    /**
     * Starts a driver, in shared memory if there is room.
     *
     * @return the driver.
     * @throws IOException if the directory cannot be made.
     */
    public static AeronDriver start() throws IOException {
        final boolean shared =
                Files.isWritable(SHARED_MEMORY)
                        && Files.getFileStore(SHARED_MEMORY).getUsableSpace() >= LEAST_ROOM_BYTES;
        final Path directory =
                shared
                        ? Files.createTempDirectory(SHARED_MEMORY, "flagstone-aeron")
                        : Files.createTempDirectory("flagstone-aeron");
        final MediaDriver.Context context =
                new MediaDriver.Context()
                        .aeronDirectoryName(directory.resolve("driver").toString())
                        .threadingMode(ThreadingMode.SHARED)
                        .sharedIdleStrategy(new BackoffIdleStrategy())
                        .ipcTermBufferLength(TERM_BYTES)
                        .termBufferSparseFile(true)
                        .performStorageChecks(false)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true);
        try {
            return new AeronDriver(directory, MediaDriver.launchEmbedded(context));
        } catch (RuntimeException refused) {
            IoUtil.delete(directory.toFile(), true);
            throw refused;
        }
    }

    /**
     * Returns the directory for clients.
     *
     * @return the path.
     */
    public String aeronDirectory() {
        return driver.aeronDirectoryName();
    }

    @Override
    public void close() {
        driver.close();
        IoUtil.delete(directory.toFile(), true);
    }
}
