// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.CheckpointReport;
import io.flagstone.internal.checkpoint.CheckpointDirectory;
import io.flagstone.internal.checkpoint.CheckpointStorage;
import io.flagstone.internal.checkpoint.CheckpointWriter;
import io.flagstone.internal.checkpoint.Superblock;
import io.flagstone.internal.memory.Uninterrupted;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.SegmentImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.EpochNanoClock;

/**
 * Writes checkpoints of a cache, one at a time. Takes the image of one segment after the other; the
 * calling thread writes to the file between two steps, without a lock.
 *
 * <p>If writers change more entries between two steps than the buffer holds, the image of the
 * segment is taken again, with a larger buffer and longer steps.
 *
 * <p>Thread-safe.
 */
final class Checkpoints {
    /** So short that a writer still spins when the lock is free again. */
    static final int STEP_ENTRIES = 8;

    static final int STEP_BYTES = 8 << 10;
    private static final int BUFFER_BYTES = 4 << 20;

    /** The number of times that the image of a segment is begun. */
    private static final int ATTEMPTS = 3;

    /** How much larger steps and buffer become after a failure, as a power of two. */
    private static final int GROWTH_SHIFT = 2;

    private static final int MAX_SHIFT = 4;

    private final SegmentConfig config;
    private final EpochNanoClock epochClock;
    private final int bufferBytes;
    private final AtomicBoolean running = new AtomicBoolean();

    Checkpoints(SegmentConfig config, EpochNanoClock epochClock) {
        this(config, epochClock, BUFFER_BYTES);
    }

    private Checkpoints(SegmentConfig config, EpochNanoClock epochClock, int bufferBytes) {
        this.config = config;
        this.epochClock = epochClock;
        this.bufferBytes = bufferBytes;
    }

    /** Returns the same with another buffer, for tests. */
    Checkpoints withBuffer(int bytes) {
        return new Checkpoints(config, epochClock, bytes);
    }

    CheckpointReport write(Segment[] segments, Path directory) throws IOException {
        segments[0].refuseCallback();
        if (!running.compareAndSet(false, true)) {
            throw new IllegalStateException("another checkpoint of this cache is being written");
        }
        try {
            return Uninterrupted.run(() -> writeTo(segments, directory));
        } finally {
            running.set(false);
        }
    }

    private CheckpointReport writeTo(Segment[] segments, Path directory) throws IOException {
        try (CheckpointStorage storage = CheckpointDirectory.open(directory)) {
            return write(segments, storage);
        }
    }

    /** Writes a checkpoint. No other one may be running. */
    CheckpointReport write(Segment[] segments, CheckpointStorage storage) throws IOException {
        final ClockPair start = ClockPair.read(config.times().clock(), epochClock);
        final long offsetNs = start.wallNs(config.times().birthNs());
        try (CheckpointWriter writer = CheckpointWriter.create(storage, start.wallNs())) {
            int shift = 0;
            SegmentImage image = segments[0].newImage(offsetNs, bufferBytes);
            for (int number = 0; number < segments.length; number++) {
                writer.beginSegment(number);
                int attempt = 1;
                while (!take(segments[number], image, writer, shift)) {
                    writer.rewind();
                    checkAttempts(attempt++, number, image);
                    shift = Math.min(shift + GROWTH_SHIFT, MAX_SHIFT);
                    image = segments[0].newImage(offsetNs, bufferBytes << shift);
                }
            }
            final Superblock written = writer.commit();
            return new CheckpointReport(
                    written.generation(),
                    written.entries(),
                    written.fileLength(),
                    config.times().clock().nanoTime() - start.clockNs());
        }
    }

    private static void checkAttempts(int attempt, int number, SegmentImage image) {
        if (attempt == ATTEMPTS) {
            throw new IllegalStateException(
                    "the checkpoint was given up after "
                            + ATTEMPTS
                            + " attempts: segment "
                            + number
                            + (image.failure() == SegmentImage.Failure.SEGMENT_RESET
                                    ? " was emptied after an error"
                                    : " changes faster than the file can be written"));
        }
    }

    /** Returns whether the image is complete. */
    private static boolean take(
            Segment segment, SegmentImage image, CheckpointWriter writer, int shift)
            throws IOException {
        image.prepare();
        try {
            segment.beginImage(image);
            boolean more = true;
            while (more) {
                more = segment.stepImage(image, STEP_ENTRIES << shift, STEP_BYTES << shift);
                writer.append(image.records(), image.length());
            }
            return image.failure() == null;
        } finally {
            segment.endImage();
        }
    }
}
