// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.files;

import io.flagstone.internal.files.DirectoryLock.HeldException;
import io.flagstone.internal.memory.RegionFile;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The directory that a cache keeps its files in, locked for this process.
 *
 * <pre>
 * flagstone.lock          the lock, and the name of the owner
 * flagstone.cache         the superblock and the regions
 * flagstone.cache.new     a file that is being written; a leftover of a process that was killed
 * flagstone.cache.DATE    an old file that was moved aside
 * </pre>
 *
 * <p>A new file gets its name only when it is complete, and in the same step in which the old file
 * loses it. So whenever the process is killed, the directory has the old file or the new one.
 *
 * <p>At most {@link #KEPT_ASIDE} files that were moved aside are kept, because each takes as much
 * room as the cache. Older ones are deleted, and the caller reports it.
 *
 * <p>The files can be read and written by their owner only: they hold the cache's values and the
 * seed of its hash.
 *
 * <p>Used by one thread.
 */
public final class CacheDirectory implements AutoCloseable {
    /** The number of old files that are kept. */
    public static final int KEPT_ASIDE = 1;

    /** The name of the file with the superblock and the regions. */
    public static final String FILE = "flagstone.cache";

    static final String LOCK = "flagstone.lock";
    static final String NEW_FILE = FILE + ".new";

    /** File systems on which another machine may write the file, or on which mapping is unsafe. */
    private static final Set<String> REMOTE =
            Set.of(
                    "9p",
                    "afs",
                    "beegfs",
                    "ceph",
                    "cifs",
                    "coda",
                    "davfs",
                    "drvfs",
                    "gfs",
                    "gfs2",
                    "glusterfs",
                    "gpfs",
                    "lustre",
                    "ncpfs",
                    "ocfs2",
                    "orangefs",
                    "prl_fs",
                    "pvfs2",
                    "smb",
                    "smb2",
                    "smb3",
                    "smbfs",
                    "vboxsf",
                    "vmhgfs",
                    "virtiofs");

    private static final List<String> REMOTE_FUSE =
            List.of(
                    "afp",
                    "blobfuse",
                    "ceph",
                    "cvmfs",
                    "davfs",
                    "gcsfuse",
                    "gluster",
                    "goofys",
                    "google",
                    "hdfs",
                    "juicefs",
                    "mount-s3",
                    "moose",
                    "osxfs",
                    "portal",
                    "rclone",
                    "s3fs",
                    "seaweed",
                    "smb",
                    "sshfs",
                    "vmhgfs");

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path path;
    private final DirectoryLock lock;

    private CacheDirectory(Path path, DirectoryLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Creates the directory if necessary, and locks it.
     *
     * @param process this process.
     * @throws IllegalArgumentException if the path cannot be a cache's directory.
     * @throws IllegalStateException if another cache holds the lock, or the directory cannot be
     *     used. The message names the path.
     */
    public static CacheDirectory lock(Path path, ProcessIdentity process) {
        checkPath(path);
        try {
            Files.createDirectories(path);
            final String problem = problem(Files.getFileStore(path).type());
            if (problem != null) {
                throw new IllegalArgumentException(
                        problem
                                + ": directory="
                                + path
                                + ", type="
                                + Files.getFileStore(path).type());
            }
            final Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            final DirectoryLock lock =
                    DirectoryLock.take(
                            path.resolve(LOCK),
                            key == null ? path.toRealPath().toString() : key.toString(),
                            text(process),
                            ownerOnly());
            return new CacheDirectory(path, lock);
        } catch (final HeldException e) {
            throw new IllegalStateException(
                    "directory must be free, but a cache has it open: directory="
                            + path
                            + ", owner="
                            + e.getMessage(),
                    e);
        } catch (final IOException e) {
            throw new IllegalStateException(
                    "directory must allow files to be created, locked and written: directory="
                            + path
                            + ": "
                            + e,
                    e);
        }
    }

    private static void checkPath(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new IllegalArgumentException(
                    "directory must not be the path of a file: directory=" + path);
        }
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                    "directory must be on the operating system's own file system: directory="
                            + path.toUri());
        }
    }

    private static String text(ProcessIdentity process) {
        final String start =
                ProcessHandle.of(process.processId())
                        .flatMap(handle -> handle.info().startInstant())
                        .map(Instant::toString)
                        .orElse("unknown");
        return "pid " + process.processId() + ", started " + start;
    }

    /**
     * Returns the reason why a file system of some type cannot hold a cache, or {@code null}. The
     * type is the one that the operating system mounts it by.
     */
    static String problem(String type) {
        final String name = type.toLowerCase(Locale.ROOT);
        final boolean remote =
                name.startsWith("nfs")
                        || REMOTE.contains(name)
                        || name.startsWith("fuse") && REMOTE_FUSE.stream().anyMatch(name::contains);
        return remote ? "directory must not be on a network file system" : null;
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Returns the path of the cache's file. */
    public Path file() {
        return path.resolve(FILE);
    }

    private Path newFile() {
        return path.resolve(NEW_FILE);
    }

    /**
     * Returns whether there is a file.
     *
     * @throws IllegalStateException if something else has its name.
     */
    public boolean hasFile() {
        if (!Files.exists(file(), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isRegularFile(file(), LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalStateException(
                    "the cache's file must be a regular file: file=" + file());
        }
        return true;
    }

    /**
     * Creates a file of zeros that has no name yet; {@link #publish} gives it its name. If this
     * method fails, nothing of it is left and the present file is not changed.
     *
     * @param progress receives the bytes written so far.
     * @throws IllegalStateException if the directory has no room, or cannot be written.
     */
    public RegionFile create(int count, int regionBytes, LongConsumer progress) {
        final long bytes = RegionFile.length(count, regionBytes);
        RegionFile file = null;
        try {
            Files.deleteIfExists(newFile());
            final long room = Files.getFileStore(path).getUsableSpace();
            if (room < bytes) {
                throw noRoom(bytes, null);
            }
            file = RegionFile.create(newFile(), count, regionBytes, progress, ownerOnly());
            return file;
        } catch (final IOException e) {
            throw noRoom(bytes, e);
        } finally {
            if (file == null) {
                discard();
            }
        }
    }

    /** Deletes the file that has no name yet. */
    public void discard() {
        try {
            Files.deleteIfExists(newFile());
        } catch (final IOException e) {
            // The next process deletes it.
            return;
        }
    }

    private IllegalStateException noRoom(long bytes, IOException cause) {
        return new IllegalStateException(
                "directory must have room for a file of "
                        + bytes
                        + " bytes: directory="
                        + path
                        + ", usable="
                        + usableBytes()
                        + ", kept="
                        + asideBytes()
                        + " in "
                        + FILE
                        + " and "
                        + FILE
                        + ".*"
                        + (cause == null ? "" : ": " + cause),
                cause);
    }

    private String usableBytes() {
        discard();
        try {
            return Long.toString(Files.getFileStore(path).getUsableSpace());
        } catch (final IOException e) {
            return "unknown";
        }
    }

    private long asideBytes() {
        long sum = 0;
        try (Stream<Path> files = Files.list(path)) {
            for (final Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(FILE)) {
                    sum += Files.size(file);
                }
            }
        } catch (final IOException e) {
            return sum;
        }
        return sum;
    }

    /**
     * Deletes old files that were moved aside, so that with one more there are at most {@link
     * #KEPT_ASIDE}.
     *
     * @return the names of the files that are gone, for a report.
     */
    public List<String> makeRoomAside() {
        try (Stream<Path> files = Files.list(path)) {
            final List<Path> aside =
                    files.filter(file -> isAside(file.getFileName().toString())).sorted().toList();
            final List<Path> gone = aside.subList(0, Math.max(0, aside.size() - KEPT_ASIDE + 1));
            for (final Path file : gone) {
                Files.delete(file);
            }
            return gone.stream().map(file -> file.getFileName().toString()).toList();
        } catch (final IOException e) {
            throw new IllegalStateException(
                    "directory must allow old files to be deleted: directory=" + path + ": " + e,
                    e);
        }
    }

    private static boolean isAside(String name) {
        return name.matches(FILE.replace(".", "\\.") + "\\.\\d{8}T\\d{6}(-\\d+)?");
    }

    /**
     * Gives the new file its name. The present file, if there is one, is moved aside.
     *
     * @param nowMs the wall-clock time, for the name of the old file.
     * @return the path of the old file now, or {@code null} if there was none.
     */
    public Path publish(long nowMs) {
        try {
            final Path aside = hasFile() ? asideName(nowMs) : null;
            if (aside != null) {
                try {
                    // Until the next step, the file has both names.
                    Files.createLink(aside, file());
                } catch (final UnsupportedOperationException | IOException e) {
                    // Not every file system has links. Then there is a moment without the file.
                    Files.move(file(), aside, StandardCopyOption.ATOMIC_MOVE);
                }
            }
            Files.move(newFile(), file(), StandardCopyOption.ATOMIC_MOVE);
            return aside;
        } catch (final IOException e) {
            throw new IllegalStateException(
                    "directory must allow files to be renamed: directory=" + path + ": " + e, e);
        }
    }

    private Path asideName(long nowMs) {
        final String name = FILE + "." + DATE.format(Instant.ofEpochMilli(nowMs));
        Path aside = path.resolve(name);
        for (int i = 1; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); i++) {
            aside = path.resolve(name + "-" + i);
        }
        return aside;
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
