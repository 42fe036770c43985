// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of checkpoints in a directory, and which of them are kept. */
public final class CheckpointFiles {
    private static final Pattern NAME =
            Pattern.compile("checkpoint-([1-9][0-9]{0,17})\\.flagstone");

    private CheckpointFiles() {}

    /** Returns the name of a generation's file. */
    public static String name(long generation) {
        return "checkpoint-" + generation + ".flagstone";
    }

    /** Returns whether a file's name is that of a checkpoint. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns the files of all generations in a directory, the newest first. */
    public static List<Path> newestFirst(Path directory) throws IOException {
        return generations(CheckpointDirectory.names(directory)).stream()
                .map(generation -> directory.resolve(name(generation)))
                .toList();
    }

    /**
     * Opens the newest whole checkpoint.
     *
     * @param path a directory of checkpoints, or the file of one.
     * @param problems receives a text for each file that is newer and not whole, or the reason why
     *     there is none.
     * @return a reader that has checked all of the file, or {@code null}.
     */
    public static CheckpointReader openNewest(Path path, Consumer<String> problems) {
        for (final Path file : candidates(path, problems)) {
            try {
                return CheckpointReader.open(file);
            } catch (final DamagedCheckpointException e) {
                problems.accept(file.getFileName() + ": " + e.getMessage());
            } catch (final IOException | OutOfMemoryError e) {
                problems.accept(file.getFileName() + " cannot be read: " + e);
            }
        }
        return null;
    }

    private static List<Path> candidates(Path path, Consumer<String> problems) {
        if (!Files.isDirectory(path)) {
            if (Files.exists(path)) {
                return List.of(path);
            }
            problems.accept("there is no checkpoint: " + path);
            return List.of();
        }
        try {
            final List<Path> files = newestFirst(path);
            if (files.isEmpty()) {
                problems.accept("the directory has no checkpoint: " + path);
            }
            return files;
        } catch (final IOException e) {
            problems.accept("the directory cannot be read: " + e);
            return List.of();
        }
    }

    static List<Long> generations(List<String> names) {
        return names.stream()
                .map(NAME::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.parseLong(matcher.group(1)))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /**
     * Deletes all generations except a new one and the one before it that was finished. A file that
     * cannot be deleted stays until the next time.
     */
    static void keepTwo(CheckpointStorage storage, long newest) throws IOException {
        boolean kept = false;
        for (final long generation : generations(storage.names())) {
            final String name = name(generation);
            if (generation != newest) {
                if (!kept && isFinished(storage, name)) {
                    kept = true;
                } else {
                    delete(storage, name);
                }
            }
        }
    }

    private static boolean isFinished(CheckpointStorage storage, String name) {
        try {
            return Superblock.problem(storage.head(name, CheckpointDescriptor.SUPERBLOCK_LENGTH))
                    == null;
        } catch (final IOException e) {
            // It may be readable again later.
            return true;
        }
    }

    static void delete(CheckpointStorage storage, String name) {
        try {
            storage.delete(name);
        } catch (final IOException ignored) {
            // The next checkpoint tries again.
            return;
        }
    }
}
