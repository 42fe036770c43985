// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A fresh JVM that runs one measurement. Its main class gets the path of a file as first argument
 * and writes its result there. Other files next to it are deleted when the JVM has ended.
 *
 * <p>The JVM is the one that runs this code, with the same class path. Its output is kept, and
 * shown only if it fails. It ends when this process ends, in whatever way.
 */
public final class Fork {
    /** The flags of every fork. */
    private static final List<String> FLAGS =
            List.of(
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "-Dchronicle.analytics.disable=true",
                    "-Djava.awt.headless=true");

    /** Stands for the fork's directory of files in its flags. */
    public static final String DIRECTORY = "{directory}";

    private static final String RESULT = "result";
    private static final String LOG = "log";
    private static final int REASON_CHARACTERS = 200;

    private final List<String> arguments = new ArrayList<>();
    private final String mainClass;
    private final long timeoutMs;

    /**
     * Creates a fork that is not started yet.
     *
     * @param mainClass the main class.
     * @param timeoutMs milliseconds after which the JVM is killed and has failed.
     */
    public Fork(Class<?> mainClass, long timeoutMs) {
        this.mainClass = mainClass.getName();
        this.timeoutMs = timeoutMs;
    }

    /**
     * Adds JVM flags.
     *
     * @param flags flags such as {@code -Xmx8g}; {@link #DIRECTORY} in them is replaced.
     * @return this.
     */
    public Fork flags(List<String> flags) {
        arguments.addAll(flags);
        return this;
    }

    /**
     * Runs the JVM to its end.
     *
     * @param mainArguments arguments of the main class, after the file's path.
     * @return the text that the main class wrote.
     * @throws ForkFailedException if the JVM fails or takes too long, with the reason.
     * @throws IOException if the JVM cannot be started.
     * @throws InterruptedException if interrupted while waiting; the JVM is then killed.
     */
    public String run(List<String> mainArguments) throws IOException, InterruptedException {
        final Path directory = Files.createTempDirectory("flagstone-fork");
        final Path result = directory.resolve(RESULT);
        final Path log = directory.resolve(LOG);
        try {
            final Process process = start(mainArguments, result, log);
            final boolean ended;
            try {
                ended = process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
            } finally {
                process.destroyForcibly().waitFor();
            }
            if (!ended) {
                throw new ForkFailedException(
                        "still running after " + timeoutMs / 1000 + " s", Files.readString(log));
            }
            if (process.exitValue() != 0 || !Files.exists(result)) {
                final String output = Files.readString(log);
                throw new ForkFailedException(reason(output, process.exitValue()), output);
            }
            return Files.readString(result);
        } finally {
            delete(directory);
        }
    }

    /** Deletes the files of a fork. */
    static void delete(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    /**
     * Returns the path of this JDK's {@code java}.
     *
     * @return the program that runs this JVM.
     */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Returns a command that runs a main class as this JVM would; arguments may follow it. */
    static List<String> command(List<String> flags, Class<?> mainClass) {
        final List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(FLAGS);
        command.addAll(flags);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass.getName());
        return command;
    }

    private Process start(List<String> mainArguments, Path result, Path log) throws IOException {
        final String directory = result.getParent().toString();
        final List<String> flags =
                arguments.stream().map(argument -> argument.replace(DIRECTORY, directory)).toList();
        final List<String> command = command(flags, Child.class);
        command.add(mainClass);
        command.add(result.toString());
        command.addAll(mainArguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Returns the innermost cause that the JVM printed, why it did not start, or how it ended. */
    static String reason(String output, int exitValue) {
        String reason = "exit status " + exitValue;
        for (final String line : output.split("\n")) {
            if (line.startsWith("Exception in thread \"")) {
                reason = line.substring(line.indexOf("\" ") + 2);
            } else if (line.startsWith("Caused by: ")) {
                reason = line.substring("Caused by: ".length());
            } else if (line.startsWith("Unrecognized ")) {
                reason = line;
            }
        }
        return reason.length() > REASON_CHARACTERS
                ? reason.substring(0, REASON_CHARACTERS) + " …"
                : reason;
    }
}
