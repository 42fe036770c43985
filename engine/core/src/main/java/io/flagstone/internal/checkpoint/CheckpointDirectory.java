// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of checkpoints on a file system, locked for one writer until it is closed.
 *
 * <p>Not thread-safe.
 */
public final class CheckpointDirectory implements CheckpointStorage {
    /** The file whose lock a writer holds. */
    static final String LOCK = "checkpoint.lock";

    /** The JDK keeps a copy of this length for each thread that writes. */
    private static final int WRITE_BYTES = CheckpointDescriptor.BLOCK_BYTES;

    private final Path directory;
    private final FileChannel lockFile;

    private CheckpointDirectory(Path directory, FileChannel lockFile) {
        this.directory = directory;
        this.lockFile = lockFile;
    }

    /**
     * Opens a directory, which is created if it is absent, and locks it.
     *
     * @throws IOException if another writer of any process has locked it, or it cannot be written.
     */
    public static CheckpointDirectory open(Path directory) throws IOException {
        Files.createDirectories(directory);
        final FileChannel lockFile =
                FileChannel.open(
                        directory.resolve(LOCK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = isLocked(lockFile);
        } finally {
            if (!locked) {
                lockFile.close();
            }
        }
        if (!locked) {
            throw new IOException(
                    "another checkpoint is being written to the directory; use a directory of its"
                            + " own for each cache: directory="
                            + directory);
        }
        return new CheckpointDirectory(directory, lockFile);
    }

    private static boolean isLocked(FileChannel lockFile) throws IOException {
        try {
            final FileLock lock = lockFile.tryLock();
            return lock != null;
        } catch (final OverlappingFileLockException e) {
            return false;
        }
    }

    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public List<String> names() throws IOException {
        return names(directory);
    }

    @Override
    public Output create(String name) throws IOException {
        return new FileOutput(
                FileChannel.open(
                        directory.resolve(name),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public byte[] head(String name, int length) throws IOException {
        final ByteBuffer head = ByteBuffer.allocate(length);
        try (FileChannel channel =
                FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
            while (head.hasRemaining() && channel.read(head) >= 0) {
                continue;
            }
        }
        final byte[] bytes = new byte[head.position()];
        head.flip().get(bytes);
        return bytes;
    }

    @Override
    public void force() throws IOException {
        final FileChannel opened;
        try {
            opened = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (final IOException e) {
            if (Files.isDirectory(directory)) {
                // Windows does not open directories, and makes names durable by itself.
                return;
            }
            throw e;
        }
        try (FileChannel channel = opened) {
            channel.force(true);
        }
    }

    /** Unlocks the directory. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private record FileOutput(FileChannel channel) implements Output {
        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            final int end = bytes.limit();
            long at = position;
            while (bytes.position() < end) {
                bytes.limit(Math.min(end, bytes.position() + WRITE_BYTES));
                at += channel.write(bytes, at);
                bytes.limit(end);
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
        }

        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
