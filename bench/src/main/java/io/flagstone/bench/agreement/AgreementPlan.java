// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.util.List;

/**
 * The extent of a measurement.
 *
 * @param systems what to measure.
 * @param windows the numbers of puts under way, for throughput.
 * @param rounds the number of rounds, each with new members.
 * @param seconds how long each step of a round takes.
 * @param warmUp seconds of work before the first step of a round.
 * @param sync whether members write their logs to the device before they acknowledge an entry.
 */
public record AgreementPlan(
        List<AgreementSystem> systems,
        List<Integer> windows,
        int rounds,
        int seconds,
        int warmUp,
        boolean sync) {
    /** Copies the lists. */
    public AgreementPlan {
        systems = List.copyOf(systems);
        windows = List.copyOf(windows);
    }

    /** Returns the most requests that a client ever has under way. */
    int largestWindow() {
        return windows.stream().mapToInt(Integer::intValue).max().orElse(1);
    }
}
