// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each event is recorded when its cause happens, with the settings of the documentation. */
@Timeout(60)
class FlightRecorderTest {
    private static final Path SETTINGS = ProjectFiles.file("docs", "flagstone.jfc");
    private static final String PREFIX = "flagstone.";

    @TempDir private Path directory;
    private final TestClock clock = new TestClock(0);

    private List<RecordedEvent> record(boolean withThresholds) throws Exception {
        final Path file = directory.resolve("events.jfr");
        try (Recording recording = new Recording(Configuration.create(SETTINGS))) {
            if (!withThresholds) {
                recording.enable("flagstone.ExpiryRun").withoutThreshold();
                recording.enable("flagstone.EvictionRun").withoutThreshold();
            }
            recording.start();
            try (OffHeapCache cache = EventCauses.open(directory.resolve("files"), clock)) {
                EventCauses.cause(cache, clock);
                TestSupport.assertClean(cache);
            }
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith(PREFIX))
                .toList();
    }

    @Test
    void everyEventIsRecorded() throws Exception {
        final Map<String, List<RecordedEvent>> events =
                record(false).stream()
                        .collect(Collectors.groupingBy(e -> e.getEventType().getName()));
        assertThat(events.keySet())
                .containsExactlyInAnyOrder(
                        "flagstone.CacheOpened",
                        "flagstone.CacheClosed",
                        "flagstone.CacheRestarted",
                        "flagstone.ExpiryRun",
                        "flagstone.EvictionRun",
                        "flagstone.SlabReassigned",
                        "flagstone.LockWait");
        final RecordedEvent opened = events.get("flagstone.CacheOpened").get(0);
        final long cache = opened.getLong("cache");
        assertThat(opened.getLong("memoryBytes")).isEqualTo(1 << 19);
        assertThat(opened.getInt("segments")).isEqualTo(1);
        assertThat(events.get("flagstone.CacheClosed").get(0).getLong("cache")).isEqualTo(cache);
        final RecordedEvent restarted = events.get("flagstone.CacheRestarted").get(0);
        assertThat(restarted.getLong("cache")).isEqualTo(cache);
        assertThat(restarted.getString("kind")).isEqualTo("COLD");
        assertThat(restarted.getString("reason")).isEmpty();
        assertThat(restarted.getLong("kept")).isZero();
        long expired = 0;
        for (final RecordedEvent run : events.get("flagstone.ExpiryRun")) {
            assertThat(run.getLong("cache")).isEqualTo(cache);
            assertThat(run.getInt("segment")).isZero();
            expired += run.getInt("steps");
        }
        assertThat(expired).as("all but those that a put found first").isGreaterThan(50);
        assertThat(events.get("flagstone.EvictionRun"))
                .allSatisfy(
                        run ->
                                assertThat(run.getLong("evictions") + run.getLong("moves"))
                                        .isPositive());
        assertThat(events.get("flagstone.SlabReassigned").get(0).getInt("donorChunkBytes"))
                .isBetween(48, 96);
        assertThat(events.get("flagstone.LockWait"))
                .hasSize(1)
                .allSatisfy(
                        wait -> {
                            assertThat(wait.getDuration()).isPositive();
                            assertThat(wait.getStackTrace().getFrames())
                                    .anyMatch(
                                            frame -> frame.getMethod().getName().equals("remove"));
                        });
    }

    @Test
    void theDocumentedSettingsEnableEveryEventAndOmitShortRuns() throws Exception {
        final List<RecordedEvent> events = record(true);
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().endsWith("Run"))
                .allSatisfy(
                        event -> assertThat(event.getDuration().toNanos()).isGreaterThan(19_999));
        final TreeSet<String> known = new TreeSet<>();
        for (final EventType type : FlightRecorder.getFlightRecorder().getEventTypes()) {
            if (type.getName().startsWith(PREFIX)) {
                known.add(type.getName());
            }
        }
        final Map<String, String> settings = Configuration.create(SETTINGS).getSettings();
        assertThat(known)
                .isNotEmpty()
                .allMatch(name -> "true".equals(settings.get(name + "#enabled")));
    }
}
