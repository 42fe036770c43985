// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file completely or not at all. The file gets its name only when it is complete, so a
 * failed run keeps an earlier report.
 */
public final class OutputFile {
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
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return null;
        }
        final Path directory = directory(file);
        if (!Files.isDirectory(directory)) {
            return directory + " is not a directory";
        }
        return Files.isWritable(directory) ? null : directory + " cannot be written to";
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
        final Path target = Files.exists(file) ? file.toRealPath() : file;
        final String name = "." + target.getFileName() + "." + ProcessHandle.current().pid();
        final Path part = directory(target).resolve(name + ".part");
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

    private static Path directory(Path file) {
        return file.toAbsolutePath().getParent();
    }
}
