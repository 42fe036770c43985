// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.replication.codecs.FenceDecoder;
import io.flagstone.replication.codecs.JoinRequestDecoder;
import io.flagstone.replication.codecs.MessageHeaderDecoder;
import io.flagstone.replication.codecs.StatusDecoder;
import org.agrona.DirectBuffer;

/** Reads the messages of replicas. Not thread-safe. Allocates nothing. */
final class StatusReader {
    /** Takes the messages of replicas. */
    interface Handler {
        /** Takes what a replica has. */
        void onStatus(StatusDecoder status);

        /** Takes a replica's request for a synchronisation. */
        void onJoinRequest(JoinRequestDecoder request);

        /** Takes the epoch that a replica has seen or become. */
        void onEpoch(long epoch);
    }

    private final Handler handler;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final StatusDecoder status = new StatusDecoder();
    private final JoinRequestDecoder request = new JoinRequestDecoder();
    private final FenceDecoder fence = new FenceDecoder();

    StatusReader(Handler handler) {
        this.handler = handler;
    }

    /** Reads a message. Leaves out those that it does not know, or that are cut off. */
    void read(DirectBuffer buffer, int offset, int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return;
        }
        header.wrap(buffer, offset);
        final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        final int block = header.blockLength();
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
                || block > length - MessageHeaderDecoder.ENCODED_LENGTH
                || block < leastBlock(header.templateId())) {
            return;
        }
        switch (header.templateId()) {
            case StatusDecoder.TEMPLATE_ID -> {
                status.wrap(buffer, body, block, header.version());
                handler.onEpoch(status.epoch());
                handler.onStatus(status);
            }
            case JoinRequestDecoder.TEMPLATE_ID -> {
                request.wrap(buffer, body, block, header.version());
                handler.onEpoch(request.epoch());
                handler.onJoinRequest(request);
            }
            case FenceDecoder.TEMPLATE_ID ->
                    handler.onEpoch(fence.wrap(buffer, body, block, header.version()).epoch());
            default -> {
                // A later version has messages that this one does not need.
            }
        }
    }

    private static int leastBlock(int templateId) {
        return switch (templateId) {
            case StatusDecoder.TEMPLATE_ID -> StatusDecoder.BLOCK_LENGTH;
            case JoinRequestDecoder.TEMPLATE_ID -> JoinRequestDecoder.BLOCK_LENGTH;
            case FenceDecoder.TEMPLATE_ID -> FenceDecoder.BLOCK_LENGTH;
            default -> 0;
        };
    }
}
