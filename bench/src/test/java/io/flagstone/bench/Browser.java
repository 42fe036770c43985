// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A browser without a window, which renders one page and ends. */
final class Browser {
    static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    /** Long enough for a machine that also compiles. */
    private static final long LIMIT_SECONDS = 300;

    private final Path program;

    private Browser(Path program) {
        this.program = program;
    }

    /** Finds a browser on the PATH. */
    static Optional<Browser> find() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Browser::new);
    }

    /**
     * Loads a page, runs its scripts, and returns its markup afterwards.
     *
     * @param page the file of the page.
     * @param dark whether the reader prefers dark pages.
     * @param scratch a directory for the browser's own files, empty.
     */
    String markup(Path page, boolean dark, Path scratch) throws IOException, InterruptedException {
        final Path out = scratch.resolve("out");
        final Path err = scratch.resolve("err");
        final List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(
                List.of(
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-extensions",
                        // The pages load nothing. A lookup of a name would only wait.
                        "--host-resolver-rules=MAP * ~NOTFOUND",
                        "--user-data-dir=" + Files.createDirectory(scratch.resolve("profile")),
                        "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                        "--window-size=1700,1000",
                        "--dump-dom",
                        page.toUri().toString()));
        final Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the browser did not end: " + Files.readString(err));
            }
        } finally {
            end(process);
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    private static void end(Process process) throws InterruptedException {
        try (Stream<ProcessHandle> helpers = process.descendants()) {
            helpers.forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly().waitFor();
    }
}
