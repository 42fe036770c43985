// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.archive.client.AeronArchive;
import io.flagstone.OffHeapCache;
import io.flagstone.feed.ChangeFeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * Keeps a cache recoverable: an Aeron Archive records what a {@link CachePublisher} sends, and the
 * journal takes checkpoints of the cache. {@link JournalRecovery} restores a checkpoint and applies
 * the recorded changes after it.
 *
 * <p>One thread calls {@link #doWork} again and again. It should not be the publisher's thread: it
 * writes the checkpoints, and waits for the answers of the archive.
 *
 * <p><b>Why the two fit together.</b> A change is in the cache before it is sent. So everything
 * before the position at which a checkpoint begins is in the checkpoint. Some later changes are in
 * it, too, because writers go on meanwhile. To apply these again does no harm: the last recorded
 * change of a key decides, whether it is a value or a removal, and a new deadline of an absent key
 * changes nothing. A recovery that stops before the last change that the checkpoint may have would
 * be a mixture of times. So a checkpoint counts only when the archive has recorded that change. A
 * recovery that does not reach it uses the checkpoint before.
 *
 * <p><b>Loss.</b> If the feed has a gap, or nothing records for a while, the recording alone no
 * longer leads to the cache's state. The journal then takes a checkpoint at once. Until it is
 * complete, a recovery ends before the loss.
 *
 * <p><b>Room.</b> The two newest complete checkpoints are kept, and the segments of the recording
 * from the older one on.
 *
 * <p>Any thread may read the figures. Only checkpoints and calls of the archive allocate.
 */
public final class CacheJournal implements Agent, AutoCloseable {
    private static final long NEVER = Long.MIN_VALUE;

    /** The least bytes of a change in the ring of a feed. */
    private static final int LEAST_CHANGE_BYTES = 8;

    /** The phase of the journal's work. */
    private enum Phase {
        /** No checkpoint is under way. */
        IDLE,
        /** The changes that the checkpoint may have are being sent. */
        SENDING,
        /** They are being recorded. */
        RECORDING
    }

    private final CachePublisher publisher;
    private final OffHeapCache cache;
    private final ChangeFeed feed;
    private final JournalDirectory directory;
    private final Supplier<AeronArchive> connector;
    private final NanoClock clock;
    private final ErrorHandler errorHandler;
    private final long checkpointNs;
    private final long checkpointBytes;
    private final long pollNs;
    private final long retryNs;

    private Recording recording;
    private boolean isClosed;
    private long nowNs;
    private long failedNs = NEVER;
    private long polledNs = NEVER;
    private long checkpointedNs = NEVER;
    private boolean isWanted = true;

    private final StreamPoint point = new StreamPoint();
    private final StreamPoint begin = new StreamPoint();
    private final StreamPoint awaited = new StreamPoint();
    private boolean isAwaiting;

    private Phase phase = Phase.IDLE;
    private long checkpoint;

    /** The gaps of the feed, which has them before the publisher passes them on. */
    private long gapsAtBegin;

    private long leastNumber;
    private long drainedNumber;
    private long leastPosition;

    private final Tally recordedNumber = new Tally();
    private final Tally recordedPosition = new Tally();
    private final Tally lastCheckpoint = new Tally();
    private final Tally checkpoints = new Tally();
    private final Tally abandoned = new Tally();

    private CacheJournal(Builder settings) {
        this.publisher = settings.publisher;
        this.cache = publisher.cache();
        this.feed = cache.changeFeed();
        this.directory = new JournalDirectory(settings.directory);
        this.connector = settings.connector;
        this.clock = settings.clock();
        this.errorHandler = settings.errorHandler();
        this.checkpointNs = settings.checkpointNs;
        this.checkpointBytes = settings.checkpointBytes;
        this.pollNs = settings.pollNs;
        this.retryNs = settings.retryNs();
    }

    /**
     * Creates a builder.
     *
     * @return a builder with the defaults.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a journal. The publisher, the directory and the archive must be set. */
    public static final class Builder extends AgentBuilder<Builder> {
        private CachePublisher publisher;
        private Path directory;
        private Supplier<AeronArchive> connector;
        private long checkpointNs = TimeUnit.MINUTES.toNanos(5);
        private long checkpointBytes = 256 << 20;
        private long pollNs = TimeUnit.MILLISECONDS.toNanos(1);

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the publisher whose stream is recorded, and whose cache is written to checkpoints.
         *
         * @param ofCache the publisher.
         * @return this.
         */
        public Builder publisher(CachePublisher ofCache) {
            publisher = Objects.requireNonNull(ofCache, "ofCache");
            return this;
        }

        /**
         * Sets the directory of the checkpoints. It is created when the first is taken.
         *
         * @param path the directory, on a device that survives what the cache has to survive.
         * @return this.
         */
        public Builder directory(Path path) {
            directory = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * Sets the supplier of clients of the archive. The archive must use the publisher's media
         * driver. The journal calls the supplier when it first works, and again after the archive
         * failed. It closes the clients.
         *
         * @param supplier returns a new client, or throws. It runs on the journal's thread.
         * @return this.
         */
        public Builder archive(Supplier<AeronArchive> supplier) {
            connector = Objects.requireNonNull(supplier, "supplier");
            return this;
        }

        /**
         * Sets the longest time between two checkpoints. The default is 5 minutes.
         *
         * @param intervalNs nanoseconds, positive.
         * @return this.
         */
        public Builder checkpointNs(long intervalNs) {
            checkpointNs = positive("checkpointNs", intervalNs);
            return this;
        }

        /**
         * Sets how many bytes of the stream lead to a checkpoint before its time. The default is
         * 256 MiB.
         *
         * @param bytes bytes, positive.
         * @return this.
         */
        public Builder checkpointBytes(long bytes) {
            checkpointBytes = positive("checkpointBytes", bytes);
            return this;
        }

        /**
         * Sets how long to wait before the archive is asked again how far it has recorded. The
         * default is 1 ms.
         *
         * @param intervalNs nanoseconds, positive.
         * @return this.
         */
        public Builder pollNs(long intervalNs) {
            pollNs = positive("pollNs", intervalNs);
            return this;
        }

        /**
         * Builds the journal. It connects when it first works.
         *
         * @return the agent, whose thread is yours.
         * @throws IllegalArgumentException if the publisher, the directory or the archive is not
         *     set.
         */
        public CacheJournal build() {
            if (publisher == null || directory == null || connector == null) {
                throw new IllegalArgumentException("set publisher, directory and archive");
            }
            return new CacheJournal(this);
        }
    }

    @Override
    public synchronized int doWork() {
        nowNs = clock.nanoTime();
        if (isClosed || failedNs != NEVER && nowNs - failedNs < retryNs) {
            return 0;
        }
        failedNs = NEVER;
        try {
            return work();
        } catch (final RuntimeException | IOException e) {
            failed(e);
            return 0;
        }
    }

    private void failed(Exception problem) {
        failedNs = nowNs;
        isAwaiting = false;
        if (recording != null) {
            recording.close();
            recording = null;
        }
        abandon();
        errorHandler.onError(problem);
    }

    private int work() throws IOException {
        if (!publisher.locate(point)) {
            // A change waits, or the publisher has no connection. It may have one later.
            return phase == Phase.RECORDING || isAwaiting ? look() : 0;
        }
        if (recording == null) {
            recording = new Recording(connector.get(), publisher.channel(), publisher.streamId());
        }
        if (!recording.isOf(point.sessionId)) {
            abandon();
            isAwaiting = false;
            isWanted = true;
            return recording.find(point.sessionId) ? 1 : 0;
        }
        return look() + checkpointing();
    }

    /** Asks the archive how far it is. */
    private int look() throws IOException {
        if (recording == null || polledNs != NEVER && nowNs - polledNs < pollNs) {
            return 0;
        }
        polledNs = nowNs;
        final long before = recordedPosition.get();
        final long position = recording.position();
        recordedPosition.set(position);
        if (isAwaiting && position >= awaited.position) {
            recordedNumber.set(awaited.number);
            isAwaiting = false;
        }
        if (!isAwaiting) {
            awaited.set(point);
            isAwaiting = true;
        }
        if (phase == Phase.RECORDING && position >= leastPosition) {
            complete();
        }
        return position == before ? 0 : 1;
    }

    private int checkpointing() throws IOException {
        if (phase == Phase.IDLE) {
            return isDue() ? take() : 0;
        }
        if (!point.isUnbrokenSince(begin) || feed.gaps() != gapsAtBegin) {
            abandon();
            return 1;
        }
        return phase == Phase.SENDING ? awaitSent() : 0;
    }

    private boolean isDue() {
        return isWanted
                || nowNs - checkpointedNs >= checkpointNs
                || point.position - begin.position >= checkpointBytes
                || !point.isUnbrokenSince(begin);
    }

    private int take() throws IOException {
        gapsAtBegin = feed.gaps();
        if (feed.isLosing()) {
            // The checkpoint would have changes that are neither sent before nor after the gap.
            return 0;
        }
        begin.set(point);
        checkpoint = directory.create();
        phase = Phase.SENDING;
        drainedNumber = NEVER;
        cache.checkpoint(directory.of(checkpoint));
        // Everything that the checkpoint may have is in the ring, or was taken from it.
        final long pending = feed.pendingBytes();
        leastNumber = feed.number() + pending / LEAST_CHANGE_BYTES + 1;
        return 1;
    }

    /** Checks whether everything that the checkpoint may have was sent. */
    private int awaitSent() {
        if (drainedNumber == NEVER && feed.pendingBytes() == 0) {
            drainedNumber = feed.number();
        }
        final boolean isDrained = drainedNumber != NEVER && point.number >= drainedNumber;
        if (!isDrained && point.number < leastNumber) {
            return 0;
        }
        leastNumber = point.number;
        leastPosition = point.position;
        phase = Phase.RECORDING;
        return 1;
    }

    private void complete() throws IOException {
        new JournalMark(
                        recording.id(),
                        publisher.epoch(),
                        begin.position,
                        begin.number,
                        leastNumber,
                        leastPosition)
                .write(directory.of(checkpoint));
        phase = Phase.IDLE;
        isWanted = false;
        checkpointedNs = nowNs;
        lastCheckpoint.set(checkpoint);
        checkpoints.add(1);
        new JournalPurge(directory, recording).purge();
    }

    /** Gives up the checkpoint that is under way. The next one begins as soon as it can. */
    private void abandon() {
        if (phase != Phase.IDLE) {
            phase = Phase.IDLE;
            isWanted = true;
            abandoned.add(1);
            try {
                directory.delete(checkpoint);
            } catch (final IOException e) {
                errorHandler.onError(e);
            }
        }
    }

    /** Asks for a checkpoint as soon as possible. */
    public synchronized void requestCheckpoint() {
        isWanted = true;
    }

    /**
     * {@return the number of a change that the archive has recorded, with all changes before it
     * that the publisher sent in its present stream} The archive's {@code fileSyncLevel} decides
     * which failures a recorded change survives: see docs/journal.md.
     */
    public long recordedNumber() {
        return recordedNumber.get();
    }

    /** {@return the position up to which the archive has recorded the present stream} */
    public long recordedPosition() {
        return recordedPosition.get();
    }

    /** {@return the number of the last complete checkpoint of this journal, or 0} */
    public long lastCheckpoint() {
        return lastCheckpoint.get();
    }

    /** {@return how many checkpoints were completed} */
    public long checkpoints() {
        return checkpoints.get();
    }

    /**
     * {@return how many checkpoints were given up, because changes were lost meanwhile, the archive
     * failed or the journal was closed}
     */
    public long abandoned() {
        return abandoned.get();
    }

    @Override
    public String roleName() {
        return "flagstone-journal";
    }

    /**
     * Closes the client of the archive. Deletes a checkpoint that is not complete. The archive goes
     * on recording, so that a journal that is built later loses nothing. Closes neither the
     * publisher nor the cache.
     */
    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            abandon();
            if (recording != null) {
                recording.close();
            }
        }
    }

    @Override
    public void onClose() {
        close();
    }
}
