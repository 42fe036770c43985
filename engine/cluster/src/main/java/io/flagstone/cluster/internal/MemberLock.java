// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;

/**
 * The lock of a member's directory, which the system releases when its process ends, however it
 * ends.
 *
 * <p>Aeron's parts note in mark files that they are alive, and one that is started again believes
 * for ten seconds that the one before still runs. The holder of this lock knows that it does not.
 * So the files are deleted; they hold no state of the cluster.
 */
public final class MemberLock implements AutoCloseable {
    private static final String NAME = "flagstone.lock";

    private final FileChannel channel;

    private MemberLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock, and deletes the marks of a process that was killed.
     *
     * @param directory of the member, made if there is none.
     * @param parts the names of the directories of Aeron's parts in it.
     * @throws IllegalStateException if another member has the lock.
     * @throws UncheckedIOException if the directory cannot be used.
     */
    public static MemberLock take(File directory, String... parts) {
        final Path path = directory.toPath();
        FileChannel channel = null;
        FileLock lock = null;
        try {
            Files.createDirectories(path);
            channel =
                    FileChannel.open(
                            path.resolve(NAME),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            lock = tryLock(channel);
        } catch (final IOException e) {
            throw new UncheckedIOException("the directory cannot be locked: " + directory, e);
        } finally {
            if (lock == null) {
                CloseHelper.quietClose(channel);
            }
        }
        if (lock == null) {
            throw new IllegalStateException("another member uses the directory: " + directory);
        }
        for (final String part : parts) {
            deleteMarks(new File(directory, part));
        }
        return new MemberLock(channel);
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException inThisProcess) {
            return null;
        }
    }

    private static void deleteMarks(File part) {
        final File[] marks = part.listFiles((folder, name) -> isMark(name));
        if (marks != null) {
            for (final File mark : marks) {
                IoUtil.delete(mark, true);
            }
        }
    }

    private static boolean isMark(String name) {
        return name.equals("archive-mark.dat")
                || name.startsWith("cluster-mark") && name.endsWith(".dat");
    }

    /** Releases the lock. */
    @Override
    public void close() {
        CloseHelper.quietClose(channel);
    }
}
