// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.List;

/**
 * A read that took long.
 *
 * @param beginNs when it began.
 * @param endNs when it ended.
 * @param runDelayNs how long its thread has waited for a processor since the last stall.
 * @param stealTicks how many hundredths of a second the machine has lost since the last stall.
 */
record Stall(long beginNs, long endNs, long runDelayNs, long stealTicks) {
    /** A wait that explains most of a stall is its cause. */
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
