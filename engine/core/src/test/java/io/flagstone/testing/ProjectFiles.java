// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files of the project from the directory of the tested module. */
public final class ProjectFiles {
    private static final Path ROOT = root();

    private ProjectFiles() {}

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("CHANGELOG.md"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException(
                        "no CHANGELOG.md in or above " + Path.of("").toAbsolutePath());
            }
        }
        return directory;
    }

    /** Returns the file at a path from the project's top level, whether or not it exists. */
    public static Path file(String... path) {
        Path file = ROOT;
        for (final String name : path) {
            file = file.resolve(name);
        }
        return file;
    }
}
