// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import org.agrona.concurrent.NanoClock;

/**
 * The clock of the cache during a replay. Its time is that of the input, however fast the replay
 * runs. It starts at 0. It never goes back, as the cache requires; steps back are counted instead.
 */
public final class ReplayClock implements NanoClock {
    private long originNs;
    private boolean started;
    private long nowNs;
    private long heldBack;

    /**
     * Advances the clock to a time of the input.
     *
     * @param tapeNs the time of the input in nanoseconds; the first one becomes 0.
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
     * Returns how often the clock was held because the time of the input went back.
     *
     * @return the number of steps whose time was before that of the clock.
     */
    public long heldBack() {
        return heldBack;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }
}
