// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.api.RemovalCause;
import io.flagstone.replication.codecs.Cause;
import io.flagstone.replication.codecs.ChangeDecoder;
import io.flagstone.replication.codecs.GapDecoder;
import io.flagstone.replication.codecs.HeartbeatDecoder;
import io.flagstone.replication.codecs.MessageHeaderDecoder;
import io.flagstone.replication.codecs.PieceDecoder;
import io.flagstone.replication.codecs.SyncBeginDecoder;
import io.flagstone.replication.codecs.SyncEndDecoder;
import org.agrona.DirectBuffer;

/**
 * Reads the messages of a primary. It puts changes together that were sent in pieces.
 *
 * <p>Not thread-safe. Allocates only when a change in pieces is longer than any before.
 */
final class MessageReader {
    private final StreamHandler handler;
    private final PieceBuffer pieces = new PieceBuffer();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ChangeDecoder change = new ChangeDecoder();
    private final PieceDecoder piece = new PieceDecoder();
    private final SyncBeginDecoder syncBegin = new SyncBeginDecoder();
    private final SyncEndDecoder syncEnd = new SyncEndDecoder();
    private final GapDecoder gap = new GapDecoder();
    private final HeartbeatDecoder heartbeat = new HeartbeatDecoder();

    MessageReader(StreamHandler handler) {
        this.handler = handler;
    }

    /** Forgets the pieces of a change that is not complete. */
    void reset() {
        pieces.reset();
    }

    /** Reads a message and passes it to the handler. Leaves out messages that it does not know. */
    void read(DirectBuffer buffer, int offset, int length) {
        final String problem = tryRead(buffer, offset, length);
        if (problem != null) {
            pieces.reset();
            handler.onMalformed(problem);
        }
    }

    /** Returns what is wrong with the message, or null. */
    private String tryRead(DirectBuffer buffer, int offset, int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return "message without a header: length=" + length;
        }
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            return "message of another schema: schemaId=" + header.schemaId();
        }
        final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        final int end = offset + length;
        final int block = header.blockLength();
        final int version = header.version();
        if (body + block > end || block < leastBlock(header.templateId())) {
            return "message is cut off: length=" + length;
        }
        switch (header.templateId()) {
            case ChangeDecoder.TEMPLATE_ID -> {
                change.wrap(buffer, body, block, version);
                return handler.accepts(change.epoch()) ? readChange(buffer, end) : null;
            }
            case PieceDecoder.TEMPLATE_ID -> {
                piece.wrap(buffer, body, block, version);
                return handler.accepts(piece.epoch()) ? readPiece(buffer, end) : null;
            }
            case SyncBeginDecoder.TEMPLATE_ID -> {
                syncBegin.wrap(buffer, body, block, version);
                if (handler.accepts(syncBegin.epoch())) {
                    handler.onSyncBegin(syncBegin.number(), syncBegin.primaryId());
                }
            }
            case SyncEndDecoder.TEMPLATE_ID -> {
                syncEnd.wrap(buffer, body, block, version);
                if (handler.accepts(syncEnd.epoch())) {
                    handler.onSyncEnd(syncEnd.number());
                }
            }
            case GapDecoder.TEMPLATE_ID -> {
                gap.wrap(buffer, body, block, version);
                if (handler.accepts(gap.epoch())) {
                    handler.onGap(gap.number());
                }
            }
            case HeartbeatDecoder.TEMPLATE_ID -> {
                heartbeat.wrap(buffer, body, block, version);
                if (handler.accepts(heartbeat.epoch())) {
                    handler.onHeartbeat(
                            heartbeat.number(), heartbeat.primaryId(), heartbeat.timeNs());
                }
            }
            default -> {
                // A later version has messages that this one does not need.
            }
        }
        return null;
    }

    private static int leastBlock(int templateId) {
        return switch (templateId) {
            case ChangeDecoder.TEMPLATE_ID -> ChangeDecoder.BLOCK_LENGTH;
            case PieceDecoder.TEMPLATE_ID -> PieceDecoder.BLOCK_LENGTH;
            case SyncBeginDecoder.TEMPLATE_ID -> SyncBeginDecoder.BLOCK_LENGTH;
            case SyncEndDecoder.TEMPLATE_ID -> SyncEndDecoder.BLOCK_LENGTH;
            case GapDecoder.TEMPLATE_ID -> GapDecoder.BLOCK_LENGTH;
            case HeartbeatDecoder.TEMPLATE_ID -> HeartbeatDecoder.BLOCK_LENGTH;
            default -> 0;
        };
    }

    private String readPiece(DirectBuffer buffer, int end) {
        final long number = piece.number();
        final int lengthAt = piece.limit();
        final int part = lengthAt + PieceDecoder.partHeaderLength();
        final int partLength = part > end ? -1 : piece.partLength();
        if (partLength < 0 || partLength > end - part) {
            return "piece is cut off: number=" + number;
        }
        final String problem =
                pieces.add(
                        number, piece.totalLength(), piece.partOffset(), buffer, part, partLength);
        if (problem != null || !pieces.isComplete()) {
            return problem;
        }
        final int wholeLength = pieces.length();
        pieces.reset();
        header.wrap(pieces.buffer(), 0);
        final int body = MessageHeaderDecoder.ENCODED_LENGTH;
        if (header.templateId() != ChangeDecoder.TEMPLATE_ID
                || header.blockLength() < ChangeDecoder.BLOCK_LENGTH
                || body + header.blockLength() > wholeLength) {
            return "pieces are not those of a change: number=" + number;
        }
        change.wrap(pieces.buffer(), body, header.blockLength(), header.version());
        return readChange(pieces.buffer(), wholeLength);
    }

    private String readChange(DirectBuffer buffer, int end) {
        final long number = change.number();
        final int key = change.limit() + ChangeDecoder.keyHeaderLength();
        final int keyLength = key > end ? -1 : change.keyLength();
        if (keyLength <= 0 || keyLength > end - key) {
            return "key is cut off: number=" + number;
        }
        change.limit(key + keyLength);
        final int value = key + keyLength + ChangeDecoder.valueHeaderLength();
        final int valueLength = value > end ? -1 : change.valueLength();
        if (valueLength < 0 || valueLength > end - value) {
            return "value is cut off: number=" + number;
        }
        if (!handler.begins(number, change.flags().isCopy())) {
            return null;
        }
        switch (change.kind()) {
            case PUT ->
                    handler.onPut(
                            buffer,
                            key,
                            keyLength,
                            value,
                            valueLength,
                            change.deadlineNs(),
                            change.flags().isSliding());
            case REMOVAL -> handler.onRemoval(buffer, key, keyLength, cause(change.cause()));
            case DEADLINE ->
                    handler.onDeadline(
                            buffer,
                            key,
                            keyLength,
                            change.deadlineNs(),
                            change.flags().isSliding());
            default -> {
                return "unknown kind of change: number=" + number;
            }
        }
        return null;
    }

    private static RemovalCause cause(Cause from) {
        return switch (from) {
            case EVICTED -> RemovalCause.EVICTED;
            case EXPIRED -> RemovalCause.EXPIRED;
            case REPLACED -> RemovalCause.REPLACED;
            default -> RemovalCause.REMOVED;
        };
    }
}
