// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static io.flagstone.restart.Restarts.assertKind;
import static io.flagstone.restart.Restarts.get;
import static io.flagstone.restart.Restarts.put;
import static io.flagstone.restart.Restarts.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.api.SizeSample;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that is doubtful in any way is not used: the cache begins empty, and says why. */
@Tag("any-jdk")
class ColdRestartTest {
    private static final int PAGE = 4096;

    /** The offsets of the superblock, as its page of the documentation has them. */
    private static final int CHECKSUM = 12;

    private static final int STATE = 20;
    private static final int BOOT_ID = 56;

    @TempDir Path directory;

    private Restarts restarts;

    @BeforeEach
    void create() {
        restarts = new Restarts(directory.resolve("prices"));
    }

    /** Leaves a closed cache of an entry, and returns its file's bytes. */
    private byte[] closedFile() throws IOException {
        try (OffHeapCache cache = restarts.builder().memoryBytes(1 << 16).build()) {
            put(cache, 1, "one");
        }
        return Files.readAllBytes(restarts.file());
    }

    private CacheBuilder small() {
        return restarts.builder().memoryBytes(1 << 16);
    }

    private void assertCold(CacheBuilder builder, String... fragments) throws IOException {
        final byte[] before = Files.readAllBytes(restarts.file());
        assertThatThrownBy(() -> builder.copy().requireWarm(true).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(restarts.file().toString())
                .hasMessageContainingAll(fragments);
        assertThat(Files.readAllBytes(restarts.file())).as("untouched").isEqualTo(before);
        assertThat(restarts.names()).doesNotContain("flagstone.cache.new");
        try (OffHeapCache cache = builder.build()) {
            assertKind(cache, Kind.COLD);
            assertThat(report(cache).reason()).contains(fragments);
            assertThat(report(cache).kept()).isZero();
            assertThat(get(cache, 1)).isNull();
            put(cache, 2, "two");
        }
        final List<String> aside =
                restarts.names().stream().filter(name -> name.matches(".*cache\\.\\d.*")).toList();
        assertThat(aside).hasSize(1);
        assertThat(Files.readAllBytes(restarts.directory.resolve(aside.get(0))))
                .as("moved aside as it was")
                .isEqualTo(before);
        try (OffHeapCache cache = builder.build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 2)).isEqualTo("two");
        }
    }

    /** All bits of the bytes that mean something, one of each of the zeros behind them. */
    @Test
    void everyByteOfTheSuperblockIsChecked() throws IOException {
        final byte[] file = closedFile();
        int used = PAGE;
        while (file[used - 1] == 0) {
            used--;
        }
        assertThat(used).isBetween(200, PAGE / 2);
        for (int bit = 0; bit < PAGE * 8; bit += bit < used * 8 ? 1 : 7) {
            flip(file, bit);
            assertThatThrownBy(() -> small().requireWarm(true).build())
                    .as("bit %d", bit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("there is nothing to continue from");
            flip(file, bit);
        }
        try (OffHeapCache cache = small().build()) {
            assertKind(cache, Kind.WARM);
        }
    }

    private void flip(byte[] file, int bit) throws IOException {
        file[bit / 8] ^= (byte) (1 << bit % 8);
        try (RandomAccessFile open = new RandomAccessFile(restarts.file().toFile(), "rw")) {
            open.seek(bit / 8);
            open.write(file[bit / 8]);
        }
    }

    @Test
    void aFlippedBitIsAColdStartWithAReason() throws IOException {
        final byte[] file = closedFile();
        flip(file, 8 * 100 + 3);
        assertCold(small(), "checksum");
    }

    @Test
    void aFileOfAnotherKindIsMovedAside() throws IOException {
        closedFile();
        Files.writeString(restarts.file(), "a".repeat(10_000));
        assertCold(small(), "does not begin as a cache's file does");
    }

    @Test
    void anEmptyFileIsMovedAside() throws IOException {
        closedFile();
        Files.write(restarts.file(), new byte[0]);
        assertCold(small(), "truncated");
    }

    @Test
    void aFileThatIsTruncatedAnywhereIsNotUsed() throws IOException {
        final byte[] file = closedFile();
        for (int length = file.length - PAGE; length >= 0; length -= PAGE) {
            truncate(length);
            assertThatThrownBy(() -> small().requireWarm(true).build())
                    .as("length %d", length)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(length < PAGE ? "truncated" : "length=" + length);
        }
        Files.write(restarts.file(), file);
        truncate(file.length - 1);
        assertCold(small(), "must have " + file.length + " bytes");
    }

    @Test
    void aFileThatIsTooLongIsNotUsed() throws IOException {
        final byte[] file = closedFile();
        truncate(file.length + 1);
        assertCold(small(), "length=" + (file.length + 1));
    }

    private void truncate(long length) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(restarts.file().toFile(), "rw")) {
            open.setLength(length);
        }
    }

    @Test
    void aFileOfTheOtherByteOrderIsNotUsed() throws IOException {
        final byte[] file = closedFile();
        for (int i = 0; i < 4; i++) {
            final byte swapped = file[i];
            file[i] = file[7 - i];
            file[7 - i] = swapped;
        }
        Files.write(restarts.file(), file);
        assertCold(small(), "other byte order");
    }

    @Test
    void aFileOfAnotherVersionIsNotUsed() throws IOException {
        final byte[] file = closedFile();
        file[8] = 77;
        Files.write(restarts.file(), file);
        assertCold(small(), "version=77");
    }

    @Test
    void aFileOfAnotherLayoutVersionIsNotUsed() throws IOException {
        rewrite(page -> page.putInt(16, 99));
        assertCold(small().migrate(true), "layoutVersion=99");
    }

    @Test
    void aFileThatWasNotCompletedIsNotUsed() throws IOException {
        rewrite(page -> page.putInt(STATE, 1));
        assertCold(small(), "not completed");
    }

    @Test
    void anOpenFileOfAnotherBootIsNotUsed() throws IOException {
        rewrite(page -> page.putInt(STATE, 2).putLong(BOOT_ID, 42));
        assertCold(small(), "the machine was started since");
    }

    @Test
    void anOpenFileOfAnUnknownBootIsNotUsed() throws IOException {
        rewrite(page -> page.putInt(STATE, 2).putLong(BOOT_ID, 0).putLong(BOOT_ID + 8, 0));
        assertCold(small(), "the machine was started since");
    }

    @Test
    void aCleanFileOfAnotherBootIsUsed() throws IOException {
        rewrite(page -> page.putLong(BOOT_ID, 42));
        try (OffHeapCache cache = small().build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }

    /** Changes the superblock of a closed cache, with the right checksum. */
    private void rewrite(Consumer<ByteBuffer> change) throws IOException {
        final byte[] file = closedFile();
        final ByteBuffer page = ByteBuffer.wrap(file, 0, PAGE).order(ByteOrder.nativeOrder());
        change.accept(page);
        page.putInt(CHECKSUM, 0);
        final CRC32C crc = new CRC32C();
        crc.update(file, 0, PAGE);
        page.putInt(CHECKSUM, (int) crc.getValue());
        Files.write(restarts.file(), file);
    }

    @Test
    void damageInARegionIsFound() throws IOException {
        final byte[] file = closedFile();
        // The version of the first segment's layout.
        file[PAGE + 8]++;
        Files.write(restarts.file(), file);
        assertCold(small(), "the file is damaged");
    }

    private static Arguments other(Consumer<CacheBuilder> change, String difference) {
        return Arguments.of(change, difference);
    }

    static Stream<Arguments> otherConfigurations() {
        return Stream.of(
                other(b -> b.memoryBytes(1 << 17), "memoryBytes 65536 -> 131072"),
                other(b -> b.segments(1), "segments 2 -> 1"),
                other(b -> b.slabBytes(2_048), "slabBytes "),
                other(b -> b.maxEntries(50), "maxEntries none -> 50"),
                other(b -> b.expectedEntryBytes(300), "expectedEntryBytes 72 -> 300"),
                other(b -> b.tickNs(2_000_000), "tickNs 1000000 -> 2000000"),
                other(b -> b.admissionFilter(true), "admissionFilter no -> yes"),
                other(b -> b.promotionDistance(0), "promotionDistance more than 0 -> 0"),
                other(b -> b.hashSeed(1), "hashSeed another -> another"),
                other(
                        b -> b.sizeSample(new SizeSample().add(8, 500).add(8, 100)),
                        "size classes "));
    }

    @ParameterizedTest
    @MethodSource("otherConfigurations")
    void anotherConfigurationIsNamed(Consumer<CacheBuilder> change, String difference)
            throws IOException {
        closedFile();
        final CacheBuilder builder = small();
        change.accept(builder);
        assertCold(builder, "the file has another configuration: ", difference);
    }

    @Test
    void slidingDeadlinesCannotBeContinuedWithoutATimeToRenewThemBy() throws IOException {
        try (OffHeapCache cache = small().expireAfterAccessNs(1_000).build()) {
            put(cache, 1, "one");
        }
        assertCold(small(), "expireAfterAccessNs set -> none");
    }

    @Test
    void settingsThatDoNotDivideTheMemoryMayChange() throws IOException {
        closedFile();
        final CacheBuilder other =
                small().expireAfterAccessNs(TimeUnit.HOURS.toNanos(1))
                        .expiryBudget(3)
                        .rebalanceBudget(7)
                        .promotionDistance(0.5)
                        .countReads(false)
                        .removalHandler((cause, key, value) -> {});
        try (OffHeapCache cache = other.build()) {
            assertKind(cache, Kind.WARM);
            assertThat(get(cache, 1)).isEqualTo("one");
        }
    }

    @Test
    void oneOldFileIsKeptAndTheReasonNamesTheDeletedOnes() throws IOException {
        for (int i = 1; i <= 3; i++) {
            closedFile();
            Files.writeString(restarts.file(), "damaged " + i);
            restarts.advance(TimeUnit.SECONDS.toNanos(1));
            try (OffHeapCache cache = small().build()) {
                assertKind(cache, Kind.COLD);
                assertThat(report(cache).reason())
                        .contains("the old file is now flagstone.cache.2026");
                assertThat(
                                report(cache)
                                        .reason()
                                        .contains("older files were deleted: flagstone.cache.2026"))
                        .isEqualTo(i > 1);
            }
        }
        final List<String> names = restarts.names();
        assertThat(names).hasSize(3);
        assertThat(Files.readString(restarts.directory.resolve(names.get(1))))
                .isEqualTo("damaged 3");
    }

    @Test
    void requireWarmNeedsAFile() {
        assertThatThrownBy(() -> small().requireWarm(true).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no file");
        small().build().close();
        small().requireWarm(true).build().close();
    }

    @Test
    void aFileThatWasBeingWrittenIsReplaced() throws IOException {
        closedFile();
        Files.writeString(restarts.directory.resolve("flagstone.cache.new"), "half");
        try (OffHeapCache cache = small().build()) {
            assertKind(cache, Kind.WARM);
        }
        try (OffHeapCache cache = small().segments(4).build()) {
            assertKind(cache, Kind.COLD);
        }
        assertThat(restarts.names()).doesNotContain("flagstone.cache.new");
    }
}
