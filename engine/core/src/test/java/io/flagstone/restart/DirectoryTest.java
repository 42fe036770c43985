// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static io.flagstone.restart.Restarts.assertKind;
import static io.flagstone.restart.Restarts.get;
import static io.flagstone.restart.Restarts.put;
import static io.flagstone.restart.Restarts.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.testing.JavaProcess;
import io.flagstone.testing.TestSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that cannot hold a cache is refused, and what is in it is not harmed. */
class DirectoryTest {
    @TempDir Path directory;

    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    @Test
    void thePathOfAFileIsRefused() throws Exception {
        Files.writeString(restarts.directory, "file");
        assertThatThrownBy(() -> restarts.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "must not be the path of a file: directory=" + restarts.directory);
        assertThat(Files.readString(restarts.directory)).isEqualTo("file");
    }

    @Test
    void aDirectoryInThePlaceOfTheFileIsRefused() throws Exception {
        Files.createDirectories(restarts.file());
        assertThatThrownBy(() -> restarts.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must be a regular file");
        Files.delete(restarts.file());
        restarts.builder().build().close();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefused() throws Exception {
        Files.createDirectories(restarts.directory);
        Files.setPosixFilePermissions(
                restarts.directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeThat(Files.isWritable(restarts.directory))
                .as("the superuser may write everywhere")
                .isFalse();
        assertThatThrownBy(() -> restarts.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("directory=" + restarts.directory);
    }

    @Test
    void aDirectoryBelowAFileIsRefused() throws Exception {
        Files.writeString(restarts.directory, "file");
        assertThatThrownBy(
                        () ->
                                restarts.builder()
                                        .directory(restarts.directory.resolve("below"))
                                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("directory=" + restarts.directory.resolve("below"));
    }

    @Test
    void aFullDiskIsNamedAndTheGoodFileStays() throws Exception {
        try (OffHeapCache cache = restarts.builder().build()) {
            put(cache, 1, "one");
        }
        final long usable = Files.getFileStore(restarts.directory).getUsableSpace();
        final long tooMuch = Math.min(2 * usable, (1L << 31) * (1 << 13));
        assertThatThrownBy(() -> restarts.builder().memoryBytes(tooMuch).segments(1 << 14).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("directory must have room for a file of ")
                .hasMessageContaining("directory=" + restarts.directory)
                .hasMessageContaining("usable=");
        assertThat(restarts.names()).containsExactly("flagstone.cache", "flagstone.lock");
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }

    @Test
    void aBuildThatFailsReleasesTheDirectory() {
        final RuntimeException thrown = new IllegalStateException("progress");
        assertThatThrownBy(
                        () ->
                                restarts.builder()
                                        .buildProgress(
                                                bytes -> {
                                                    throw thrown;
                                                })
                                        .build())
                .isSameAs(thrown);
        assertThatThrownBy(() -> restarts.builder().memoryBytes(10).build())
                .isInstanceOf(IllegalArgumentException.class);
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.COLD);
            assertThat(report(cache).reason()).isEmpty();
        }
    }

    @Test
    void oneCacheOfAProcessHasTheDirectory() throws Exception {
        final Path link = directory.resolve("link");
        try (OffHeapCache cache = restarts.builder().build()) {
            Files.createSymbolicLink(link, restarts.directory);
            for (final Path path : new Path[] {restarts.directory, link}) {
                assertThatThrownBy(() -> restarts.builder().directory(path).build())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("another cache of this process")
                        .hasMessageContaining("pid " + ProcessHandle.current().pid());
            }
            put(cache, 1, "one");
            assertThat(openElsewhere()).as("the lock is still held").contains("owner=pid ");
        }
        try (OffHeapCache cache = restarts.builder().directory(link).build()) {
            assertKind(cache, Kind.WARM);
        }
    }

    @Test
    void theErrorOfAnotherProcessNamesTheOwner() throws Exception {
        try (OffHeapCache cache = restarts.builder().build()) {
            put(cache, 1, "one");
            assertThat(openElsewhere())
                    .contains("IllegalStateException")
                    .contains("owner=pid " + ProcessHandle.current().pid() + ", started ");
            put(cache, 2, "two");
            TestSupport.assertClean(cache);
        }
        assertThat(openElsewhere()).contains("WARM: kept=2");
    }

    private String openElsewhere() throws Exception {
        final Path output = Files.createTempDirectory(directory, "output");
        final JavaProcess process =
                JavaProcess.run(output, Map.of(), RestartChild.command("open", restarts.directory));
        return process.out() + process.err();
    }

    @Test
    void ofManyThatOpenAtTheSameMomentOneSucceeds() throws Exception {
        final int openers = 8;
        final ExecutorService threads = Executors.newFixedThreadPool(openers);
        try {
            for (int round = 0; round < 20; round++) {
                final CountDownLatch start = new CountDownLatch(1);
                final List<Future<OffHeapCache>> opened = new ArrayList<>();
                for (int i = 0; i < openers; i++) {
                    opened.add(
                            threads.submit(
                                    () -> {
                                        start.await();
                                        try {
                                            return restarts.builder().build();
                                        } catch (final IllegalStateException e) {
                                            assertThat(e).hasMessageContaining("must be free");
                                            return null;
                                        }
                                    }));
                }
                start.countDown();
                OffHeapCache one = null;
                for (final Future<OffHeapCache> future : opened) {
                    final OffHeapCache cache = future.get();
                    if (cache != null) {
                        assertThat(one).isNull();
                        one = cache;
                    }
                }
                assertThat(one).isNotNull();
                assertKind(one, round == 0 ? Kind.COLD : Kind.WARM);
                one.close();
            }
        } finally {
            threads.shutdown();
        }
    }

    /** On a file system without hard links, there is a moment without the file. */
    @Test
    void aKillBetweenTheTwoRenamesLeavesTheOldFileAside() throws Exception {
        try (OffHeapCache cache = restarts.builder().build()) {
            put(cache, 1, "one");
        }
        final Path aside = restarts.directory.resolve("flagstone.cache.20260921T141320");
        Files.copy(restarts.file(), restarts.directory.resolve("flagstone.cache.new"));
        Files.move(restarts.file(), aside);
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.COLD);
            put(cache, 2, "two");
        }
        assertThat(restarts.names())
                .containsExactly(
                        "flagstone.cache", aside.getFileName().toString(), "flagstone.lock");
        // The operator puts the old file back.
        Files.move(aside, restarts.file(), StandardCopyOption.REPLACE_EXISTING);
        try (OffHeapCache cache = restarts.builder().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }

    @Test
    void aTmpfsThatIsTooShortIsNamed() throws Exception {
        final Path mount = Files.createDirectory(directory.resolve("mount"));
        final Process mounting =
                new ProcessBuilder(
                                "mount",
                                "-t",
                                "tmpfs",
                                "-o",
                                "size=512k",
                                "tmpfs",
                                mount.toString())
                        .redirectErrorStream(true)
                        .start();
        mounting.getInputStream().readAllBytes();
        assumeThat(mounting.waitFor()).as("may mount").isZero();
        try {
            assertThatThrownBy(() -> restarts.builder().directory(mount).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("directory must have room")
                    .hasMessageContaining("usable=");
            try (OffHeapCache cache =
                    restarts.builder().directory(mount).memoryBytes(1 << 18).build()) {
                assertKind(cache, Kind.COLD);
                put(cache, 1, "one");
            }
            // A second file does not fit, and the first must stay.
            assertThatThrownBy(
                            () ->
                                    restarts.builder()
                                            .directory(mount)
                                            .memoryBytes(3 << 17)
                                            .migrate(true)
                                            .build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("directory must have room");
            try (OffHeapCache cache =
                    restarts.builder().directory(mount).memoryBytes(1 << 18).build()) {
                assertKind(cache, Kind.WARM);
                assertThat(get(cache, 1)).isEqualTo("one");
            }
        } finally {
            new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
        }
    }
}
