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
import org.agrona.concurrent.SystemNanoClock;

/**
 * Keeps a cache recoverable: an Aeron Archive records what a {@link CachePublisher} sends, and the
 * journal takes checkpoints of the cache. {@link JournalRecovery} restores a checkpoint and applies
 * the recorded changes after it.
 *
 * <p>One thread calls {@link #doWork} again and again, another one than the publisher's: a
 * checkpoint is written by this thread, and calls of the archive wait for its answers.
 *
 * <p><b>Why the two fit together.</b> A change is in the cache before it is sent. So everything
 * before the position at which a checkpoint begins is in the checkpoint. Some changes after it are
 * in it, too, since the cache is written meanwhile. Applying these again does no harm: the last
 * recorded change of a key decides, whether it is a value or a removal, and a change of the
 * deadline of an absent key is none. Between the begin of the checkpoint and the last change that
 * it may have, the result is a mixture of times. So a checkpoint counts only when the archive has
 * recorded that last change, and a recovery that does not reach it takes the checkpoint before.
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
        this.clock = settings.clock;
        this.errorHandler = settings.errorHandler;
        this.checkpointNs = settings.checkpointNs;
        this.checkpointBytes = settings.checkpointBytes;
        this.pollNs = settings.pollNs;
        this.retryNs = settings.retryNs;
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
    public static final class Builder {
        private CachePublisher publisher;
        private Path directory;
        private Supplier<AeronArchive> connector;
        private NanoClock clock = SystemNanoClock.INSTANCE;
        private long checkpointNs = TimeUnit.MINUTES.toNanos(5);
        private long checkpointBytes = 256 << 20;
        private long pollNs = TimeUnit.MILLISECONDS.toNanos(1);
        private long retryNs = TimeUnit.SECONDS.toNanos(1);
        private ErrorHandler errorHandler =
                problem ->
                        System.getLogger(CacheJournal.class.getPackageName())
                                .log(System.Logger.Level.WARNING, "journal", problem);

        private Builder() {}

        /**
         * Sets the publisher of the cache.
         *
         * @param ofCache the publisher of the cache.
         * @return this.
         */
        public Builder publisher(CachePublisher ofCache) {
            publisher = Objects.requireNonNull(ofCache, "ofCache");
            return this;
        }

        /**
         * Sets the directory of the checkpoints. It is created when the first is taken.
         *
         * @param path the directory of the checkpoints.
         * @return this.
         */
        public Builder directory(Path path) {
            directory = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * Sets what connects to the archive, which must use the publisher's media driver. The
         * journal calls it when it first works, and again after the archive failed. It closes the
         * clients.
         *
         * @param supplier what connects to the archive, which must use the publisher's media
         *     driver.
         * @return this.
         */
        public Builder archive(Supplier<AeronArchive> supplier) {
            connector = Objects.requireNonNull(supplier, "supplier");
            return this;
        }

        /**
         * Sets the clock of intervals.
         *
         * @param nanoClock the clock of intervals.
         * @return this.
         */
        public Builder clock(NanoClock nanoClock) {
            clock = Objects.requireNonNull(nanoClock, "nanoClock");
            return this;
        }

        /**
         * Sets how many nanoseconds pass between two checkpoints, at most: 5 minutes.
         *
         * @param intervalNs how many nanoseconds pass between two checkpoints, at most: 5 minutes.
         * @return this.
         */
        public Builder checkpointNs(long intervalNs) {
            checkpointNs = ReplicationBuilder.positive("checkpointNs", intervalNs);
            return this;
        }

        /**
         * Sets how many recorded bytes lead to a checkpoint before its time: 256 MiB.
         *
         * @param bytes how many recorded bytes lead to a checkpoint before its time: 256 MiB.
         * @return this.
         */
        public Builder checkpointBytes(long bytes) {
            checkpointBytes = ReplicationBuilder.positive("checkpointBytes", bytes);
            return this;
        }

        /**
         * Sets how often to ask the archive how far it is, in nanoseconds: 1 ms.
         *
         * @param intervalNs how often to ask the archive how far it is, in nanoseconds: 1 ms.
         * @return this.
         */
        public Builder pollNs(long intervalNs) {
            pollNs = ReplicationBuilder.positive("pollNs", intervalNs);
            return this;
        }

        /**
         * Sets how long to wait, in nanoseconds, after something failed. The default is 1 s.
         *
         * @param intervalNs how long to wait, in nanoseconds, after something failed.
         * @return this.
         */
        public Builder retryNs(long intervalNs) {
            retryNs = ReplicationBuilder.positive("retryNs", intervalNs);
            return this;
        }

        /**
         * Sets what takes the errors of the archive and of checkpoints. The default logs them.
         *
         * @param handler what takes the errors of the archive and of checkpoints.
         * @return this.
         */
        public Builder errorHandler(ErrorHandler handler) {
            errorHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /**
         * Builds the journal. It connects when it first works.
         *
         * @return the new object.
         * @throws IllegalArgumentException if the publisher, directory or archive is not set.
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
            return isDue() && feed.gaps() == point.gaps ? take() : 0;
        }
        if (!point.isUnbrokenSince(begin) || feed.gaps() != begin.gaps) {
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

    /** Looks whether all was sent that the checkpoint may have. */
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

    /** Gives the checkpoint up that is under way. The next one begins as soon as it can. */
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
     * Returns the number of a change that the archive has recorded, with all before it that the
     * publisher sent in its present stream. What a recorded change survives depends on the
     * archive's {@code fileSyncLevel}: see docs/journal.md.
     *
     * @return the number of a change that the archive has recorded, with all before it that the
     *     publisher sent in its present stream.
     */
    public long recordedNumber() {
        return recordedNumber.get();
    }

    /**
     * Returns the position up to which the archive has recorded the present stream.
     *
     * @return the position up to which the archive has recorded the present stream.
     */
    public long recordedPosition() {
        return recordedPosition.get();
    }

    /**
     * Returns the number of the last complete checkpoint of this journal, or 0.
     *
     * @return the number of the last complete checkpoint of this journal, or 0.
     */
    public long lastCheckpoint() {
        return lastCheckpoint.get();
    }

    /**
     * Returns how many checkpoints were completed.
     *
     * @return how many checkpoints were completed.
     */
    public long checkpoints() {
        return checkpoints.get();
    }

    /**
     * Returns how many checkpoints were given up, because changes were lost meanwhile.
     *
     * @return how many checkpoints were given up, because changes were lost meanwhile.
     */
    public long abandoned() {
        return abandoned.get();
    }

    @Override
    public String roleName() {
        return "flagstone-journal";
    }

    /**
     * Closes the client of the archive. The archive goes on recording, so that a journal that is
     * built later loses nothing. Closes neither the publisher nor the cache.
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
