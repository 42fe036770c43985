// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Checks the standard output of the process, whose streams hide their errors. */
public final class StandardOutput {
    private static final Path LINK = Path.of("/proc/self/fd/1");
    private static final Path STATE = Path.of("/proc/self/fdinfo/1");
    private static final String FLAGS = "flags:";
    private static final int OCTAL = 8;
    private static final int ACCESS_MODE = 3;
    private static final int READ_ONLY = 0;

    private StandardOutput() {}

    /**
     * Returns why the standard output cannot be written, so that a command can fail before its
     * work. Finds a closed output and a full device, and only on Linux.
     *
     * @return the reason, or null if none is known.
     */
    public static String obstacle() {
        if (!Files.isDirectory(STATE.getParent())) {
            return null;
        }
        if (isClosed()) {
            return "the standard output is closed";
        }
        return OutputFile.isFull(LINK)
                ? "the standard output cannot be written to: no space left on device"
                : null;
    }

    /** A JVM with a closed output soon has another file there, which it opened to read. */
    private static boolean isClosed() {
        try (Stream<String> lines = Files.lines(STATE)) {
            return lines.filter(line -> line.startsWith(FLAGS))
                    .map(line -> line.substring(FLAGS.length()).trim())
                    .anyMatch(flags -> (Integer.parseInt(flags, OCTAL) & ACCESS_MODE) == READ_ONLY);
        } catch (IOException noSuchDescriptor) {
            return true;
        }
    }

    /**
     * Returns why a write to the standard output failed. Writes a line end to find out, if the
     * stream has failed.
     *
     * @return the reason as half a sentence.
     */
    public static String loss() {
        if (!System.out.checkError()) {
            return "the standard output could not be written to";
        }
        // Closing the stream would close the standard output.
        final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try {
            out.write('\n');
            return "the standard output could not be written to";
        } catch (IOException failure) {
            return "the standard output could not be written to: " + failure.getMessage();
        }
    }
}
