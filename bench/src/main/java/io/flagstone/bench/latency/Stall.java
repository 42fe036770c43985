// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.List;

/**
 * A stall: a read with a long service time.
 *
 * @param beginNs the time when the read began.
 * @param endNs the time when the read ended.
 * @param runDelayNs how long its thread has waited for a processor since the last stall.
 * @param stealTicks how many hundredths of a second the host has taken since the last stall.
 */
record Stall(long beginNs, long endNs, long runDelayNs, long stealTicks) {
    /** A wait of more than half of a stall is its cause. */
    private static final int SHARE = 2;

    long lengthNs() {
        return endNs - beginNs;
    }

    StallCause cause(List<Safepoint> safepoints) {
        if (safepoints.stream().anyMatch(one -> one.overlaps(beginNs, endNs))) {
            return StallCause.SAFEPOINT;
        }
        if (runDelayNs > lengthNs() / SHARE) {
            return StallCause.SCHEDULER;
        }
        return stealTicks > 0 ? StallCause.STEAL : StallCause.OWN;
    }
}
