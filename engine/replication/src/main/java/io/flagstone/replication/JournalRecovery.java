// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.archive.client.AeronArchive;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The result of a recovery from a journal: a cache, and how far it got.
 *
 * <p>The cache holds what the lost cache held when it had made change {@link #number}. Nothing
 * after that is in it, and nothing was invented: the changes are applied in their order, and the
 * first that is missing or damaged ends the recovery.
 *
 * @param cache the cache. It takes writes. It is empty if no checkpoint could be used.
 * @param checkpoint the number of the checkpoint that was used, or 0 if there was none.
 * @param reached how far it got.
 * @param end why the recovery ended there.
 * @param detail more about the end, and about checkpoints that could not be used.
 * @param epoch an epoch for the {@link CachePublisher} of the cache, higher than that of the lost
 *     one.
 */
public record JournalRecovery(
        OffHeapCache cache,
        long checkpoint,
        Reached reached,
        JournalEnd end,
        String detail,
        long epoch) {

    /** The default of {@link Builder#replayStreamId}. */
    public static final int DEFAULT_REPLAY_STREAM_ID = 6188;

    /** The id in the epochs of recovered primaries: that of no replica. */
    private static final int RECOVERED_ID = 0;

    /**
     * How far a recovery got.
     *
     * @param recordingId the archive's id of the recording.
     * @param position the position in the recording up to which it was read.
     * @param number the number of the last change that the cache has.
     * @param applied how many recorded changes were applied to the checkpoint.
     * @param refused how many values were too large for the cache, which misses them.
     */
    public record Reached(
            long recordingId, long position, long number, long applied, long refused) {}

    /** {@return the position in the recording up to which it was read} */
    public long position() {
        return reached.position;
    }

    /** {@return the number of the last change that the cache has} */
    public long number() {
        return reached.number;
    }

    /** {@return how many recorded changes were applied to the checkpoint} */
    public long applied() {
        return reached.applied;
    }

    /** {@return how many values were too large for the cache, which misses them} */
    public long refused() {
        return reached.refused;
    }

    /**
     * Creates a builder.
     *
     * @return a builder with the defaults.
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Recovers a cache. The cache's builder, the directory and the archive must be set. Not
     * thread-safe.
     */
    public static final class Builder {
        private CacheBuilder cache;
        private JournalDirectory directory;
        private AeronArchive archive;
        private String replayChannel = "aeron:ipc";
        private int replayStreamId = DEFAULT_REPLAY_STREAM_ID;
        private long stallNs = TimeUnit.SECONDS.toNanos(5);
        private final List<String> problems = new ArrayList<>();

        private Builder() {}

        /**
         * Sets the builder of the cache. Give it room for all that the lost cache held.
         *
         * @param builder the builder, which is copied.
         * @return this.
         */
        public Builder cache(CacheBuilder builder) {
            cache = Objects.requireNonNull(builder, "builder");
            return this;
        }

        /**
         * Sets the directory of the journal's checkpoints.
         *
         * @param path the directory. If it does not exist, there is no checkpoint.
         * @return this.
         */
        public Builder directory(Path path) {
            directory = new JournalDirectory(Objects.requireNonNull(path, "path"));
            return this;
        }

        /**
         * Sets the client of the archive that has the recording. Give the archive the same checksum
         * for replays as for recordings: without one, damaged bytes of a value are not noticed.
         *
         * @param client the client. The caller closes it.
         * @return this.
         */
        public Builder archive(AeronArchive client) {
            archive = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * Sets the channel of replays. The default is IPC.
         *
         * @param uri the channel's URI.
         * @return this.
         */
        public Builder replayChannel(String uri) {
            replayChannel = Objects.requireNonNull(uri, "uri");
            return this;
        }

        /**
         * Sets the stream of replays. The default is {@link #DEFAULT_REPLAY_STREAM_ID}.
         *
         * @param id the stream's id.
         * @return this.
         */
        public Builder replayStreamId(int id) {
            replayStreamId = id;
            return this;
        }

        /**
         * Sets how long to wait for an archive that sends nothing. The default is 5 s.
         *
         * @param timeoutNs nanoseconds, positive.
         * @return this.
         */
        public Builder stallNs(long timeoutNs) {
            stallNs = AgentBuilder.positive("stallNs", timeoutNs);
            return this;
        }

        /**
         * Restores the newest checkpoint that the recording covers, applies the recorded changes,
         * and promotes the cache. Returns when all this is done.
         *
         * @return what was recovered. The caller closes the cache.
         * @throws IllegalArgumentException if the cache, the directory or the archive is not set.
         */
        public JournalRecovery recover() {
            if (cache == null || directory == null || archive == null) {
                throw new IllegalArgumentException("set cache, directory and archive");
            }
            problems.clear();
            for (final long number : checkpoints()) {
                final JournalRecovery recovered = recover(number);
                if (recovered != null) {
                    recovered.cache.changeApplier().promote();
                    return recovered;
                }
            }
            final OffHeapCache empty = cache.copy().follower(true).build();
            empty.changeApplier().promote();
            return new JournalRecovery(
                    empty,
                    0,
                    new Reached(0, 0, 0, 0, 0),
                    JournalEnd.NO_CHECKPOINT,
                    String.join("; ", problems),
                    Epochs.next(Epochs.NONE, RECOVERED_ID));
        }

        private List<Long> checkpoints() {
            try {
                final List<Long> complete = directory.complete();
                if (complete.isEmpty()) {
                    problems.add("the directory has no complete checkpoint");
                }
                return complete;
            } catch (final IOException e) {
                problems.add("the directory cannot be read: " + e);
                return List.of();
            }
        }

        /** Recovers from one checkpoint. Returns null if it cannot be used. */
        private JournalRecovery recover(long checkpoint) {
            final JournalMark mark;
            try {
                mark = JournalMark.read(directory.of(checkpoint));
            } catch (final IOException e) {
                problems.add("checkpoint " + checkpoint + ": " + e.getMessage());
                return null;
            }
            final OffHeapCache restored =
                    cache.copy()
                            .follower(true)
                            .restore(directory.of(checkpoint))
                            .restartListener(report -> {})
                            .build();
            boolean isUsed = false;
            try {
                final JournalRecovery recovered = replay(checkpoint, mark, restored);
                isUsed = recovered != null;
                return recovered;
            } finally {
                if (!isUsed) {
                    restored.close();
                }
            }
        }

        private JournalRecovery replay(long checkpoint, JournalMark mark, OffHeapCache restored) {
            final RestartReport report = restored.restartReport().orElseThrow();
            if (report.kind() != RestartReport.Kind.RESTORED) {
                problems.add("checkpoint " + checkpoint + ": " + report.reason());
                return null;
            }
            final JournalReader reader =
                    new JournalReader(restored.changeApplier(), mark.epoch(), mark.number());
            final MessageReader messages = new MessageReader(reader);
            final RecordingReplay replay =
                    new RecordingReplay(
                            archive,
                            replayChannel,
                            replayStreamId,
                            stallNs,
                            (buffer, offset, length, header) ->
                                    messages.read(buffer, offset, length),
                            reader::isStopped);
            final long position;
            try {
                final long end = replay.end(mark.recordingId());
                position = replay.read(mark.recordingId(), mark.position(), end);
                if (position < end) {
                    reader.stop(JournalEnd.DAMAGED, replay.problem());
                }
            } catch (final RuntimeException e) {
                problems.add("checkpoint " + checkpoint + ": " + e.getMessage());
                return null;
            }
            reader.stop(JournalEnd.END_OF_RECORDING, "");
            if (reader.number() < mark.leastNumber()) {
                problems.add(
                        "checkpoint "
                                + checkpoint
                                + " may have changes up to "
                                + mark.leastNumber()
                                + ", and the recording ends with "
                                + reader.number()
                                + " "
                                + reader.detail());
                return null;
            }
            if (!reader.detail().isEmpty()) {
                problems.add(reader.detail());
            }
            return new JournalRecovery(
                    restored,
                    checkpoint,
                    new Reached(
                            mark.recordingId(),
                            position,
                            reader.number(),
                            reader.applied(),
                            reader.refused()),
                    reader.end(),
                    String.join("; ", problems),
                    Epochs.next(mark.epoch(), RECOVERED_ID));
        }
    }
}
