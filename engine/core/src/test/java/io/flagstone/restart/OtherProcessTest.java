// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static io.flagstone.restart.Restarts.assertKind;
import static io.flagstone.restart.Restarts.get;
import static io.flagstone.restart.Restarts.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A directory that a process of another user opens, or one in another namespace of process numbers,
 * as containers have. Skipped where this user may not start such a process.
 */
class OtherProcessTest {
    private static final List<String> NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");
    private static final List<String> NAMESPACE = List.of("unshare", "-fp", "--mount-proc", "--");

    @TempDir Path directory;

    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    private static void assumeMayRun(List<String> prefix) throws Exception {
        final List<String> command = new ArrayList<>(prefix);
        command.add("true");
        int status;
        try {
            status = new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
        } catch (final IOException e) {
            status = -1;
        }
        assumeThat(status).as("may run %s", command).isZero();
    }

    private static Process start(List<String> prefix, List<String> java) throws IOException {
        final List<String> command = new ArrayList<>(prefix);
        command.add(JavaProcess.java());
        command.addAll(java);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String run(List<String> prefix, List<String> java) throws Exception {
        final Process process = start(prefix, java);
        process.getOutputStream().close();
        final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** Copies the class path to where every user can read it. */
    private List<String> readable(List<String> java) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        final List<String> command = new ArrayList<>(java);
        final int at = command.indexOf("-cp") + 1;
        final List<String> copies = new ArrayList<>();
        for (final String place : command.get(at).split(File.pathSeparator)) {
            final Path target = directory.resolve("copy" + copies.size() + ".jar");
            copies.add(target.toString());
            try (Stream<Path> files = Files.walk(Path.of(place))) {
                for (final Path file : files.toList()) {
                    final Path copy = target.resolve(Path.of(place).relativize(file).toString());
                    if (!Files.isDirectory(copy)) {
                        Files.copy(file, copy);
                    }
                }
            }
        }
        command.set(at, String.join(File.pathSeparator, copies));
        return command;
    }

    @Test
    void anotherUserIsRefused() throws Exception {
        assumeMayRun(NOBODY);
        try (OffHeapCache cache = restarts.builder().build()) {
            put(cache, 1, "one");
        }
        final List<String> open = readable(RestartChild.command("open", restarts.directory));
        assertThat(run(NOBODY, open))
                .contains("IllegalStateException: directory must allow files to be created")
                .contains("directory=" + restarts.directory)
                .contains("AccessDeniedException");
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }

    @Test
    void theSuperuserContinuesWithAnotherUsersFile() throws Exception {
        assumeMayRun(NOBODY);
        Files.createDirectories(restarts.directory);
        Files.setPosixFilePermissions(
                restarts.directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        run(NOBODY, readable(RestartChild.command("halt", restarts.directory)));
        assertThat(Files.getPosixFilePermissions(restarts.file()))
                .as("only the owner reads values")
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.RECOVERED);
        }
    }

    @Test
    void aCacheOfAnotherNamespaceHoldsTheLock() throws Exception {
        assumeMayRun(NAMESPACE);
        // Both get the same number, each in a namespace of its own.
        final Process holder = start(NAMESPACE, RestartChild.command("hold", restarts.directory));
        try {
            assertThat(holder.inputReader().readLine()).startsWith("COLD");
            final String refused = run(NAMESPACE, RestartChild.command("open", restarts.directory));
            assertThat(refused).contains("directory must be free", "owner=pid 1,");
            holder.getOutputStream().close();
            assertThat(holder.waitFor()).isZero();
            assertThat(run(NAMESPACE, RestartChild.command("open", restarts.directory)))
                    .contains("WARM");
        } finally {
            holder.destroyForcibly();
        }
    }

    /** The number of the process that was killed belongs to another process of this namespace. */
    @Test
    void theNumberOfAKilledProcessOfAnotherNamespaceDoesNoHarm() throws Exception {
        assumeMayRun(NAMESPACE);
        run(NAMESPACE, RestartChild.command("halt", restarts.directory));
        assertThat(ProcessHandle.of(1)).as("a process with that number").isPresent();
        assertThat(run(NAMESPACE, RestartChild.command("open", restarts.directory)))
                .as("the same number again")
                .contains("RECOVERED");
        run(NAMESPACE, RestartChild.command("halt", restarts.directory));
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.RECOVERED);
        }
    }
}
