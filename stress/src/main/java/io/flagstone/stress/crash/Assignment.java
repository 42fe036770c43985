// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import java.nio.file.Path;

/**
 * A child's task, which its parent writes to its standard input as one line.
 *
 * @param directory the directory of the configuration.
 * @param configuration the cache's settings.
 * @param threads the number of threads.
 * @param seed determines the operations. The child operates while the ledger's command is this.
 * @param fault the fault to commit.
 * @param haltOpening the access at which the child halts while it opens the cache, or 0.
 * @param haltRunning the access of the first thread at which the child halts, or 0.
 * @param haltClosing the access at which the child halts while it closes the cache, or 0.
 */
record Assignment(
        Path directory,
        CrashConfiguration configuration,
        int threads,
        long seed,
        PlantedFault fault,
        long haltOpening,
        long haltRunning,
        long haltClosing) {

    static Assignment parse(String line) {
        final String[] words = line.split(" ", 8);
        return new Assignment(
                Path.of(words[7]),
                CrashConfiguration.find(words[0]),
                Integer.parseInt(words[1]),
                Long.parseLong(words[2]),
                PlantedFault.valueOf(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]),
                Long.parseLong(words[6]));
    }

    String line() {
        return configuration.name()
                + ' '
                + threads
                + ' '
                + seed
                + ' '
                + fault
                + ' '
                + haltOpening
                + ' '
                + haltRunning
                + ' '
                + haltClosing
                + ' '
                + directory;
    }

    /** Returns the cache's directory. */
    Path cache() {
        return directory.resolve("cache");
    }

    Path ledger() {
        return directory.resolve("ledger");
    }

    /** Returns the file to which the child writes a violation. */
    Path violation() {
        return directory.resolve("violation.txt");
    }
}
