// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file to be written as a whole or not at all: it takes its name only when complete, so that a
 * failed run leaves an earlier report as it was.
 */
public final class OutputFile {
    private OutputFile() {}

    /**
     * Why a report could not be written to a file, found out before the replay rather than after.
     *
     * @param file the file.
     * @return the reason, or null where there is none.
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
            return directory + " is no directory";
        }
        return Files.isWritable(directory) ? null : directory + " cannot be written to";
    }

    /**
     * Writes a file.
     *
     * @param file the file; one that is there is replaced.
     * @param text its content.
     * @throws IOException where it cannot be written; an existing file is then as it was.
     */
    public static void write(Path file, String text) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or a pipe: there is nothing to keep, and it must not be replaced.
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
