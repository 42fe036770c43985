// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The result of a separate JVM.
 *
 * @param status its exit status.
 * @param out its standard output.
 * @param err its standard error.
 */
public record JavaProcess(int status, String out, String err) {
    private static final List<String> OPTIONS =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    /** Returns the path of this JDK's {@code java}. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Returns the directory or jar that a class was loaded from. */
    public static String placeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (final URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Runs this JDK's {@code java} until it ends, with only the given options.
     *
     * @param directory the directory for its output.
     * @param environment variables to add to those of this process.
     * @param arguments the flags and the program.
     */
    public static JavaProcess run(
            Path directory, Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(arguments);
        final Path out = directory.resolve("out");
        final Path err = directory.resolve("err");
        final ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().keySet().removeAll(OPTIONS);
        builder.environment().putAll(environment);
        final int status = builder.start().waitFor();
        return new JavaProcess(status, Files.readString(out), Files.readString(err));
    }
}
