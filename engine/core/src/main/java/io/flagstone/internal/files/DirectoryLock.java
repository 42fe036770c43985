// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/**
 * The lock that a cache holds on its directory while it is open. It ends with the process, however
 * the process ends, so the number of a process that another has got by now does no harm.
 *
 * <p>Within a JVM, the lock is an entry in a table. Between processes, in one container or several,
 * it is the operating system's lock on a file. The system releases all locks of a process on a file
 * when the process closes any handle of that file. So a process that holds the lock never opens the
 * file a second time: it checks the table first.
 *
 * <p>The file stays when the lock is released. If it were deleted, one process could lock the
 * deleted file and another a new one. It holds a text that names the owner, for messages only.
 */
final class DirectoryLock implements AutoCloseable {
    /**
     * The prefix of the table's keys, and the monitor that guards the table. The table is the
     * system properties, and the monitor is an interned string, because an application server may
     * load this class several times in one JVM.
     */
    private static final String TABLE = "io.flagstone.directory:".intern();

    private static final int MAX_OWNER_BYTES = 256;

    private final FileChannel channel;
    private final String key;
    private boolean released;

    private DirectoryLock(FileChannel channel, String key) {
        this.channel = channel;
        this.key = key;
    }

    /** Thrown if another cache holds the lock. The message names the owner. */
    static final class HeldException extends Exception {
        private static final long serialVersionUID = 1;

        HeldException(String owner) {
            super(owner);
        }
    }

    /**
     * Takes the lock. Does not wait.
     *
     * @param file the lock file.
     * @param directoryKey identifies the directory in this machine, whatever its path.
     * @param owner the text that names this process to others.
     */
    static DirectoryLock take(
            Path file, String directoryKey, String owner, FileAttribute<?>... attributes)
            throws IOException, HeldException {
        final String key = TABLE + directoryKey;
        synchronized (TABLE) {
            if (System.getProperties().putIfAbsent(key, "open") != null) {
                throw new HeldException("another cache of this process, " + owner);
            }
        }
        DirectoryLock taken = null;
        try {
            taken = lock(file, key, owner, attributes);
            return taken;
        } finally {
            if (taken == null) {
                forget(key);
            }
        }
    }

    private static DirectoryLock lock(
            Path file, String key, String owner, FileAttribute<?>... attributes)
            throws IOException, HeldException {
        final FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS),
                        attributes);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            if (!locked) {
                throw new HeldException(owner(channel));
            }
            write(channel, owner);
            return new DirectoryLock(channel, key);
        } catch (final OverlappingFileLockException e) {
            // Another name of the same file is in the table.
            throw new HeldException("another cache of this process, " + owner);
        } catch (final IOException e) {
            locked = false;
            throw e;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Reads the owner's text. It is empty for the moment between an owner's lock and its text. */
    private static String owner(FileChannel channel) throws IOException {
        final ByteBuffer text = ByteBuffer.allocate(MAX_OWNER_BYTES);
        while (text.hasRemaining() && channel.read(text, text.position()) > 0) {
            continue;
        }
        final String owner = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
        return owner.isBlank() ? "a process that has just begun" : owner.strip();
    }

    private static void write(FileChannel channel, String owner) throws IOException {
        channel.truncate(0);
        final ByteBuffer text = ByteBuffer.wrap((owner + "\n").getBytes(StandardCharsets.UTF_8));
        while (text.hasRemaining()) {
            channel.write(text, text.position());
        }
    }

    private static void forget(String key) {
        synchronized (TABLE) {
            System.getProperties().remove(key);
        }
    }

    /** Releases the lock. Releasing it again does nothing. */
    @Override
    public void close() throws IOException {
        if (released) {
            return;
        }
        released = true;
        try (channel) {
            channel.truncate(0);
        } finally {
            forget(key);
        }
    }
}
