// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file completely or not at all. The file gets its name only when it is complete, so a
 * failed run keeps an earlier report.
 */
public final class OutputFile {
    /** A device where every write fails, although it can be opened for writing. */
    private static final Path FULL = Path.of("/dev/full");

    private OutputFile() {}

    /**
     * Returns why a file cannot be written, so that a command can fail before its work.
     *
     * @param file the file.
     * @return the reason, or null if the file can be written.
     */
    public static String obstacle(Path file) {
        if (Files.isDirectory(file)) {
            return file + " is a directory";
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            return file + " cannot be written to";
        }
        if (isFull(file)) {
            return file + " cannot be written to: no space left on device";
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return null;
        }
        final Path directory = directory(file);
        if (!Files.isDirectory(directory)) {
            return directory + " is not a directory";
        }
        if (!Files.isWritable(directory)) {
            return directory + " cannot be written to";
        }
        try {
            // Permissions do not tell everything: a file system may refuse new files.
            final Path part = part(target(file));
            Files.deleteIfExists(part);
            Files.createFile(part);
            Files.delete(part);
            return null;
        } catch (IOException failure) {
            return directory + " cannot be written to: " + reason(failure);
        }
    }

    /**
     * Returns why a file could not be written.
     *
     * @param failure the error.
     * @return the reason without the file's name.
     */
    public static String reason(IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "access denied";
        }
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        return failure instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : failure.getMessage();
    }

    /** Returns whether a file is the device that is always full, also through a link. */
    static boolean isFull(Path file) {
        try {
            return file.toRealPath().equals(FULL);
        } catch (IOException unresolved) {
            return false;
        }
    }

    /**
     * Writes a file and replaces an existing one.
     *
     * @param file the file.
     * @param text the content.
     * @throws IOException if the file cannot be written; an existing file is then unchanged.
     */
    public static void write(Path file, String text) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or a pipe must not be replaced.
            Files.writeString(file, text, StandardOpenOption.WRITE);
            return;
        }
        final Path target = target(file);
        final Path part = part(target);
        try {
            Files.writeString(part, text);
            move(part, target);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException unsupported) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Path target(Path file) throws IOException {
        return Files.exists(file) ? file.toRealPath() : file;
    }

    private static Path part(Path target) {
        final String name = "." + target.getFileName() + "." + ProcessHandle.current().pid();
        return directory(target).resolve(name + ".part");
    }

    private static Path directory(Path file) {
        return file.toAbsolutePath().getParent();
    }
}
