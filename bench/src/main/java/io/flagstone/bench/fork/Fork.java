// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A fresh JVM that measures one thing and hands over what it found: its main class gets the path of
 * a file as first argument and writes its result there.
 *
 * <p>The JVM is that which runs this one, with the same class path. What it prints is kept, and
 * shown only if it fails.
 */
public final class Fork {
    private static final List<String> FLAGS =
            List.of(
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "-Dchronicle.analytics.disable=true",
                    "-Djava.awt.headless=true");

    private static final int REASON_CHARACTERS = 200;

    private final List<String> arguments = new ArrayList<>();
    private final String mainClass;
    private final long timeoutMs;

    /**
     * Not started yet.
     *
     * @param mainClass what it runs.
     * @param timeoutMs after which it is killed and has failed.
     */
    public Fork(Class<?> mainClass, long timeoutMs) {
        this.mainClass = mainClass.getName();
        this.timeoutMs = timeoutMs;
    }

    /**
     * Adds a flag of the JVM.
     *
     * @param flags such as {@code -Xmx8g}.
     * @return this.
     */
    public Fork flags(List<String> flags) {
        arguments.addAll(flags);
        return this;
    }

    /**
     * Runs it to its end.
     *
     * @param mainArguments of the main class, behind the file's path.
     * @return the text it has written.
     * @throws ForkFailedException where it ended otherwise than well, with the reason.
     * @throws IOException where it cannot be started.
     * @throws InterruptedException if interrupted meanwhile; the JVM is then killed.
     */
    public String run(List<String> mainArguments) throws IOException, InterruptedException {
        final Path directory = Files.createTempDirectory("flagstone-fork");
        final Path result = directory.resolve("result");
        final Path log = directory.resolve("log");
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
            Files.deleteIfExists(result);
            Files.deleteIfExists(log);
            Files.deleteIfExists(directory);
        }
    }

    private Process start(List<String> mainArguments, Path result, Path log) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(FLAGS);
        command.addAll(arguments);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.add(result.toString());
        command.addAll(mainArguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** The innermost cause that the JVM has printed, or why it has not started, or how it ended. */
    private static String reason(String output, int exitValue) {
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
