// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.RemovalCause;
import io.flagstone.feed.ChangeApplier;
import org.agrona.DirectBuffer;

/**
 * Applies recorded changes with consecutive numbers, and stops at the first that is not the next.
 *
 * <p>Not thread-safe. Allocates nothing in steady state.
 */
final class JournalReader implements StreamHandler {
    private final ChangeApplier applier;
    private final long epoch;
    private long number;
    private long applied;
    private long refused;
    private JournalEnd end;
    private String detail = "";

    /**
     * Creates a reader.
     *
     * @param number the number of the last change that is applied already.
     */
    JournalReader(ChangeApplier applier, long epoch, long number) {
        this.applier = applier;
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

    long refused() {
        return refused;
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
    public void onPut(
            DirectBuffer buffer,
            int keyOffset,
            int keyLength,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean isSliding) {
        try {
            applier.put(
                    buffer, keyOffset, keyLength, valueOffset, valueLength, deadlineNs, isSliding);
        } catch (final EntryTooLargeException e) {
            // A miss is allowed; the value before it is not.
            refused++;
            applier.remove(buffer, keyOffset, keyLength, RemovalCause.REMOVED);
        }
    }

    @Override
    public void onRemoval(DirectBuffer buffer, int keyOffset, int keyLength, RemovalCause cause) {
        applier.remove(buffer, keyOffset, keyLength, cause);
    }

    @Override
    public void onDeadline(
            DirectBuffer buffer, int keyOffset, int keyLength, long deadlineNs, boolean isSliding) {
        applier.deadline(buffer, keyOffset, keyLength, deadlineNs, isSliding);
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
