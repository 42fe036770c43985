// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.ArchiveException;
import io.aeron.archive.codecs.SourceLocation;
import org.agrona.CloseHelper;

/**
 * The recording of a publisher's stream, and the client of the archive that makes it.
 *
 * <p>Every call waits for the archive's answer. Not thread-safe.
 */
final class Recording implements AutoCloseable {
    private final AeronArchive archive;
    private final String channel;
    private final int streamId;
    private boolean isStarted;
    private int sessionId;
    private long id = Aeron.NULL_VALUE;
    private long startPosition;
    private int termBytes;
    private int segmentBytes;

    Recording(AeronArchive archive, String channel, int streamId) {
        this.archive = archive;
        this.channel = channel;
        this.streamId = streamId;
    }

    /** Returns whether a session is being recorded, as far as is known. */
    boolean isOf(int session) {
        return id != Aeron.NULL_VALUE && sessionId == session;
    }

    long id() {
        return id;
    }

    /**
     * Looks for the recording of a session. Has it recorded if nobody has done so.
     *
     * @return whether it is being recorded now.
     */
    boolean find(int session) {
        if (!isStarted) {
            start();
            isStarted = true;
        }
        id = Aeron.NULL_VALUE;
        final long found = archive.findLastMatchingRecording(0, "", streamId, session);
        if (found == Aeron.NULL_VALUE
                || archive.getRecordingPosition(found) == AeronArchive.NULL_POSITION) {
            return false;
        }
        describe(found);
        sessionId = session;
        id = found;
        return true;
    }

    private void start() {
        try {
            archive.startRecording(channel, streamId, SourceLocation.LOCAL);
        } catch (final ArchiveException e) {
            // Another journal has had it recorded. It goes on.
            if (e.errorCode() != ArchiveException.ACTIVE_SUBSCRIPTION) {
                throw e;
            }
        }
    }

    private void describe(long recordingId) {
        archive.listRecording(
                recordingId,
                (controlSessionId,
                        correlationId,
                        listedId,
                        startTimestamp,
                        stopTimestamp,
                        start,
                        stop,
                        initialTermId,
                        segmentFileLength,
                        termBufferLength,
                        mtuLength,
                        session,
                        stream,
                        strippedChannel,
                        originalChannel,
                        sourceIdentity) -> {
                    startPosition = start;
                    termBytes = termBufferLength;
                    segmentBytes = segmentFileLength;
                });
    }

    /**
     * Returns how far the archive is.
     *
     * @throws IllegalStateException if it does not record any more.
     */
    long position() {
        final long position = archive.getRecordingPosition(id);
        if (position == AeronArchive.NULL_POSITION) {
            throw new IllegalStateException("the archive does not record any more: id=" + id);
        }
        return position;
    }

    /** Deletes the segments that are wholly before a position. */
    void purgeBefore(long position) {
        final long base =
                AeronArchive.segmentFileBasePosition(
                        startPosition, position, termBytes, segmentBytes);
        if (base > startPosition) {
            archive.purgeSegments(id, base);
            startPosition = base;
        }
    }

    /** Deletes another recording, if it is still there. */
    void purge(long otherId) {
        try {
            archive.purgeRecording(otherId);
        } catch (final ArchiveException e) {
            if (e.errorCode() != ArchiveException.UNKNOWN_RECORDING) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(archive);
    }
}
