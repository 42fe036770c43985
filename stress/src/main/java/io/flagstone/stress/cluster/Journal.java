// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Records when each fault began and what the members said, for those who look for the cause of a
 * violation.
 *
 * <p>Thread-safe.
 */
final class Journal implements AutoCloseable {
    private final long startNs = System.nanoTime();
    private final PrintWriter out;

    /** Creates the file {@code journal.log} in a directory. */
    Journal(Path directory) throws IOException {
        out = new PrintWriter(Files.newBufferedWriter(directory.resolve("journal.log")), true);
    }

    /** Writes a line, with the time since the start. */
    synchronized void add(String line) {
        out.printf("%9.3f s  %s%n", (System.nanoTime() - startNs) / 1e9, line);
    }

    @Override
    public synchronized void close() {
        out.close();
    }
}
