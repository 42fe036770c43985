// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.EpochNanoClock;

/**
 * One open cache, and what it is compared with.
 *
 * @param cache the cache.
 * @param configuration its settings.
 * @param ledger what it must contain.
 * @param clock the wall clock.
 * @param seed determines the operations.
 * @param fault the fault to commit, normally none.
 */
record CrashRound(
        OffHeapCache cache,
        CrashConfiguration configuration,
        Ledger ledger,
        EpochNanoClock clock,
        long seed,
        PlantedFault fault) {}
