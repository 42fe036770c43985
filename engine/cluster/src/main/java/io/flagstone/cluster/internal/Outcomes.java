// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import java.util.Arrays;

/**
 * The outcomes of a client's latest writes, by sequence number, so that a request that arrives
 * twice takes effect once.
 *
 * <p>A client has at most a window of requests under way, and says which is the oldest one that it
 * has no response to. So the outcomes before that are not needed, and the window bounds the rest.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
public final class Outcomes {
    /** The client has the response already, or has given the request up. */
    public static final int STALE = -1;

    /** The sequence number is beyond the window. */
    public static final int BEYOND = -2;

    /** The request has not been executed. */
    public static final int NEW = -3;

    private static final long NONE = -1;

    private final long clientId;
    private final long[] sequences;
    private final long[] numbers;
    private final byte[] statuses;
    private long lastActiveNs;
    private long oldest;

    Outcomes(long clientId, int window, long nowNs) {
        this.clientId = clientId;
        this.sequences = new long[window];
        this.numbers = new long[window];
        this.statuses = new byte[window];
        this.lastActiveNs = nowNs;
        Arrays.fill(sequences, NONE);
    }

    /**
     * Looks a request up.
     *
     * @param oldestPending the oldest request that the client has no response to.
     * @return the status of its outcome, or {@link #STALE}, {@link #BEYOND} or {@link #NEW}.
     */
    public int find(long sequence, long oldestPending, long nowNs) {
        lastActiveNs = nowNs;
        oldest = Math.max(oldest, oldestPending);
        if (sequence < oldest) {
            return STALE;
        }
        if (sequence - oldest >= sequences.length) {
            return BEYOND;
        }
        final int slot = slot(sequence);
        return sequences[slot] == sequence ? statuses[slot] : NEW;
    }

    /** Returns the number of an outcome that {@link #find} found. */
    public long number(long sequence) {
        return numbers[slot(sequence)];
    }

    byte status(long sequence) {
        return statuses[slot(sequence)];
    }

    /** Keeps the outcome of a request. */
    public void put(long sequence, byte status, long number) {
        final int slot = slot(sequence);
        sequences[slot] = sequence;
        numbers[slot] = number;
        statuses[slot] = status;
    }

    private int slot(long sequence) {
        return (int) (sequence % sequences.length);
    }

    long clientId() {
        return clientId;
    }

    long lastActiveNs() {
        return lastActiveNs;
    }

    long oldest() {
        return oldest;
    }

    void restore(long activeNs, long oldestPending) {
        lastActiveNs = activeNs;
        oldest = oldestPending;
    }

    int window() {
        return sequences.length;
    }

    /** Returns the sequence number in a slot if its outcome may still be asked for, or -1. */
    long sequenceAt(int slot) {
        return sequences[slot] >= oldest ? sequences[slot] : NONE;
    }
}
