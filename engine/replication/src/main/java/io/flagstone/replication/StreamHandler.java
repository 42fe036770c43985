// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.api.RemovalCause;
import org.agrona.DirectBuffer;

/** Takes the messages of a primary, in the order of its stream. */
interface StreamHandler {
    /**
     * Returns whether a message is from the primary that the receiver follows. Called before the
     * message. If it returns false, the message is left out.
     */
    boolean accepts(long epoch);

    /**
     * Returns whether a change is to be applied. Called before the change, once for each number.
     *
     * @param isCopy whether nothing changed, and a synchronisation tells the state.
     */
    boolean begins(long number, boolean isCopy);

    /** Takes a value. */
    void onPut(
            DirectBuffer buffer,
            int keyOffset,
            int keyLength,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean isSliding);

    /** Takes a removal. */
    void onRemoval(DirectBuffer buffer, int keyOffset, int keyLength, RemovalCause cause);

    /** Takes a deadline. */
    void onDeadline(
            DirectBuffer buffer, int keyOffset, int keyLength, long deadlineNs, boolean isSliding);

    /** Takes the begin of a synchronisation. */
    void onSyncBegin(long number, long primaryId);

    /** Takes the end of a synchronisation. */
    void onSyncEnd(long number);

    /** Takes the news that changes were lost. */
    void onGap(long number);

    /** Takes a heartbeat. */
    void onHeartbeat(long number, long primaryId, long timeNs);

    /** Takes a message that makes no sense. */
    void onMalformed(String problem);
}
