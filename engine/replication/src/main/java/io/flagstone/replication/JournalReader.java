// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.feed.ChangeApplier;

/**
 * Applies recorded changes with consecutive numbers. Stops at the first that is not the next, or
 * that cannot be applied.
 *
 * <p>Not thread-safe. Allocates nothing in steady state.
 */
final class JournalReader extends StreamApplier {
    private final long epoch;
    private long number;
    private long applied;
    private JournalEnd end;
    private String detail = "";

    /**
     * Creates a reader.
     *
     * @param applier the applier of the restored cache.
     * @param epoch the epoch of the recorded primary.
     * @param number the number of the last change that the cache has.
     */
    JournalReader(ChangeApplier applier, long epoch, long number) {
        super(applier);
        this.epoch = epoch;
        this.number = number;
    }

    boolean isStopped() {
        return end != null;
    }

    void stop(JournalEnd reason, String what) {
        if (end == null) {
            end = reason;
            detail = what;
        }
    }

    /** Returns why it has stopped, or null. */
    JournalEnd end() {
        return end;
    }

    String detail() {
        return detail;
    }

    long number() {
        return number;
    }

    long applied() {
        return applied;
    }

    @Override
    public boolean accepts(long ofMessage) {
        if (ofMessage != epoch) {
            stop(JournalEnd.MALFORMED, "the recording is of epoch " + ofMessage + ", not " + epoch);
        }
        return end == null;
    }

    private boolean advance(long next) {
        if (next != number + 1) {
            stop(JournalEnd.MISSING, "change " + next + " follows change " + number);
            return false;
        }
        number = next;
        return true;
    }

    @Override
    public boolean begins(long next, boolean isCopy) {
        if (!advance(next)) {
            return false;
        }
        applied++;
        return true;
    }

    @Override
    void onRefused(EntryTooLargeException problem) {
        // Counted: see refused().
    }

    @Override
    void onFailed(Throwable problem) {
        stop(JournalEnd.MALFORMED, "change " + number + " cannot be applied: " + problem);
        number--;
        applied--;
    }

    @Override
    public void onSyncBegin(long next, long primaryId) {
        advance(next);
    }

    @Override
    public void onSyncEnd(long next) {
        advance(next);
    }

    @Override
    public void onGap(long next) {
        stop(JournalEnd.GAP, "changes were lost before change " + next);
    }

    @Override
    public void onHeartbeat(long last, long primaryId, long timeNs) {
        if (last != number) {
            stop(
                    JournalEnd.MISSING,
                    "change " + last + " was sent, and change " + number + " is the last");
        }
    }

    @Override
    public void onMalformed(String problem) {
        stop(JournalEnd.MALFORMED, problem);
    }
}
