// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.CacheBuilder;
import io.flagstone.api.RemovalCause;
import io.flagstone.feed.Change;
import io.flagstone.replication.codecs.Cause;
import io.flagstone.replication.codecs.ChangeEncoder;
import io.flagstone.replication.codecs.GapEncoder;
import io.flagstone.replication.codecs.HeartbeatEncoder;
import io.flagstone.replication.codecs.Kind;
import io.flagstone.replication.codecs.MessageHeaderEncoder;
import io.flagstone.replication.codecs.PieceEncoder;
import io.flagstone.replication.codecs.SyncBeginEncoder;
import io.flagstone.replication.codecs.SyncEndEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * Writes the messages of a primary.
 *
 * <p>Not thread-safe. Allocates nothing.
 */
final class Messages {
    private static final int HEADER_BYTES = MessageHeaderEncoder.ENCODED_LENGTH;

    /** The bytes of a change without its key and its value. */
    static final int CHANGE_BYTES =
            HEADER_BYTES
                    + ChangeEncoder.BLOCK_LENGTH
                    + ChangeEncoder.keyHeaderLength()
                    + ChangeEncoder.valueHeaderLength();

    /** The bytes of a piece without its part of the change. */
    static final int PIECE_BYTES =
            HEADER_BYTES + PieceEncoder.BLOCK_LENGTH + PieceEncoder.partHeaderLength();

    /** The longest change: the key and the value are one entry of the cache. */
    static final int MAX_CHANGE_BYTES = CHANGE_BYTES + CacheBuilder.MAX_SLAB_BYTES;

    static final int SYNC_BEGIN_BYTES = HEADER_BYTES + SyncBeginEncoder.BLOCK_LENGTH;
    static final int SYNC_END_BYTES = HEADER_BYTES + SyncEndEncoder.BLOCK_LENGTH;
    static final int GAP_BYTES = HEADER_BYTES + GapEncoder.BLOCK_LENGTH;
    static final int HEARTBEAT_BYTES = HEADER_BYTES + HeartbeatEncoder.BLOCK_LENGTH;

    private final long epoch;
    private final long primaryId;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ChangeEncoder change = new ChangeEncoder();
    private final PieceEncoder piece = new PieceEncoder();
    private final SyncBeginEncoder syncBegin = new SyncBeginEncoder();
    private final SyncEndEncoder syncEnd = new SyncEndEncoder();
    private final GapEncoder gap = new GapEncoder();
    private final HeartbeatEncoder heartbeat = new HeartbeatEncoder();

    Messages(long epoch, long primaryId) {
        this.epoch = epoch;
        this.primaryId = primaryId;
    }

    /** Returns the length of the message of a change. */
    static int length(Change from) {
        return switch (from.kind()) {
            case PUT, REMOVAL, DEADLINE -> CHANGE_BYTES + from.keyLength() + from.valueLength();
            case SYNC_BEGIN -> SYNC_BEGIN_BYTES;
            case SYNC_END -> SYNC_END_BYTES;
            case GAP -> GAP_BYTES;
        };
    }

    /** Writes the message of a change. Its length is {@link #length}. */
    void write(Change from, MutableDirectBuffer buffer, int offset) {
        switch (from.kind()) {
            case PUT, REMOVAL, DEADLINE -> writeChange(from, buffer, offset);
            case SYNC_BEGIN ->
                    syncBegin
                            .wrapAndApplyHeader(buffer, offset, header)
                            .epoch(epoch)
                            .number(from.number())
                            .primaryId(primaryId);
            case SYNC_END ->
                    syncEnd.wrapAndApplyHeader(buffer, offset, header)
                            .epoch(epoch)
                            .number(from.number());
            case GAP ->
                    gap.wrapAndApplyHeader(buffer, offset, header)
                            .epoch(epoch)
                            .number(from.number());
        }
    }

    private void writeChange(Change from, MutableDirectBuffer buffer, int offset) {
        change.wrapAndApplyHeader(buffer, offset, header)
                .epoch(epoch)
                .number(from.number())
                .deadlineNs(from.deadlineNs())
                .kind(kind(from))
                .cause(cause(from.cause()))
                .flags()
                .clear()
                .isCopy(from.isCopy())
                .isSliding(from.isSliding());
        change.putKey(from.buffer(), from.keyOffset(), from.keyLength());
        change.putValue(from.buffer(), from.valueOffset(), from.valueLength());
    }

    private static Kind kind(Change from) {
        return switch (from.kind()) {
            case REMOVAL -> Kind.REMOVAL;
            case DEADLINE -> Kind.DEADLINE;
            default -> Kind.PUT;
        };
    }

    private static Cause cause(RemovalCause from) {
        if (from == null) {
            return Cause.NULL_VAL;
        }
        return switch (from) {
            case EVICTED -> Cause.EVICTED;
            case EXPIRED -> Cause.EXPIRED;
            case REPLACED -> Cause.REPLACED;
            case REMOVED -> Cause.REMOVED;
        };
    }

    /** Writes a part of a change that is already written elsewhere. */
    void writePiece(
            long number,
            MutableDirectBuffer whole,
            int wholeLength,
            int partOffset,
            int partLength,
            MutableDirectBuffer buffer,
            int offset) {
        piece.wrapAndApplyHeader(buffer, offset, header)
                .epoch(epoch)
                .number(number)
                .totalLength(wholeLength)
                .partOffset(partOffset)
                .putPart(whole, partOffset, partLength);
    }

    void writeHeartbeat(long number, long timeNs, MutableDirectBuffer buffer, int offset) {
        heartbeat
                .wrapAndApplyHeader(buffer, offset, header)
                .epoch(epoch)
                .number(number)
                .primaryId(primaryId)
                .timeNs(timeNs);
    }
}
