// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import org.agrona.concurrent.NanoClock;

/**
 * The cache's clock during a replay: time passes as the tape says, whatever the replay's own speed.
 * It begins at zero and never goes back, since a cache's clock must not; steps back are counted.
 */
public final class ReplayClock implements NanoClock {
    private long originNs;
    private boolean started;
    private long nowNs;
    private long heldBack;

    /**
     * Moves to a time of the tape.
     *
     * @param tapeNs the tape's own time; the first one given becomes zero.
     * @return whether the clock moved.
     */
    public boolean advanceTo(long tapeNs) {
        if (!started) {
            started = true;
            originNs = tapeNs;
        }
        final long next = tapeNs - originNs;
        if (next < nowNs) {
            heldBack++;
        }
        final boolean moves = next > nowNs;
        nowNs = Math.max(nowNs, next);
        return moves;
    }

    /**
     * How often the tape's time went back.
     *
     * @return steps whose time lay before the clock's, during which the clock stood still.
     */
    public long heldBack() {
        return heldBack;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }
}
