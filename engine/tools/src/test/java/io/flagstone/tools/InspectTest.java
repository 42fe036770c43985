// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code inspect} shows the state and the contents of a cache's file, and changes nothing. */
class InspectTest {
    private static final int ENTRIES = 100;

    @TempDir private Path directory;

    private static CommandRun inspect(Object... arguments) {
        return CommandRun.of("inspect", arguments);
    }

    private static JsonObject json(CommandRun run) {
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private OffHeapCache filled() {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .segments(2)
                        .slabBytes(4096)
                        .directory(directory)
                        .restartListener(report -> {})
                        .build();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[100]);
        for (long key = 0; key < ENTRIES; key++) {
            final long ttlNs = key % 4 == 0 ? TimeUnit.HOURS.toNanos(1) : OffHeapCache.NO_TTL;
            cache.put(key, value, 0, (int) key, ttlNs);
        }
        return cache;
    }

    private Path file() {
        return directory.resolve("flagstone.cache");
    }

    private void write(long position, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes), position);
        }
    }

    @Test
    void showsAFileInUse() throws IOException {
        try (OffHeapCache cache = filled()) {
            final byte[] before = Files.readAllBytes(file());
            final CommandRun run = inspect(directory, "--json");
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(json(run).get("state").getAsString()).isEqualTo("inUse");
            assertThat(json(run).get("processAlive").getAsBoolean()).isTrue();
            assertThat(json(run).get("processId").getAsLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(json(run).get("entries").getAsLong()).isEqualTo(ENTRIES);
            assertThat(inspect(directory).out()).contains("in use");
            assertThat(Files.readAllBytes(file())).isEqualTo(before);
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void showsAFileThatWasClosed() {
        filled().close();
        final CommandRun run = inspect(file(), "--json");
        assertThat(run.status()).as(run.err()).isZero();
        final JsonObject report = json(run);
        assertThat(report.get("state").getAsString()).isEqualTo("clean");
        assertThat(report.get("damage").getAsString()).isEmpty();
        assertThat(report.getAsJsonObject("configuration").get("segments").getAsString())
                .isEqualTo("2");
        long entries = 0;
        long withDeadline = 0;
        for (final var segment : report.getAsJsonArray("segments")) {
            entries += segment.getAsJsonObject().get("entries").getAsLong();
            withDeadline += segment.getAsJsonObject().get("withDeadline").getAsLong();
        }
        assertThat(entries).isEqualTo(ENTRIES);
        assertThat(withDeadline).isEqualTo(ENTRIES / 4);
        long inClasses = 0;
        for (final var sizeClass : report.getAsJsonArray("sizeClasses")) {
            inClasses += sizeClass.getAsJsonObject().get("entries").getAsLong();
        }
        assertThat(inClasses).isEqualTo(ENTRIES);
        assertThat(counts(report, "timesLeftNs")).containsExactly(0L, 0L, 0L, 25L, 0L, 0L);
        assertThat(counts(report, "insertionsSinceUse")).startsWith((long) ENTRIES, 0L);
        assertThat(inspect(file()).out())
                .containsPattern("time left +entries\nbelow 1h00m +25\n")
                .containsPattern("insertions since use +entries\nbelow 1,000 +100\n");
    }

    private static List<Long> counts(JsonObject report, String name) {
        final List<Long> counts = new ArrayList<>();
        report.getAsJsonArray(name)
                .forEach(row -> counts.add(row.getAsJsonObject().get("entries").getAsLong()));
        return counts;
    }

    private static JsonObject checkpoint(CommandRun run, int number) {
        return json(run).getAsJsonArray("checkpoints").get(number).getAsJsonObject();
    }

    @Test
    void showsCheckpoints() throws IOException {
        final Path checkpoints = directory.resolve("checkpoints");
        try (OffHeapCache cache = filled()) {
            cache.checkpoint(checkpoints);
            cache.clear();
            cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
            cache.checkpoint(checkpoints);
        }
        final CommandRun both = inspect(checkpoints, "--json");
        assertThat(both.status()).as(both.err()).isZero();
        final JsonObject newest = checkpoint(both, 0);
        assertThat(newest.get("state").getAsString()).isEqualTo("whole");
        assertThat(newest.get("generation").getAsLong()).isEqualTo(2);
        assertThat(newest.get("entries").getAsLong()).isEqualTo(1);
        assertThat(newest.get("bytes").getAsLong()).isEqualTo(16);
        final JsonObject older = checkpoint(both, 1);
        assertThat(older.get("entries").getAsLong()).isEqualTo(ENTRIES);
        assertThat(counts(older, "timesLeftNs")).containsExactly(0L, 0L, 0L, 25L, 0L, 0L);
        assertThat(counts(older, "insertionsSinceUse")).startsWith((long) ENTRIES, 0L);
        for (final int columns : new int[] {40, 80}) {
            assertThat(inspect(checkpoints, "--width", columns).out().lines())
                    .filteredOn(line -> !line.startsWith("file "))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
        }

        final Path file = checkpoints.resolve("checkpoint-2.flagstone");
        final byte[] whole = Files.readAllBytes(file);
        whole[4096 + 60] ^= 1;
        Files.write(file, whole);
        final CommandRun damaged = inspect(checkpoints, "--json");
        assertThat(damaged.status()).isEqualTo(1);
        assertThat(checkpoint(damaged, 0).get("state").getAsString()).isEqualTo("damaged");
        assertThat(checkpoint(damaged, 0).get("damage").getAsString()).contains("block 0");
        assertThat(checkpoint(damaged, 1).get("state").getAsString()).isEqualTo("whole");
        assertThat(inspect(file).status()).isEqualTo(2);
        assertThat(inspect(file).out()).contains("! damage", "block 0");

        Files.write(file, new byte[5000]);
        assertThat(inspect(checkpoints).status()).isEqualTo(1);
        assertThat(inspect(checkpoints).out()).contains("! not finished");
        // A directory with a cache is that of the cache.
        Files.copy(file, directory.resolve("checkpoint-2.flagstone"));
        assertThat(inspect(directory).status()).isZero();
        assertThat(inspect(directory).out()).contains("segment");
    }

    @Test
    void damageIsShown() throws IOException {
        filled().close();
        // In the middle of the file is the magic number of the second segment.
        final long second = (Files.size(file()) - 4096) / 2 + 4096;
        write(second, 42);
        final CommandRun run = inspect(directory);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).contains("! damage", "segment 1", "another layout");
    }

    @Test
    void aDamagedFirstPageIsShown() throws IOException {
        filled().close();
        write(200, 42);
        final CommandRun run = inspect(directory, "--json");
        assertThat(run.status()).isEqualTo(2);
        assertThat(json(run).get("state").getAsString()).isEqualTo("damaged");
        assertThat(json(run).get("damage").getAsString()).contains("checksum");
    }

    @Test
    void anotherFileIsRefused() throws IOException {
        Files.writeString(file(), "x".repeat(5000));
        assertThat(inspect(directory).status()).isEqualTo(2);
        Files.writeString(file(), "short");
        assertThat(inspect(directory).out()).contains("truncated");
    }

    @Test
    void aMissingFileIsRefusedInOneLine() {
        final CommandRun run = inspect(directory.resolve("none"));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: the file does not exist: ");
    }

    @Test
    void aDirectoryWithoutAFileIsRefused() throws IOException {
        Files.createDirectories(directory.resolve("empty"));
        assertThat(inspect(directory.resolve("empty")).err()).contains("does not exist");
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80})
    void theTextFits(int columns) throws IOException {
        filled().close();
        final CommandRun run = inspect(file(), "--width", columns);
        assertThat(run.status()).as(run.err()).isZero();
        // A path is never cut.
        assertThat(run.out().lines().filter(line -> !line.startsWith("file ")))
                .hasSizeGreaterThan(10)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
    }

    @Test
    void aWidthOutsideItsLimitsIsRefused() {
        assertThat(inspect(directory, "--width", 39).err())
                .contains("--width must be between 40 and 1000: --width=39");
    }
}
