// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.JavaProcess;
import io.flagstone.testing.ProjectFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A new process records every event, whenever and however the recording starts, and does not load
 * the Flight Recorder without one.
 */
@Timeout(120)
class RecordingStartTest {
    /** The events of a cache that has been open for a while when the recording starts. */
    private static final Set<String> OF_AN_OPEN_CACHE =
            Set.of(
                    "flagstone.CacheClosed",
                    "flagstone.ExpiryRun",
                    "flagstone.EvictionRun",
                    "flagstone.SlabReassigned",
                    "flagstone.LockWait");

    @TempDir private Path directory;

    private JavaProcess run(String start, String... flags) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.addAll(
                List.of(
                        "--add-opens",
                        "java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EventCauses.class.getName(),
                        Files.createDirectory(directory.resolve("files")).toString(),
                        settings(),
                        recording().toString(),
                        start));
        final JavaProcess process = JavaProcess.run(directory, Map.of(), arguments);
        assertThat(process.status()).as(process.err()).isZero();
        return process;
    }

    /** Writes the settings of the documentation without thresholds. */
    private String settings() throws Exception {
        final String documented = Files.readString(ProjectFiles.file("docs", "flagstone.jfc"));
        final Path settings = directory.resolve("settings.jfc");
        Files.writeString(settings, documented.replaceAll("\\d+ us", "0 us"));
        return settings.toString();
    }

    private Path recording() {
        return directory.resolve("events.jfr");
    }

    private Set<String> recorded() throws Exception {
        return RecordingFile.readAllEvents(recording()).stream()
                .map(event -> event.getEventType().getName())
                .filter(name -> name.startsWith("flagstone."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void withoutARecordingNoClassOfAnEventIsLoaded() throws Exception {
        final String loaded = run("none", "-Xlog:class+load").out();
        assertThat(loaded)
                .contains("io.flagstone.internal.events.RecordedEvents ")
                .doesNotContain("jdk.jfr.Event ")
                .doesNotContain("io.flagstone.internal.events.CacheOpened ")
                .doesNotContain("io.flagstone.internal.events.SegmentEvent ");
    }

    @Test
    void aRecordingThatStartsWithTheProcessHasEveryEvent() throws Exception {
        run("flag", "-XX:StartFlightRecording:name=events,settings=" + settings());
        assertThat(recorded())
                .containsAll(OF_AN_OPEN_CACHE)
                .contains("flagstone.CacheOpened", "flagstone.CacheRestarted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"class", "command"})
    void aRecordingThatStartsLaterHasEveryEventFromThenOn(String start) throws Exception {
        run(start);
        assertThat(recorded()).containsExactlyInAnyOrderElementsOf(OF_AN_OPEN_CACHE);
    }
}
