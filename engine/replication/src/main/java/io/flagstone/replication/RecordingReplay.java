// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.archive.client.AeronArchive;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

/**
 * Reads a recording up to the last whole frame before a damage.
 *
 * <p>An archive that meets damage ends the replay and takes back what the reader has not read yet.
 * So the rest is replayed in ever smaller parts, until the frame that is damaged is the next one.
 *
 * <p>Waits for the archive. Not thread-safe.
 */
final class RecordingReplay {
    private static final int FRAGMENTS_PER_CYCLE = 256;

    private final AeronArchive archive;
    private final String channel;
    private final int streamId;
    private final long stallNs;
    private final FragmentHandler handler;
    private final BooleanSupplier isStopped;
    private String problem = "";

    RecordingReplay(
            AeronArchive archive,
            String channel,
            int streamId,
            long stallNs,
            FragmentHandler handler,
            BooleanSupplier isStopped) {
        this.archive = archive;
        this.channel = channel;
        this.streamId = streamId;
        this.stallNs = stallNs;
        this.handler = handler;
        this.isStopped = isStopped;
    }

    /** Returns how far a recording goes. */
    long end(long recordingId) {
        final long stop = archive.getStopPosition(recordingId);
        return stop == AeronArchive.NULL_POSITION
                ? archive.getRecordingPosition(recordingId)
                : stop;
    }

    /**
     * Passes the frames between two positions to the handler, until it stops.
     *
     * @return the position up to which all was passed.
     */
    long read(long recordingId, long from, long to) {
        long position = from;
        long limit = to;
        long length = to - from;
        while (length > 0 && !isStopped.getAsBoolean()) {
            // A frame that begins before the end of a part is replayed as a whole.
            final long reached = replay(recordingId, position, length);
            if (reached - position < length) {
                if (length <= FrameDescriptor.FRAME_ALIGNMENT) {
                    break;
                }
                limit = Math.min(limit, position + length);
            }
            position = reached;
            length = part(position, limit, to);
        }
        return position;
    }

    /** Returns half of what is left before the damage, in whole units of a frame. */
    private static long part(long position, long limit, long to) {
        final long half = (limit - position) / 2 & -FrameDescriptor.FRAME_ALIGNMENT;
        return position >= to ? 0 : Math.max(FrameDescriptor.FRAME_ALIGNMENT, half);
    }

    /** Returns what the archive said when a replay ended too early. */
    String problem() {
        return problem;
    }

    private long replay(long recordingId, long from, long length) {
        try (Subscription subscription =
                archive.replay(recordingId, from, length, channel, streamId)) {
            return poll(subscription, from, from + length);
        } catch (final RuntimeException e) {
            problem = String.valueOf(e.getMessage());
            return from;
        }
    }

    private long poll(Subscription subscription, long from, long to) {
        final NanoClock clock = archive.context().aeron().context().nanoClock();
        final IdleStrategy idle = archive.context().idleStrategy();
        long position = from;
        long progressNs = clock.nanoTime();
        Image image = null;
        while (position < to && !isStopped.getAsBoolean()) {
            int work = invoke();
            if (image == null && subscription.imageCount() > 0) {
                image = subscription.imageAtIndex(0);
            }
            if (image != null) {
                // Asked first, so that what came before the end is read.
                final boolean isClosed = image.isClosed();
                final int fragments = isClosed ? 0 : image.poll(handler, FRAGMENTS_PER_CYCLE);
                work += fragments;
                final long reached = image.position();
                if (reached > position) {
                    position = reached;
                    progressNs = clock.nanoTime();
                }
                if (isClosed || fragments == 0 && image.isEndOfStream() && position < to) {
                    note();
                    break;
                }
            }
            if (clock.nanoTime() - progressNs > stallNs) {
                problem = "the archive sent nothing for " + stallNs + " ns";
                break;
            }
            idle.idle(work);
        }
        return position;
    }

    private void note() {
        final String answer = archive.pollForErrorResponse();
        problem = answer == null ? "the archive ended the replay" : answer;
    }

    private int invoke() {
        int work = 0;
        final AgentInvoker conductor = archive.context().aeron().conductorAgentInvoker();
        if (conductor != null) {
            work += conductor.invoke();
        }
        final AgentInvoker invoker = archive.context().agentInvoker();
        if (invoker != null) {
            work += invoker.invoke();
        }
        return work;
    }
}
