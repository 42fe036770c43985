// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.ModelScenario.Policy.exact;
import static io.flagstone.ModelScenario.Policy.relaxed;

import java.util.concurrent.TimeUnit;

/**
 * The configurations of {@link ModelBasedTest}, each of which keeps another mechanism busy. Batches
 * run in stages in those with much memory.
 */
enum ModelScenario {
    /** One order over all entries, bounded in entries: the model predicts every eviction. */
    EXACT_LRU(new Load(1500, 200, 50), new Memory(8 << 20, 1, 1 << 14), exact(500)),
    EXACT_LRU_WITH_TTL(new Load(1000, 100, 4), new Memory(32 << 20, 1, 1 << 14), exact(300)),
    EXACT_LRU_SLIDING(
            new Load(1000, 100, 4),
            new Memory(8 << 20, 1, 1 << 14),
            exact(300).sliding(TimeUnit.SECONDS.toNanos(3))),
    /** So little memory that slabs change hands all the time. */
    TINY_SLABS(new Load(400, 900, 8), new Memory(24 << 10, 1, 1 << 10), relaxed(0)),
    /** A slab has more chunks than one write may move, so it changes hands in several writes. */
    REBALANCING(new Load(3000, 1500, 40), new Memory(160 << 10, 1, 1 << 11), relaxed(0).budget(3)),
    REBALANCING_RESERVE(
            new Load(6000, 3000, 40), new Memory(1 << 18, 1, 1 << 12), relaxed(0.0625).budget(2)),
    FILTERED(
            new Load(1500, 200, 50),
            new Memory(8 << 20, 1, 1 << 14),
            relaxed(0).bounded(500).withFilter()),
    FILTERED_REBALANCING(
            new Load(3000, 1500, 40),
            new Memory(160 << 10, 1, 1 << 11),
            relaxed(0.0625).budget(3).withFilter()),
    ONE_SLAB(new Load(60, 4000, 8), new Memory(13 << 10, 1, 1 << 12), relaxed(0)),
    SEGMENTED(new Load(4000, 300, 20), new Memory(256 << 10, 4, 1 << 12), relaxed(0.125)),
    RELAXED_BOUNDED(
            new Load(3000, 120, 20), new Memory(32 << 20, 2, 1 << 13), relaxed(0.5).bounded(700)),
    LARGE_ENTRIES(new Load(200, 60_000, 20), new Memory(1 << 20, 1, 1 << 16), relaxed(0.125));

    /** How many keys there are, the longest value, and one in how many writes has a deadline. */
    record Load(int keys, int maxValue, int ttlOneIn) {}

    /** The budget in bytes, and how it is divided. */
    record Memory(int bytes, int segments, int slabBytes) {}

    /** Which entries the cache keeps, and for how long. */
    record Policy(
            boolean exact,
            long maxEntries,
            double promotionDistance,
            long idleNs,
            int rebalanceBudget,
            boolean filtered) {
        /** Exact LRU order, bounded in entries. */
        static Policy exact(long maxEntries) {
            return new Policy(true, maxEntries, 0, 0, 96, false);
        }

        /** An order that the model does not predict, bounded by memory alone. */
        static Policy relaxed(double promotionDistance) {
            return new Policy(false, Long.MAX_VALUE, promotionDistance, 0, 96, false);
        }

        Policy bounded(long entries) {
            return new Policy(exact, entries, promotionDistance, idleNs, rebalanceBudget, filtered);
        }

        Policy sliding(long ns) {
            return new Policy(exact, maxEntries, promotionDistance, ns, rebalanceBudget, filtered);
        }

        Policy budget(int moves) {
            return new Policy(exact, maxEntries, promotionDistance, idleNs, moves, filtered);
        }

        Policy withFilter() {
            return new Policy(exact, maxEntries, promotionDistance, idleNs, rebalanceBudget, true);
        }
    }

    final Load load;
    final Memory memory;
    final Policy policy;

    ModelScenario(Load load, Memory memory, Policy policy) {
        this.load = load;
        this.memory = memory;
        this.policy = policy;
    }
}
