// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a journal: a directory for each, by number, with the checkpoint's file and a
 * {@link JournalMark}. One without a mark is not complete.
 */
final class JournalDirectory {
    /** The complete checkpoints that are kept. If the newest is damaged, there is another. */
    static final int KEPT = 2;

    private static final Pattern NAME = Pattern.compile("journal-([1-9][0-9]{0,17})");
    private static final String PREFIX = "journal-";

    private final Path root;

    JournalDirectory(Path root) {
        this.root = root;
    }

    Path of(long number) {
        return root.resolve(PREFIX + number);
    }

    /** Returns the numbers of all checkpoints, complete or not, the newest first. */
    List<Long> numbers() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> names = Files.list(root)) {
            return names.map(path -> NAME.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> Long.parseLong(matcher.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Creates the directory of the next checkpoint and returns its number. */
    long create() throws IOException {
        final List<Long> numbers = numbers();
        final long next = numbers.isEmpty() ? 1 : numbers.get(0) + 1;
        Files.createDirectories(of(next));
        return next;
    }

    /** Returns the number of the newest complete checkpoint, or 0. */
    long newest() throws IOException {
        return complete().stream().findFirst().orElse(0L);
    }

    /** Returns the numbers of the complete checkpoints, the newest first. */
    List<Long> complete() throws IOException {
        return numbers().stream().filter(number -> JournalMark.isIn(of(number))).toList();
    }

    /** Deletes a checkpoint. The mark goes first, so that what is left does not look complete. */
    void delete(long number) throws IOException {
        final Path directory = of(number);
        if (Files.isDirectory(directory)) {
            final List<Path> files;
            try (Stream<Path> names = Files.list(directory)) {
                files =
                        names.sorted(Comparator.comparing(path -> !JournalMark.isMark(path)))
                                .toList();
            }
            for (final Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        }
    }
}
