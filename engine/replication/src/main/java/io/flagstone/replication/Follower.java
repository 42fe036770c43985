// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.feed.ChangeApplier;
import org.agrona.ErrorHandler;

/**
 * Decides which messages a replica applies, and applies them.
 *
 * <p>It follows one source at a time: the one with the highest epoch, and of two with the same
 * epoch the one that it followed first, until that is lost. It applies changes whose numbers are
 * consecutive. When one is missing, it waits for the next synchronisation.
 *
 * <p>Knows nothing of Aeron and of time. Any thread may call {@link #state} and {@link
 * #isComplete}; otherwise not thread-safe. Allocates nothing.
 */
final class Follower extends StreamApplier {
    private final ErrorHandler errorHandler;

    /** The source of the message that is being read. */
    private Object source;

    private Object followed;

    // Any thread may read these three. They change before the contents do.
    private volatile ReplicaState state = ReplicaState.JOINING;
    private volatile boolean isLost;
    private volatile boolean isComplete;

    private long epoch = Epochs.NONE;
    private long primaryId;

    /** The number of the last change that was applied, or is being applied. */
    private long applied;

    /** The highest number that was heard of. */
    private long seen;

    private long heartbeatNs;
    private long heard;
    private long ignored;
    private long gaps;
    private long joins;

    /** The resets of the cache's segments that its present contents have outlived. */
    private long resets;

    Follower(ChangeApplier applier, ErrorHandler errorHandler) {
        super(applier);
        this.errorHandler = errorHandler;
    }

    /** Says where the next messages come from. */
    void from(Object next) {
        source = next;
    }

    @Override
    public boolean accepts(long ofMessage) {
        final boolean isFollowed = source == followed && ofMessage == epoch;
        if (state == ReplicaState.PROMOTED || ofMessage < epoch) {
            ignored++;
            return false;
        }
        if (!isFollowed) {
            if (ofMessage == epoch && followed != null && !isLost) {
                ignored++;
                return false;
            }
            follow(ofMessage);
        }
        heard++;
        isLost = false;
        return true;
    }

    private void follow(long ofMessage) {
        followed = source;
        epoch = ofMessage;
        state = ReplicaState.JOINING;
        primaryId = 0;
        applied = 0;
        seen = 0;
    }

    @Override
    public boolean begins(long number, boolean isCopy) {
        return advance(number) && !(isCopy && state == ReplicaState.LIVE);
    }

    /** Takes note of a number. Returns whether it is the next after those that were applied. */
    private boolean advance(long number) {
        seen = Math.max(seen, number);
        if (state == ReplicaState.JOINING) {
            return false;
        }
        if (number == applied + 1) {
            applied = number;
            return true;
        }
        missed();
        return false;
    }

    private void missed() {
        if (state != ReplicaState.JOINING) {
            gaps++;
            joinAgain();
        }
    }

    private void joinAgain() {
        state = ReplicaState.JOINING;
        applied = 0;
    }

    @Override
    void onRefused(EntryTooLargeException problem) {
        errorHandler.onError(problem);
    }

    /** Gives up the contents. */
    @Override
    void onFailed(Throwable problem) {
        isComplete = false;
        missed();
        resets = applier().ownResets();
        errorHandler.onError(problem);
    }

    /**
     * Gives up the contents if an Error has emptied a segment of the cache, also one in a reader's
     * thread. Called before anything is acknowledged.
     */
    void checkResets() {
        if (state != ReplicaState.PROMOTED && applier().ownResets() != resets) {
            onFailed(
                    new IllegalStateException(
                            "an Error has emptied a segment of the replica: ownResets="
                                    + applier().ownResets()));
        }
    }

    @Override
    public void onSyncBegin(long number, long ofPrimary) {
        checkPrimary(ofPrimary);
        seen = Math.max(seen, number);
        if (state == ReplicaState.LIVE && number == applied + 1) {
            applied = number;
            return;
        }
        state = ReplicaState.SYNCHRONISING;
        isComplete = false;
        applied = number;
        try {
            applier().clear();
            resets = applier().ownResets();
        } catch (final Throwable e) {
            failed(e);
        }
    }

    @Override
    public void onSyncEnd(long number) {
        if (advance(number) && state == ReplicaState.SYNCHRONISING) {
            state = ReplicaState.LIVE;
            isComplete = true;
            joins++;
        }
    }

    @Override
    public void onGap(long number) {
        seen = Math.max(seen, number);
        missed();
    }

    @Override
    public void onHeartbeat(long number, long ofPrimary, long timeNs) {
        checkPrimary(ofPrimary);
        seen = Math.max(seen, number);
        heartbeatNs = timeNs;
        // The primary sends heartbeats after the changes that they count.
        if (number > applied) {
            missed();
        }
    }

    /** Joins again if the primary was started again and its stream looks the same. */
    private void checkPrimary(long ofPrimary) {
        if (primaryId != ofPrimary) {
            follow(epoch);
            primaryId = ofPrimary;
        }
    }

    @Override
    public void onMalformed(String problem) {
        missed();
        errorHandler.onError(new IllegalStateException(problem));
    }

    /** Takes note that the primary was not heard of for too long. */
    void lose() {
        isLost = state != ReplicaState.PROMOTED && followed != null;
    }

    /** Takes note that the source it follows has ended. What comes next comes from another. */
    void end() {
        lose();
        followed = null;
        primaryId = 0;
        if (state != ReplicaState.PROMOTED) {
            joinAgain();
        }
    }

    /** Becomes a primary. Returns its epoch. */
    long promote(int replicaId) {
        applier().promote();
        state = ReplicaState.PROMOTED;
        isLost = false;
        followed = null;
        epoch = Epochs.next(epoch, replicaId);
        return epoch;
    }

    Object followed() {
        return followed;
    }

    ReplicaState state() {
        return isLost ? ReplicaState.LOST : state;
    }

    /** Returns whether the cache holds what the primary held at some position of its feed. */
    boolean isComplete() {
        return isComplete;
    }

    /** Returns whether it is known of whom to ask for a synchronisation. */
    boolean canAsk() {
        return state == ReplicaState.JOINING && !isLost && primaryId != 0;
    }

    long epoch() {
        return epoch;
    }

    long primaryId() {
        return primaryId;
    }

    /** Returns the number of the last change that was applied, or 0 if some are missing. */
    long applied() {
        return state == ReplicaState.LIVE ? applied : 0;
    }

    long seen() {
        return seen;
    }

    /** Returns how many changes are known and not applied. */
    long lagRecords() {
        return seen - applied;
    }

    /** Returns the time of the last heartbeat, in nanoseconds since 1970. */
    long heartbeatNs() {
        return heartbeatNs;
    }

    /** Returns how many messages were accepted. */
    long heard() {
        return heard;
    }

    long ignored() {
        return ignored;
    }

    long gaps() {
        return gaps;
    }

    long joins() {
        return joins;
    }
}
