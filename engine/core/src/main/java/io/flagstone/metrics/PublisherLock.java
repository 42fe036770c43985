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
 * The lock that a publisher holds on its path for its life, so that no two publish there. It ends
 * with its process, however that ends.
 *
 * <p>Within a JVM it is an entry in a table. Between processes, of one container or of several, it
 * is the operating system's lock on a file of its own next to the metrics file. It is a file of its
 * own because the system releases all locks of a process on a file when the process closes any
 * handle of that file, as a reader of the metrics does. For the same reason a process that holds
 * the lock never opens the lock file a second time: it asks the table first.
 */
final class PublisherLock implements AutoCloseable {
    /**
     * Prefix of the table's keys. The table is the system properties and its monitor an interned
     * text, because an application server may load this class several times in one JVM.
     */
    private static final String TABLE = "io.flagstone.metrics.publisher:".intern();

    /** A reader that looks whether the path is taken holds the lock for some microseconds. */
    private static final int MAX_TRIES = 100;

    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path path;
    private final Path identity;
    private final FileChannel channel;

    /** The lock file's. */
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
     * Locks the file that has the name. Returns null if it is locked, or may not be the file that
     * has the name now: the publisher that held the lock deletes the file when it closes.
     */
    private static PublisherLock tryLock(Path path, Path identity) throws IOException {
        final Path lockFile = lockFile(path);
        // A file that this creates is used by the next try, which knows its key beforehand.
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

    /** What tells a file from another that has its name later; null if there is none. */
    private static Object key(Path lockFile) throws IOException {
        try {
            final BasicFileAttributes attributes =
                    Files.readAttributes(
                            lockFile, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                // A link would lead elsewhere, and a pipe would block whoever opens it.
                throw new IOException(
                        lockFile + " is no regular file, and cannot be locked: delete it");
            }
            final Object key = attributes.fileKey();
            return key == null ? "" : key;
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    /** Whether a publisher of any process holds the lock, as far as that can be seen from here. */
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
                path.toString(), null, "another publisher publishes here");
    }

    static Path lockFile(Path path) {
        return path.resolveSibling(path.getFileName() + ".lock");
    }

    /** The path by which the file is known, whichever links lead to its directory. */
    private static Path identity(Path path) throws IOException {
        final Path absolute = path.toAbsolutePath();
        return absolute.getParent().toRealPath().resolve(absolute.getFileName());
    }

    /** Releases the lock, and deletes its file first, while nobody else can have locked it. */
    @Override
    public void close() {
        synchronized (TABLE) {
            try (channel) {
                // Another publisher may have made another, if somebody deleted this one.
                if (key.equals(key(lockFile(path)))) {
                    Files.delete(lockFile(path));
                }
            } catch (final IOException e) {
                // The file stays, without a lock, and the next publisher locks it.
            } finally {
                release(identity);
            }
        }
    }
}
