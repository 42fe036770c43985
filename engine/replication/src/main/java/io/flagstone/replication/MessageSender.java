// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import io.flagstone.feed.Change;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends the messages of a primary. It keeps one change that the publication did not take yet, and
 * sends changes in pieces that are longer than a message.
 *
 * <p>Not thread-safe. Allocates nothing after the first change of the greatest length.
 */
final class MessageSender {
    /** The result of sending. */
    enum Outcome {
        /** The publication took it. */
        SENT,
        /** The publication has no room now. */
        LATER,
        /** Nobody listens. The message is dropped. */
        NOT_CONNECTED,
        /** The publication cannot be used any more. The message is dropped. */
        BROKEN
    }

    private final Messages messages;
    private final BufferClaim claim = new BufferClaim();
    private final UnsafeBuffer whole = new UnsafeBuffer(0, 0);
    private ExclusivePublication publication;
    private int maxMessageBytes;

    private long pendingNumber;
    private int pendingLength;
    private int pendingOffset;

    MessageSender(Messages messages) {
        this.messages = messages;
    }

    /** Sends to another publication from now on. Drops the change that waits. */
    void use(ExclusivePublication next) {
        publication = next;
        maxMessageBytes = next == null ? 0 : next.maxPayloadLength();
        pendingLength = 0;
    }

    /** Returns whether a change waits. No other may be sent meanwhile. */
    boolean isPending() {
        return pendingLength != 0;
    }

    /** Returns the number of the change that waits. */
    long pendingNumber() {
        return pendingNumber;
    }

    /** Sends a change. If the outcome is {@code LATER}, it waits for {@link #sendPending}. */
    Outcome send(Change change) {
        final int length = Messages.length(change);
        if (length <= maxMessageBytes) {
            final Outcome outcome = claim(length);
            if (outcome == Outcome.SENT) {
                messages.write(change, claim.buffer(), claim.offset());
                claim.commit();
            }
            if (outcome != Outcome.LATER) {
                return outcome;
            }
        }
        if (length > whole.capacity()) {
            whole.wrap(new byte[length]);
        }
        messages.write(change, whole, 0);
        pendingNumber = change.number();
        pendingLength = length;
        pendingOffset = 0;
        return length <= maxMessageBytes ? Outcome.LATER : sendPending();
    }

    /** Sends what waits, or as much of it as the publication takes. */
    Outcome sendPending() {
        final Outcome outcome =
                pendingLength <= maxMessageBytes ? sendPendingAtOnce() : sendPendingInPieces();
        if (outcome != Outcome.LATER) {
            pendingLength = 0;
        }
        return outcome;
    }

    private Outcome sendPendingAtOnce() {
        final Outcome outcome = claim(pendingLength);
        if (outcome == Outcome.SENT) {
            claim.buffer().putBytes(claim.offset(), whole, 0, pendingLength);
            claim.commit();
        }
        return outcome;
    }

    private Outcome sendPendingInPieces() {
        while (pendingOffset < pendingLength) {
            final int part =
                    Math.min(maxMessageBytes - Messages.PIECE_BYTES, pendingLength - pendingOffset);
            final Outcome outcome = claim(Messages.PIECE_BYTES + part);
            if (outcome != Outcome.SENT) {
                return outcome;
            }
            messages.writePiece(
                    pendingNumber,
                    whole,
                    pendingLength,
                    pendingOffset,
                    part,
                    claim.buffer(),
                    claim.offset());
            claim.commit();
            pendingOffset += part;
        }
        return Outcome.SENT;
    }

    /** Sends a heartbeat. It is dropped if the publication has no room. */
    Outcome sendHeartbeat(long number, long timeNs) {
        final Outcome outcome = claim(Messages.HEARTBEAT_BYTES);
        if (outcome == Outcome.SENT) {
            messages.writeHeartbeat(number, timeNs, claim.buffer(), claim.offset());
            claim.commit();
        }
        return outcome;
    }

    private Outcome claim(int length) {
        if (publication == null) {
            return Outcome.BROKEN;
        }
        return outcome(publication.tryClaim(length, claim));
    }

    /** Returns the outcome for a position that Aeron returned. */
    static Outcome outcome(long position) {
        if (position > 0) {
            return Outcome.SENT;
        }
        if (position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION) {
            return Outcome.LATER;
        }
        return position == Publication.NOT_CONNECTED ? Outcome.NOT_CONNECTED : Outcome.BROKEN;
    }
}
