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
import java.util.HashSet;
import java.util.Set;

/**
 * The lock that a publisher holds on its path for its life, so that no two publish there, and that
 * ends with its process, however that ends.
 *
 * <p>Within a process it is an entry in a table. Between processes, of one container or of several,
 * it is the operating system's lock on a file of its own beside the metrics file, which stays. It
 * is a file of its own since the system lets all locks of a process on a file go when the process
 * closes any handle of that file, as a reader of the metrics does.
 */
final class PublisherLock implements AutoCloseable {
    /** Guarded by itself. */
    private static final Set<Path> HELD = new HashSet<>();

    private static final int MAX_TRIES = 100;

    private final Path path;
    private final Path identity;
    private final FileChannel channel;

    private PublisherLock(Path path, Path identity, FileChannel channel) {
        this.path = path;
        this.identity = identity;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws FileAlreadyExistsException if another publisher holds it.
     */
    static PublisherLock take(Path path) throws IOException {
        final Path identity = identity(path);
        synchronized (HELD) {
            if (!HELD.add(identity)) {
                throw held(path);
            }
        }
        try {
            FileChannel channel = null;
            for (int tries = 0; channel == null && tries < MAX_TRIES; tries++) {
                channel = tryLock(path);
            }
            if (channel == null) {
                throw held(path);
            }
            return new PublisherLock(path, identity, channel);
        } catch (final IOException | RuntimeException | Error e) {
            synchronized (HELD) {
                HELD.remove(identity);
            }
            throw e;
        }
    }

    /** Locks the file that has the name; null if the name goes to another file meanwhile. */
    private static FileChannel tryLock(Path path) throws IOException {
        final Path lockFile = lockFile(path);
        final Object before = key(lockFile);
        final FileChannel channel =
                FileChannel.open(
                        lockFile,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        try {
            final Object opened = key(lockFile);
            if (channel.tryLock() == null) {
                throw held(path);
            }
            if (opened != null
                    && (before == null || opened.equals(before))
                    && opened.equals(key(lockFile))) {
                return channel;
            }
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
            final Object key =
                    Files.readAttributes(
                                    lockFile, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .fileKey();
            return key == null ? "" : key;
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    /** Whether a publisher of any process holds the lock, as far as that can be seen from here. */
    static boolean isHeld(Path path) {
        try {
            synchronized (HELD) {
                // Asking the system would let this process' own lock go.
                if (HELD.contains(identity(path))) {
                    return true;
                }
                try (FileChannel channel =
                                FileChannel.open(
                                        lockFile(path),
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

    /** Lets the lock go. */
    @Override
    public void close() {
        synchronized (HELD) {
            try {
                Files.deleteIfExists(lockFile(path));
                channel.close();
            } catch (final IOException e) {
                // The lock ends with the process, and the next publisher takes the file over.
            }
            HELD.remove(identity);
        }
    }
}
