// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A journal's archive and checkpoints give back what the cache held at some change. */
@Timeout(120)
@Tag("any-jdk")
class JournalTest {
    private static final int LOSSES = 24;

    @TempDir Path root;

    private static List<Path> segments(Path copy) throws IOException {
        try (Stream<Path> files = Files.list(copy.resolve("archive"))) {
            return files.filter(file -> file.toString().endsWith(".rec"))
                    .sorted((a, b) -> Long.compare(base(a), base(b)))
                    .toList();
        }
    }

    private static long base(Path segment) {
        final String name = segment.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1, name.indexOf('.')));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatIsRecordedIsRecovered(int fileSyncLevel) throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, fileSyncLevel)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 200);
            rig.awaitRecorded();
            final JournalRecovery recovery = rig.recover(rig.lose());
            assertThat(recovery.end())
                    .as(recovery.toString())
                    .isEqualTo(JournalEnd.END_OF_RECORDING);
            assertThat(recovery.number()).isEqualTo(rig.publisher.number());
            assertThat(recovery.applied()).isPositive();
            assertThat(recovery.checkpoint()).isEqualTo(1);
            assertThat(recovery.epoch()).isGreaterThan(rig.publisher.epoch());
            rig.awaitCheckpoint();
            assertThat(rig.recover(rig.lose()).checkpoint()).isEqualTo(2);
        }
    }

    @Test
    void aMachineIsLostAtAnyMoment() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        final Map<JournalEnd, Integer> ends = new EnumMap<>(JournalEnd.class);
        try (JournalRig rig = new JournalRig(root, 0)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            for (int i = 0; i < LOSSES; i++) {
                rig.changes(random, random.nextInt(60));
                if (random.nextInt(3) == 0) {
                    rig.journal.requestCheckpoint();
                    rig.steps(random.nextInt(4));
                }
                // Some changes are on their way.
                for (int more = random.nextInt(3); more > 0; more--) {
                    rig.change(random);
                    rig.step();
                    rig.drain();
                }
                final long recorded = rig.journal.recordedNumber();
                final Path copy = rig.lose();
                final JournalRecovery whole = rig.recover(copy);
                assertThat(whole.end()).as(whole.toString()).isEqualTo(JournalEnd.END_OF_RECORDING);
                assertThat(whole.number()).isGreaterThanOrEqualTo(recorded);
                final Path damaged = rig.lose();
                final long at = damage(damaged, whole.position(), random);
                final JournalRecovery part = rig.recover(damaged);
                assertThat(part.number()).isLessThanOrEqualTo(whole.number());
                if (part.end() != JournalEnd.NO_CHECKPOINT) {
                    assertThat(part.number())
                            .as("damage at %d: %s", at, part)
                            .isGreaterThanOrEqualTo(rig.numbers.floorEntry(at).getValue());
                }
                ends.merge(part.end(), 1, Integer::sum);
            }
            assertThat(rig.journal.abandoned()).isZero();
        }
        assertThat(ends).containsKeys(JournalEnd.DAMAGED);
    }

    /**
     * Cuts the last segment, or wipes or damages bytes near the end of the recording.
     *
     * @return the position before which all is as it was.
     */
    private static long damage(Path copy, long end, SplittableRandom random) throws IOException {
        final List<Path> segments = segments(copy);
        final Path last = segments.get(segments.size() - 1);
        final long used = end - base(last);
        final long at = used <= 0 ? 0 : random.nextLong(used);
        try (FileChannel file = FileChannel.open(last, StandardOpenOption.WRITE)) {
            switch (random.nextInt(3)) {
                case 0 -> file.truncate(at);
                case 1 -> file.write(ByteBuffer.allocate((int) (file.size() - at)), at);
                default -> {
                    // In the middle of a frame's payload or not: but not the type of a frame, over
                    // which Aeron's replay never ends.
                    final long in = (at & -32) + 8 + random.nextInt(24);
                    final long offset = (in & 31) == 6 || (in & 31) == 7 ? in + 2 : in;
                    final byte[] bytes = {(byte) random.nextInt()};
                    file.write(ByteBuffer.wrap(bytes), offset);
                }
            }
        }
        return base(last) + (at & -32);
    }

    @Test
    void damageInTheMiddleEndsTheRecoveryExactlyBeforeIt() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, 0)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 20);
            rig.awaitRecorded();
            final long good = rig.publisher.number();
            final StreamPoint point = new StreamPoint();
            assertThat(rig.publisher.locate(point)).isTrue();
            final UnsafeBuffer value = new UnsafeBuffer(new byte[100]);
            rig.primary.put(1, value, 0, 100);
            rig.awaitRecorded();
            rig.changes(random, 20);
            rig.awaitRecorded();
            final Path copy = rig.lose();
            final Path segment = segments(copy).get((int) (point.position / (64 << 10)));
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                // Heartbeats may be between; the first byte of the value is in one of the frames.
                file.write(ByteBuffer.wrap(new byte[] {77}), point.position % (64 << 10) + 40);
            }
            final JournalRecovery recovery = rig.recover(copy);
            assertThat(recovery.end()).isEqualTo(JournalEnd.DAMAGED);
            assertThat(recovery.number())
                    .as("%s, damage at %d", recovery, point.position)
                    .isEqualTo(good);
            assertThat(recovery.position()).isEqualTo(point.position);
            assertThat(recovery.detail()).contains("mismatch");
        }
    }

    @Test
    void aGapLeadsToAnotherCheckpoint() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, 0)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 20);
            final long before = rig.publisher.number();
            final UnsafeBuffer value = new UnsafeBuffer(new byte[3 << 10]);
            for (int i = 0; i < 100; i++) {
                value.putLong(0, i);
                rig.primary.put(i % 7, value, 0, value.capacity());
            }
            assertThat(rig.primary.changeFeed().gaps()).isEqualTo(1);
            rig.await("the gap was sent", () -> rig.publisher.gaps() == 1);
            final JournalRecovery early = rig.recoverUnchecked(rig.lose());
            assertThat(early.number()).isGreaterThanOrEqualTo(before);
            rig.await("another checkpoint", () -> rig.journal.checkpoints() == 2);
            rig.changes(random, 20);
            rig.awaitRecorded();
            final JournalRecovery recovery = rig.recover(rig.lose());
            assertThat(recovery.checkpoint()).isEqualTo(2);
            assertThat(recovery.end()).isEqualTo(JournalEnd.END_OF_RECORDING);
            assertThat(recovery.number()).isEqualTo(rig.publisher.number());
            // The next publisher has sent no gap, and the feed still counts the first one's.
            rig.publishAgain();
            rig.await("a checkpoint", () -> rig.journal.checkpoints() == 1);
            assertThat(rig.recover(rig.lose()).number()).isEqualTo(rig.publisher.number());
        }
    }

    @Test
    void oldSegmentsArePurged() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, 0)) {
            int most = 0;
            for (int i = 0; i < 8; i++) {
                rig.changes(random, 300);
                rig.awaitCheckpoint();
                most = Math.max(most, segments(root).size());
            }
            assertThat(base(segments(root).get(0))).isPositive();
            assertThat(most).isLessThan(9);
            assertThat(new JournalDirectory(root.resolve("checkpoints")).numbers()).hasSize(2);
            assertThat(rig.recover(rig.lose()).end()).isEqualTo(JournalEnd.END_OF_RECORDING);
            // The older checkpoint has all its segments.
            final Path older = rig.lose();
            final JournalDirectory directory = new JournalDirectory(older.resolve("checkpoints"));
            directory.delete(directory.newest());
            final JournalRecovery recovery = rig.recover(older);
            assertThat(recovery.end())
                    .as(recovery.toString())
                    .isEqualTo(JournalEnd.END_OF_RECORDING);
            assertThat(recovery.number()).isEqualTo(rig.publisher.number());
        }
    }

    private static Set<String> recordings(Path copy) throws IOException {
        return segments(copy).stream()
                .map(file -> file.getFileName().toString().replaceAll("-.*", ""))
                .collect(Collectors.toSet());
    }

    @Test
    void recordingsOfEarlierPublishersArePurged() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, 0)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 50);
            rig.awaitRecorded();
            final long first = rig.publisher.number();
            rig.publishAgain();
            rig.await("a checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 50);
            rig.awaitRecorded();
            // The older checkpoint is of the first recording, which therefore stays.
            assertThat(recordings(root)).hasSize(2);
            final Path copy = rig.lose();
            final JournalDirectory directory = new JournalDirectory(copy.resolve("checkpoints"));
            assertThat(rig.recover(copy).number()).isEqualTo(rig.publisher.number());
            directory.delete(directory.newest());
            assertThat(rig.recover(copy).number()).isEqualTo(first);
            final Set<String> before = recordings(root);
            rig.awaitCheckpoint();
            assertThat(recordings(root)).hasSize(1).isSubsetOf(before);
            final JournalRecovery recovery = rig.recover(rig.lose());
            assertThat(recovery.end())
                    .as(recovery.toString())
                    .isEqualTo(JournalEnd.END_OF_RECORDING);
            assertThat(recovery.number()).isEqualTo(rig.publisher.number());
        }
    }

    @Test
    void aDamagedCheckpointLeavesTheOneBefore() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, 0)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 50);
            rig.awaitCheckpoint();
            rig.changes(random, 50);
            rig.awaitRecorded();
            final Path copy = rig.lose();
            final JournalDirectory directory = new JournalDirectory(copy.resolve("checkpoints"));
            assertThat(directory.newest()).isEqualTo(2);
            final Path file = directory.of(2).resolve("checkpoint-1.flagstone");
            try (FileChannel bytes = FileChannel.open(file, StandardOpenOption.WRITE)) {
                bytes.truncate(bytes.size() - 1);
            }
            final JournalRecovery recovery = rig.recover(copy);
            assertThat(recovery.checkpoint()).isEqualTo(1);
            assertThat(recovery.number()).isEqualTo(rig.publisher.number());
            assertThat(recovery.detail()).contains("checkpoint 2");
            final Path mark = directory.of(1).resolve("mark");
            Files.writeString(mark, Files.readString(mark).replace("position=", "position=1"));
            final JournalRecovery none = rig.recover(copy);
            assertThat(none.end()).isEqualTo(JournalEnd.NO_CHECKPOINT);
            assertThat(none.detail()).contains("the mark is damaged");
        }
    }

    @Test
    void aCheckpointCountsOnlyWhenTheRecordingCoversIt() throws IOException {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        try (JournalRig rig = new JournalRig(root, 0)) {
            rig.await("first checkpoint", () -> rig.journal.checkpoints() == 1);
            rig.changes(random, 20);
            // The checkpoint has a change that nobody has sent.
            rig.primary.put(1, new UnsafeBuffer(new byte[100]), 0, 100);
            rig.journal.requestCheckpoint();
            for (int i = 0; i < 50; i++) {
                ReplicationRig.step(rig.journal);
            }
            assertThat(rig.journal.checkpoints()).isEqualTo(1);
            assertThat(rig.recover(rig.lose()).checkpoint()).isEqualTo(1);
            rig.drain();
            rig.await("complete", () -> rig.journal.checkpoints() == 2);
            assertThat(rig.recover(rig.lose()).checkpoint()).isEqualTo(2);
            // Without the recording of that change it does not count, either.
            final Path cut = rig.lose();
            final JournalMark mark =
                    JournalMark.read(new JournalDirectory(cut.resolve("checkpoints")).of(2));
            assertThat(mark.leastNumber()).isGreaterThan(mark.number());
            final Path last = segments(cut).get(segments(cut).size() - 1);
            try (FileChannel file = FileChannel.open(last, StandardOpenOption.WRITE)) {
                file.truncate(mark.position() - base(last));
            }
            assertThat(rig.recover(cut).checkpoint()).isEqualTo(1);
        }
    }
}
