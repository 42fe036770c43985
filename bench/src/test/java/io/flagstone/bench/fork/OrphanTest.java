// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A forked JVM ends with its parent. */
class OrphanTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aForkEndsWithItsParent(boolean killed) throws Exception {
        final Path pidFile = directory.resolve("pid");
        final Process parent =
                new ProcessBuilder(
                                Fork.java(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Parent.class.getName(),
                                pidFile.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        try {
            final long deadline = System.nanoTime() + PATIENCE_NS;
            while (!Files.exists(pidFile) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            final long child = Long.parseLong(Files.readAllLines(pidFile).get(0));
            final Path files = Path.of(Files.readAllLines(pidFile).get(1));
            assertThat(isRunning(child)).isTrue();

            if (killed) {
                parent.destroyForcibly();
            } else {
                parent.destroy();
            }

            assertThat(parent.waitFor(1, TimeUnit.MINUTES)).isTrue();
            while (isRunning(child) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            final boolean orphaned = isRunning(child);
            ProcessHandle.of(child).ifPresent(ProcessHandle::destroyForcibly);
            assertThat(orphaned).as("the fork runs without its parent").isFalse();
            assertThat(files).doesNotExist();
        } finally {
            parent.destroyForcibly();
        }
    }

    /** A process that ended and that nobody has waited for still has a number. */
    private static boolean isRunning(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException noSuchProcess) {
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }

    /** Forks a JVM that never ends. */
    public static final class Parent {
        private Parent() {}

        /** Runs. */
        public static void main(String[] args) throws IOException, InterruptedException {
            new Fork(Waiter.class, TimeUnit.HOURS.toMillis(1)).run(List.of(args));
        }
    }

    /** Tells its process number and its files, and never ends. */
    public static final class Waiter {
        private Waiter() {}

        /** Runs. */
        public static void main(String[] args) throws IOException, InterruptedException {
            Files.writeString(Path.of(args[0]).resolveSibling("safepoints"), "a log");
            final Path part = Path.of(args[1] + ".part");
            Files.writeString(
                    part, ProcessHandle.current().pid() + "\n" + Path.of(args[0]).getParent());
            Files.move(part, Path.of(args[1]), StandardCopyOption.ATOMIC_MOVE);
            Thread.currentThread().join();
        }
    }
}
