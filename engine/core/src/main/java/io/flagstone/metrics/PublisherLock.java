// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock that a publisher holds on its path while it is open, so that no two publish to the same
 * path. It ends with the process, however the process ends.
 *
 * <p>Within a JVM, the lock is an entry in a table. Between processes, in one container or several,
 * it is the operating system's lock on a separate file next to the metrics file. The file is
 * separate because the system releases all locks of a process on a file when the process closes any
 * handle of that file, as a reader of the metrics does. For the same reason, a process that holds
 * the lock never opens the lock file a second time: it checks the table first.
 */
final class PublisherLock implements AutoCloseable {
    /**
     * The prefix of the table's keys, and the monitor that guards the table. The table is the
     * system properties, and the monitor is an interned string, because an application server may
     * load this class several times in one JVM.
     */
    private static final String TABLE = "io.flagstone.metrics.publisher:".intern();

    /** The number of tries. A reader that checks the lock holds it for some microseconds. */
    private static final int MAX_TRIES = 100;

    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path path;
    private final Path identity;
    private final FileChannel channel;

    /** The key of the lock file. */
    private final Object key;

    private PublisherLock(Path path, Path identity, FileChannel channel, Object key) {
        this.path = path;
        this.identity = identity;
        this.channel = channel;
        this.key = key;
    }

    /**
     * Takes the lock.
     *
     * @throws FileAlreadyExistsException if another publisher holds it.
     */
    static PublisherLock take(Path path) throws IOException {
        final Path identity = identity(path);
        synchronized (TABLE) {
            if (System.getProperties().putIfAbsent(TABLE + identity, "open") != null) {
                throw held(path);
            }
        }
        try {
            for (int tries = 0; tries < MAX_TRIES; tries++) {
                final PublisherLock lock = tryLock(path, identity);
                if (lock != null) {
                    return lock;
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
            throw held(path);
        } catch (final IOException | RuntimeException | Error e) {
            release(identity);
            throw e;
        }
    }

    private static void release(Path identity) {
        synchronized (TABLE) {
            System.getProperties().remove(TABLE + identity);
        }
    }

    /**
     * Locks the lock file. Returns null if the file is locked, or may no longer have the path: a
     * publisher deletes its lock file when it closes.
     */
    private static PublisherLock tryLock(Path path, Path identity) throws IOException {
        final Path lockFile = lockFile(path);
        // If this try creates the file, the next try uses it, since that knows the key beforehand.
        final Object before = key(lockFile);
        final FileChannel channel =
                FileChannel.open(
                        lockFile,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        try {
            if (before != null && channel.tryLock() != null && before.equals(key(lockFile))) {
                return new PublisherLock(path, identity, channel, before);
            }
        } catch (final OverlappingFileLockException e) {
            channel.close();
            return null;
        } catch (final IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    /**
     * Returns a key that identifies a file even if another takes its path later; null if there is
     * no file.
     */
    private static Object key(Path lockFile) throws IOException {
        try {
            final BasicFileAttributes attributes =
                    Files.readAttributes(
                            lockFile, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                // A link would lead elsewhere, and opening a pipe would block.
                throw new IOException(
                        lockFile + " is not a regular file and cannot be locked: delete it");
            }
            final Object key = attributes.fileKey();
            return key == null ? "" : key;
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    /** Returns whether a publisher of any process holds the lock, as far as visible from here. */
    static boolean isHeld(Path path) {
        try {
            synchronized (TABLE) {
                if (System.getProperties().containsKey(TABLE + identity(path))) {
                    return true;
                }
                final Path lockFile = lockFile(path);
                if (key(lockFile) == null) {
                    return false;
                }
                try (FileChannel channel =
                                FileChannel.open(
                                        lockFile,
                                        StandardOpenOption.READ,
                                        LinkOption.NOFOLLOW_LINKS);
                        FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true)) {
                    return shared == null;
                }
            }
        } catch (final OverlappingFileLockException e) {
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private static FileAlreadyExistsException held(Path path) {
        return new FileAlreadyExistsException(
                path.toString(), null, "another publisher already publishes to this file");
    }

    static Path lockFile(Path path) {
        return path.resolveSibling(path.getFileName() + ".lock");
    }

    /** Returns the path with all links to its directory resolved. */
    private static Path identity(Path path) throws IOException {
        final Path absolute = path.toAbsolutePath();
        return absolute.getParent().toRealPath().resolve(absolute.getFileName());
    }

    /** Deletes the lock file while no other process can have locked it, then releases the lock. */
    @Override
    public void close() {
        synchronized (TABLE) {
            try (channel) {
                // If the lock file was deleted, another publisher may have created a new one.
                if (key.equals(key(lockFile(path)))) {
                    Files.delete(lockFile(path));
                }
            } catch (final IOException e) {
                // The file stays without a lock. The next publisher locks it.
            } finally {
                release(identity);
            }
        }
    }
}
