// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.ExclusivePublication;
import io.aeron.logbuffer.BufferClaim;
import io.flagstone.replication.codecs.FenceEncoder;
import io.flagstone.replication.codecs.JoinRequestEncoder;
import io.flagstone.replication.codecs.MessageHeaderEncoder;
import io.flagstone.replication.codecs.State;
import io.flagstone.replication.codecs.StatusEncoder;

/**
 * Sends the messages of a replica. Not thread-safe. Allocates nothing.
 *
 * <p>A message that the publication does not take is dropped. The next one says more.
 */
final class StatusWriter {
    private static final int HEADER_BYTES = MessageHeaderEncoder.ENCODED_LENGTH;

    private final int replicaId;
    private final BufferClaim claim = new BufferClaim();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final StatusEncoder status = new StatusEncoder();
    private final JoinRequestEncoder request = new JoinRequestEncoder();
    private final FenceEncoder fence = new FenceEncoder();
    private ExclusivePublication publication;

    StatusWriter(int replicaId) {
        this.replicaId = replicaId;
    }

    /** Sends to another publication from now on. */
    void use(ExclusivePublication next) {
        publication = next;
    }

    /**
     * Sends what the replica has.
     *
     * @return whether the publication took it.
     */
    boolean sendStatus(
            long epoch, long primaryId, long number, ReplicaState state, long ownEvictions) {
        if (!tryClaim(HEADER_BYTES + StatusEncoder.BLOCK_LENGTH)) {
            return false;
        }
        status.wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
                .replicaId(replicaId)
                .epoch(epoch)
                .primaryId(primaryId)
                .number(number)
                .ownEvictions(ownEvictions)
                .state(state(state));
        claim.commit();
        return true;
    }

    /** Asks for a synchronisation. */
    boolean sendJoinRequest(long epoch, long primaryId, long number) {
        if (!tryClaim(HEADER_BYTES + JoinRequestEncoder.BLOCK_LENGTH)) {
            return false;
        }
        request.wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
                .replicaId(replicaId)
                .epoch(epoch)
                .primaryId(primaryId)
                .number(number);
        claim.commit();
        return true;
    }

    /** Says that primaries of lower epochs must stop. */
    boolean sendFence(long epoch) {
        if (!tryClaim(HEADER_BYTES + FenceEncoder.BLOCK_LENGTH)) {
            return false;
        }
        fence.wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
                .replicaId(replicaId)
                .epoch(epoch);
        claim.commit();
        return true;
    }

    private boolean tryClaim(int length) {
        return publication != null && publication.tryClaim(length, claim) > 0;
    }

    private static State state(ReplicaState from) {
        return switch (from) {
            case JOINING -> State.JOINING;
            case SYNCHRONISING -> State.SYNCHRONISING;
            case LIVE -> State.LIVE;
            case LOST -> State.LOST;
            case PROMOTED -> State.PROMOTED;
        };
    }

    /** Returns the state that a message names, or {@code JOINING} for one of a later version. */
    static ReplicaState state(State from) {
        return switch (from) {
            case SYNCHRONISING -> ReplicaState.SYNCHRONISING;
            case LIVE -> ReplicaState.LIVE;
            case LOST -> ReplicaState.LOST;
            case PROMOTED -> ReplicaState.PROMOTED;
            default -> ReplicaState.JOINING;
        };
    }
}
