// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.checkpoint.CheckpointImage.Entry;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is read whole or not at all, whatever happened to its file. */
@Tag("any-jdk")
class CheckpointFileTest {
    private static final int SPLICES = Integer.getInteger("flagstone.test.splices", 1_000);
    private static final int LOSSES = Integer.getInteger("flagstone.test.losses", 500);

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final List<String> problems = new ArrayList<>();
    @TempDir private Path directory;
    private List<Entry> first;
    private List<Entry> second;

    @BeforeEach
    void write() throws IOException {
        System.out.println("CheckpointFileTest seed " + TestSupport.seed());
        first = CheckpointImage.random(random, 5, 10, "a");
        second = CheckpointImage.random(random, 6, 10, "b");
        CheckpointImage.write(directory, first);
        CheckpointImage.write(directory, second);
    }

    private Path file(long generation) {
        return directory.resolve(CheckpointFiles.name(generation));
    }

    private List<Entry> read() throws IOException {
        problems.clear();
        return CheckpointImage.read(directory, problems);
    }

    @Test
    void theNewestIsReadInTheOrderOfUse() throws IOException {
        assertThat(read()).isEqualTo(second);
        assertThat(problems).isEmpty();
    }

    @Test
    void longEntriesAndManyBlocksAreRead() throws IOException {
        final List<Entry> image = CheckpointImage.random(random, 3_000, 100, "many");
        image.set(7, new Entry("k".repeat(65_535), "v".repeat(1 << 20), 5, true, -2_993));
        image.set(8, new Entry("e", "", RecordDescriptor.NO_DEADLINE, false, -2_992));
        final Superblock superblock = CheckpointImage.write(directory, image);
        assertThat(superblock.blocks()).isGreaterThan(5);
        assertThat(superblock.entries()).isEqualTo(3_000);
        assertThat(superblock.generation()).isEqualTo(3);
        assertThat(superblock.fileLength()).isEqualTo(Files.size(file(3)));
        assertThat(read()).isEqualTo(image);
    }

    @Test
    void anEmptyCheckpointIsRead() throws IOException {
        CheckpointImage.write(directory, List.of());
        assertThat(read()).isEmpty();
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        final byte[] bytes = Files.readAllBytes(file(2));
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                // Eight bits of all bytes that mean something, one of the others.
                if (i > 80 && i < CheckpointDescriptor.SUPERBLOCK_CHECKSUM && bit != i % 8) {
                    continue;
                }
                bytes[i] ^= (byte) (1 << bit);
                Files.write(file(2), bytes);
                assertThat(read()).as("byte %d bit %d", i, bit).isEqualTo(first);
                assertThat(problems).singleElement().asString().startsWith("checkpoint-2");
                bytes[i] ^= (byte) (1 << bit);
            }
        }
        Files.write(file(2), bytes);
        assertThat(read()).isEqualTo(second);
    }

    @Test
    void everyCutIsFound() throws IOException {
        final byte[] bytes = Files.readAllBytes(file(2));
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file(2), Arrays.copyOf(bytes, length));
            assertThat(read()).as("cut at %d", length).isEqualTo(first);
        }
        Files.write(file(2), Arrays.copyOf(bytes, bytes.length + 1));
        assertThat(read()).isEqualTo(first);
    }

    /** Two checkpoints that even have the same generation. */
    private List<byte[]> ofOneGeneration(int entries) throws IOException {
        final List<byte[]> files = new ArrayList<>();
        for (final String mark : List.of("a", "b")) {
            final Path other = directory.resolve(mark);
            CheckpointImage.write(other, CheckpointImage.random(random, entries, 2_000, mark));
            files.add(Files.readAllBytes(other.resolve(CheckpointFiles.name(1))));
        }
        return files;
    }

    @Test
    void splicesOfTwoCheckpointsAreFound() throws IOException {
        final List<byte[]> files = ofOneGeneration(300);
        final Path file = directory.resolve("a").resolve(CheckpointFiles.name(1));
        final List<Entry> whole = CheckpointImage.read(file, problems);
        int refused = 0;
        for (int i = 0; i < SPLICES; i++) {
            final byte[] spliced = files.get(0).clone();
            final byte[] other = files.get(random.nextInt(4) == 0 ? 0 : 1);
            final int unit = 1 << random.nextInt(13);
            final int from = random.nextInt(other.length) / unit * unit;
            final int to =
                    random.nextBoolean()
                            ? Math.min(from, spliced.length - 1)
                            : random.nextInt(spliced.length) / unit * unit;
            final int length =
                    Math.min(
                            Math.min(other.length - from, spliced.length - to),
                            1 + random.nextInt(1 << 1 + random.nextInt(18)));
            System.arraycopy(other, from, spliced, to, length);
            Files.write(file, spliced);
            problems.clear();
            final List<Entry> read = CheckpointImage.read(file, problems);
            if (read == null) {
                refused++;
            } else {
                assertThat(spliced).as("splice %d", i).isEqualTo(files.get(0));
                assertThat(read).as("splice %d", i).isEqualTo(whole);
            }
        }
        assertThat(refused).isGreaterThan(SPLICES / 4);
    }

    /** Exchanges blocks as wholes, which every checksum of a block survives. */
    @Test
    void exchangedBlocksAreFound() throws IOException {
        final List<byte[]> files = ofOneGeneration(300);
        final UnsafeBuffer bytes = new UnsafeBuffer(files.get(0));
        final int firstBlock = CheckpointDescriptor.SUPERBLOCK_LENGTH;
        final int firstLength = blockLength(bytes, firstBlock);
        final int secondBlock = firstBlock + firstLength;
        final int secondLength = blockLength(bytes, secondBlock);
        final byte[] exchanged = files.get(0).clone();
        System.arraycopy(files.get(0), secondBlock, exchanged, firstBlock, secondLength);
        System.arraycopy(
                files.get(0), firstBlock, exchanged, firstBlock + secondLength, firstLength);
        Files.write(file(2), exchanged);
        assertThat(read()).isEqualTo(first);
        assertThat(problems.get(0)).contains("block 0 is another checkpoint's");
    }

    private static int blockLength(UnsafeBuffer bytes, int block) {
        return CheckpointDescriptor.BLOCK_HEADER_LENGTH
                + bytes.getInt(
                        block + CheckpointDescriptor.PAYLOAD_LENGTH, CheckpointDescriptor.ORDER);
    }

    /** Changes a number and makes all checksums right again, as an attacker could. */
    private void forge(int offset, long value, int length) throws IOException {
        final byte[] bytes = Files.readAllBytes(file(2));
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        if (length == Long.BYTES) {
            buffer.putLong(offset, value, CheckpointDescriptor.ORDER);
        } else {
            buffer.putInt(offset, (int) value, CheckpointDescriptor.ORDER);
        }
        final int block = CheckpointDescriptor.SUPERBLOCK_LENGTH;
        final int record = block + CheckpointDescriptor.BLOCK_HEADER_LENGTH;
        final int recordLength = RecordDescriptor.checkedLength(buffer, record);
        if (recordLength > 0 && recordLength <= bytes.length - record) {
            RecordDescriptor.seal(buffer, record);
        }
        final int checked = blockLength(buffer, block) - CheckpointDescriptor.BLOCK_IDENTITY;
        final int from = block + CheckpointDescriptor.BLOCK_IDENTITY;
        if (checked > 0 && checked <= bytes.length - from) {
            buffer.putInt(
                    block + CheckpointDescriptor.BLOCK_CHECKSUM,
                    CheckpointDescriptor.checksum(bytes, from, checked),
                    CheckpointDescriptor.ORDER);
        }
        buffer.putInt(
                CheckpointDescriptor.SUPERBLOCK_CHECKSUM,
                CheckpointDescriptor.checksum(bytes, 0, CheckpointDescriptor.SUPERBLOCK_CHECKSUM),
                CheckpointDescriptor.ORDER);
        Files.write(file(2), bytes);
        assertThat(read()).as("%d at %d", value, offset).isEqualTo(first);
        Files.delete(file(2));
        CheckpointImage.write(directory, second);
    }

    @Test
    void noForgedNumberIsBelieved() throws IOException {
        final int block = CheckpointDescriptor.SUPERBLOCK_LENGTH;
        final int record = block + CheckpointDescriptor.BLOCK_HEADER_LENGTH;
        for (final long value :
                new long[] {-1, 0, 1, 1 << 16, 1 << 24, 1L << 31, 1L << 40, Long.MAX_VALUE}) {
            forge(CheckpointDescriptor.ENTRIES, value, Long.BYTES);
            forge(CheckpointDescriptor.BYTES, value, Long.BYTES);
            forge(CheckpointDescriptor.BLOCKS, value, Long.BYTES);
            forge(CheckpointDescriptor.FILE_LENGTH, value, Long.BYTES);
            forge(block + CheckpointDescriptor.PAYLOAD_LENGTH, value, Integer.BYTES);
            forge(block + CheckpointDescriptor.BLOCK_ENTRIES, value, Integer.BYTES);
            forge(record + 8, value, Integer.BYTES);
            forge(record + 12, value, Integer.BYTES);
        }
        forge(CheckpointDescriptor.BYTE_ORDER, 2, Integer.BYTES);
        forge(CheckpointDescriptor.VERSION, 2, Integer.BYTES);
    }

    @Test
    void theProblemIsNamed() throws IOException {
        final byte[] bytes = Files.readAllBytes(file(2));
        Files.write(file(2), new byte[bytes.length]);
        read();
        assertThat(problems).containsExactly("checkpoint-2.flagstone: it was not finished");
        Files.delete(file(2));
        Files.delete(file(1));
        assertThat(read()).isNull();
        assertThat(problems).containsExactly("the directory has no checkpoint: " + directory);
        problems.clear();
        assertThat(CheckpointImage.read(file(9), problems)).isNull();
        assertThat(problems).containsExactly("there is no checkpoint: " + file(9));
    }

    /** Every prefix of the changes, and many that a lost machine makes of each prefix. */
    @Test
    void aLostMachineLeavesTheOldOrTheNewOne() throws IOException {
        final RecordedStorage storage = new RecordedStorage();
        CheckpointImage.write(storage, first);
        final int old = storage.changes.size();
        CheckpointImage.write(storage, second);
        final List<Entry> third = CheckpointImage.random(random, 20, 200, "c");
        CheckpointImage.write(storage, third);
        int whole = 0;
        for (int count = 0; count <= storage.changes.size(); count++) {
            check(RecordedStorage.after(storage.changes, count), count >= old, third);
            for (int i = 0; i < LOSSES; i++) {
                final Map<String, byte[]> files =
                        RecordedStorage.lost(storage.changes, count, random);
                whole += check(files, count >= old, third) ? 1 : 0;
            }
        }
        assertThat(whole).isPositive();
    }

    @Test
    void theSuperblockFollowsForcedBlocksAndDeletionsFollowAForcedSuperblock() throws IOException {
        final RecordedStorage storage = new RecordedStorage();
        for (int i = 0; i < 3; i++) {
            storage.changes.clear();
            CheckpointImage.write(storage, first);
        }
        final List<String> kinds = new ArrayList<>();
        for (final RecordedStorage.Change change : storage.changes) {
            final boolean superblock =
                    change.kind() == RecordedStorage.Kind.WRITE && change.position() == 0;
            kinds.add(superblock ? "SUPERBLOCK" : change.kind().toString());
        }
        assertThat(kinds)
                .endsWith("TRUNCATE", "FORCE", "SUPERBLOCK", "FORCE", "FORCE_NAMES", "DELETE");
    }

    private boolean check(Map<String, byte[]> files, boolean mustBe, List<Entry> third)
            throws IOException {
        RecordedStorage.store(files, directory);
        final List<Entry> read = read();
        if (read != null || mustBe) {
            assertThat(read).as(problems::toString).isIn(first, second, third);
        }
        return third.equals(read);
    }

    @Test
    void aFullDiskLeavesTheOldOne() throws IOException {
        final RecordedStorage counted = new RecordedStorage();
        CheckpointImage.write(counted, first);
        final int old = counted.changes.size();
        CheckpointImage.write(counted, second);
        for (int failsAt = old; failsAt < counted.changes.size(); failsAt++) {
            final RecordedStorage storage = new RecordedStorage();
            CheckpointImage.write(storage, first);
            storage.failsAt = failsAt;
            assertThatThrownBy(() -> CheckpointImage.write(storage, second))
                    .isInstanceOf(IOException.class)
                    .hasMessage("No space left on device");
            RecordedStorage.store(storage.files, directory);
            assertThat(read()).as("failed at %d", failsAt).isIn(first, second);
            assertThat(storage.files).containsKey(CheckpointFiles.name(1));
            CheckpointImage.write(storage, second);
            RecordedStorage.store(storage.files, directory);
            assertThat(read()).as("failed at %d", failsAt).isEqualTo(second);
        }
    }

    @Test
    void twoGenerationsAreKept() throws IOException {
        Files.write(file(5), new byte[10_000]);
        CheckpointImage.write(directory, first);
        assertThat(CheckpointDirectory.names(directory))
                .containsExactlyInAnyOrder(
                        CheckpointDirectory.LOCK,
                        "checkpoint-2.flagstone",
                        "checkpoint-6.flagstone");
        CheckpointImage.write(directory, second);
        assertThat(CheckpointDirectory.names(directory))
                .containsExactlyInAnyOrder(
                        CheckpointDirectory.LOCK,
                        "checkpoint-6.flagstone",
                        "checkpoint-7.flagstone");
    }

    @Test
    void otherFilesAreLeftAlone() throws IOException {
        final List<String> others =
                List.of("checkpoint-0.flagstone", "checkpoint-x.flagstone", "other");
        for (final String other : others) {
            Files.write(directory.resolve(other), new byte[1]);
        }
        CheckpointImage.write(directory, first);
        assertThat(CheckpointDirectory.names(directory)).containsAll(others);
    }

    @Test
    void aDirectoryHasOneWriter() throws IOException {
        try (CheckpointDirectory held = CheckpointDirectory.open(directory)) {
            assertThat(held.names()).isNotEmpty();
            assertThatThrownBy(() -> CheckpointDirectory.open(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another checkpoint is being written");
        }
        CheckpointDirectory.open(directory).close();
    }

    @Test
    void aWriterThatIsClosedLeavesNothing() throws IOException {
        try (CheckpointDirectory storage = CheckpointDirectory.open(directory);
                CheckpointWriter writer = CheckpointWriter.create(storage, 0)) {
            writer.beginSegment(0);
            assertThat(file(3)).exists();
        }
        assertThat(file(3)).doesNotExist();
        assertThat(read()).isEqualTo(second);
    }
}
