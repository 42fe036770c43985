// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock of a member's directory. */
class MemberLockTest {
    @TempDir private Path directory;

    @Test
    void oneMemberHasTheDirectoryAtATime() {
        final Path path = directory.resolve("member");
        try (MemberLock lock = MemberLock.take(path.toFile(), "archive")) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> MemberLock.take(path.toFile(), "archive"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(path.toString());
        }
        MemberLock.take(path.toFile(), "archive").close();
    }

    @Test
    void marksAreDeletedAndNothingElse() throws IOException {
        final Path archive = Files.createDirectories(directory.resolve("archive"));
        final Path cluster = Files.createDirectories(directory.resolve("cluster"));
        for (final String name : new String[] {"archive-mark.dat", "archive.catalog", "0-0.rec"}) {
            Files.createFile(archive.resolve(name));
        }
        for (final String name :
                new String[] {
                    "cluster-mark.dat",
                    "cluster-mark-service-0.dat",
                    "node-state.dat",
                    "recording.log"
                }) {
            Files.createFile(cluster.resolve(name));
        }

        MemberLock.take(directory.toFile(), "archive", "cluster").close();

        assertThat(archive.toFile().list()).containsExactlyInAnyOrder("archive.catalog", "0-0.rec");
        assertThat(cluster.toFile().list())
                .containsExactlyInAnyOrder("node-state.dat", "recording.log");
    }

    @Test
    void aMemberThatIsRefusedDeletesNothing() throws IOException {
        final Path archive = Files.createDirectories(directory.resolve("archive"));
        try (MemberLock lock = MemberLock.take(directory.toFile(), "archive")) {
            assertThat(lock).isNotNull();
            Files.createFile(archive.resolve("archive-mark.dat"));
            assertThatThrownBy(() -> MemberLock.take(directory.toFile(), "archive"))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(archive.resolve("archive-mark.dat")).exists();
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        final Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> MemberLock.take(file.toFile(), "archive"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }
}
