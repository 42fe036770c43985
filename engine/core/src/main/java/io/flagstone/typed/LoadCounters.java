// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.api.LoadStatistics;
import java.util.concurrent.atomic.LongAdder;

/** Counts the loads of a cache. Thread-safe. */
final class LoadCounters {
    final LongAdder loads = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder totalLoadNs = new LongAdder();
    final LongAdder refreshes = new LongAdder();
    final LongAdder outdated = new LongAdder();
    final LongAdder tooLarge = new LongAdder();
    final LongAdder expiredAtOnce = new LongAdder();

    LoadStatistics statistics() {
        return new LoadStatistics(
                loads.sum(),
                failures.sum(),
                totalLoadNs.sum(),
                refreshes.sum(),
                outdated.sum(),
                tooLarge.sum(),
                expiredAtOnce.sum());
    }
}
