// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.metrics.MetricsReader.State;
import java.io.BufferedReader;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A metrics file that several processes or class loaders publish to or read. */
class MetricsProcessesTest extends MetricsFixture {
    private static final int ROUNDS = 300;

    @Test
    void twoProcessesNeverPublishAtTheSameTime() throws Exception {
        final Process child = PublishingChild.start("compete", file);
        try (BufferedReader said = child.inputReader()) {
            assertThat(said.readLine()).isEqualTo("open");
            int taken = 0;
            for (int round = 0; round < ROUNDS; round++) {
                taken += PublishingChild.takeAlone(cache, file);
            }
            child.getOutputStream().write('x');
            child.getOutputStream().flush();
            final String others = said.readLine();
            assertThat(others).as("the child ends normally").isNotNull();
            assertThat(child.waitFor()).isZero();
            assertThat(Integer.parseInt(others) + taken).isPositive();
        } finally {
            child.destroyForcibly();
        }
    }

    /** A reader also locks the lock file, for a moment. */
    @Test
    void aReaderInAnotherProcessBlocksNoPublisher() throws Exception {
        final Process child = PublishingChild.start("poll", file);
        try {
            assertThat(child.getInputStream().read()).isEqualTo('o');
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(PublishingChild.takeAlone(cache, file)).isOne();
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    /**
     * An application server has several class loaders. The system's locks belong to the whole JVM.
     */
    @Test
    void aSecondClassLoaderIsRefusedAndReleasesNoLock() throws Exception {
        final List<URL> urls = new ArrayList<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        final MetricsPublisher publisher = MetricsPublisher.open(cache, file, "first");
        try (URLClassLoader second =
                new URLClassLoader(
                        urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            final Class<?> lock = second.loadClass(PublisherLock.class.getName());
            assertThat(lock).isNotSameAs(PublisherLock.class);
            final var take = lock.getDeclaredMethod("take", Path.class);
            take.setAccessible(true);
            assertThatThrownBy(() -> take.invoke(null, file))
                    .isInstanceOf(InvocationTargetException.class)
                    .hasCauseInstanceOf(FileAlreadyExistsException.class);
            final var isHeld = lock.getDeclaredMethod("isHeld", Path.class);
            isHeld.setAccessible(true);
            assertThat(isHeld.invoke(null, file)).isEqualTo(true);
            final Process child = PublishingChild.start("publish", file);
            assertThat(child.waitFor()).as("another process is refused").isNotZero();
            publisher.close();
            assertThat(isHeld.invoke(null, file)).isEqualTo(false);
        } finally {
            publisher.close();
        }
    }

    /** A zombie keeps its id until its parent waits for it, which this parent never does. */
    @Test
    void aZombieProcessHasDied() throws Exception {
        final Process parent =
                new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; exec sleep 61").start();
        try (BufferedReader said = parent.inputReader()) {
            final long zombie = Long.parseLong(said.readLine());
            // The shell would wait for its child; sleep does not.
            final Path command = Path.of("/proc/" + parent.pid() + "/comm");
            while (!Files.readString(command).equals("sleep\n")) {
                Thread.onSpinWait();
            }
            ProcessHandle.of(zombie).orElseThrow().destroyForcibly();
            final Path stat = Path.of("/proc/" + zombie + "/stat");
            while (!Files.readString(stat).contains(") Z ")) {
                Thread.onSpinWait();
            }
            MetricsPublisher.open(cache, file, "zombie").close();
            patch(MetricsDescriptor.CLOSED, 0);
            patch(MetricsDescriptor.PROCESS_START, Liveness.startTicks(zombie));
            try (MetricsReader reader = MetricsReader.open(file)) {
                assertThat(reader.state())
                        .as("its id is still this process'")
                        .isEqualTo(State.DIED);
            }
            patch(MetricsDescriptor.PROCESS_START, Liveness.startTicks(parent.pid()));
            patch(MetricsDescriptor.PROCESS_ID, parent.pid());
            try (MetricsReader reader = MetricsReader.open(file)) {
                assertThat(reader.state()).isEqualTo(State.LIVE);
            }
            patch(MetricsDescriptor.PROCESS_START, Liveness.startTicks(zombie));
            patch(MetricsDescriptor.PROCESS_ID, zombie);
            try (MetricsReader reader = MetricsReader.open(file)) {
                assertThat(reader.state()).isEqualTo(State.DIED);
            }
        } finally {
            parent.destroyForcibly();
        }
    }
}
