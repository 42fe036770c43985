// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import java.util.function.IntFunction;

/** Finds the number of entries that a contender must be created for to stay within a budget. */
final class BudgetFit {
    /** The fewest entries that a contender is created for. */
    static final int LEAST_ENTRIES = 64;

    private static final int MAX_STEPS = 6;

    /** The share of the budget that is enough. */
    private static final double ENOUGH = 0.96;

    /** The share of the budget to aim at, so that most steps stay within it. */
    private static final double AIM = 0.985;

    /** The ratio of memory up to which two sizes need the same memory. */
    private static final double SAME = 1.02;

    private static final int MAX_GROWTH = 4;

    private final long budgetBytes;
    private final IntFunction<Usage> measure;

    private BudgetFit(long budgetBytes, IntFunction<Usage> measure) {
        this.budgetBytes = budgetBytes;
        this.measure = measure;
    }

    /**
     * Measures contenders of several sizes.
     *
     * @param budgetBytes the budget.
     * @param guess the entries to begin with.
     * @param measure fills a contender that was created for a number of entries.
     * @return the largest contender within the budget, or the smallest if even that exceeds it.
     */
    static Usage fit(long budgetBytes, int guess, IntFunction<Usage> measure) {
        return new BudgetFit(budgetBytes, measure).fit(Math.max(LEAST_ENTRIES + 1, guess));
    }

    private Usage fit(int guess) {
        final Usage least = measure.apply(LEAST_ENTRIES);
        if (least.bytes() > budgetBytes) {
            // Memory that it needs in any case may as well be used.
            for (int entries = guess; entries > LEAST_ENTRIES; entries /= 2) {
                final Usage larger = measure.apply(entries);
                if (larger.bytes() <= SAME * least.bytes()) {
                    return larger;
                }
            }
            return least;
        }
        Usage low = least;
        Usage high = null;
        int next = guess;
        for (int step = 0; step < MAX_STEPS && low.bytes() < ENOUGH * budgetBytes; step++) {
            final Usage usage = measure.apply(next);
            if (usage.bytes() <= budgetBytes) {
                low = usage;
            } else {
                high = usage;
            }
            next = high == null ? larger(least, low) : between(low, high);
            if (next <= low.entries()) {
                break;
            }
        }
        return low;
    }

    private int larger(Usage least, Usage low) {
        final long limit = Math.min(Integer.MAX_VALUE, (long) MAX_GROWTH * low.entries());
        final double bytesPerEntry =
                (low.bytes() - least.bytes()) / (low.entries() - least.entries());
        final double more = (AIM * budgetBytes - low.bytes()) / bytesPerEntry;
        return more >= 0 && low.entries() + more < limit ? low.entries() + (int) more : (int) limit;
    }

    private int between(Usage low, Usage high) {
        final double share = (AIM * budgetBytes - low.bytes()) / (high.bytes() - low.bytes());
        final int next = low.entries() + (int) (share * (high.entries() - low.entries()));
        return Math.min(next, high.entries() - 1);
    }

    /**
     * The memory of a full contender.
     *
     * @param entries the entries that it was created for.
     * @param held the entries that it holds.
     * @param bytes its heap, direct and native bytes.
     */
    record Usage(int entries, long held, double bytes) {
        /**
         * Creates a usage that is possible.
         *
         * @param payloadBytes the bytes of a key and a value.
         * @throws IllegalStateException if the bytes are fewer than those of the keys and values.
         */
        static Usage checked(int entries, long held, double bytes, int payloadBytes) {
            if (held <= 0 || bytes < (double) held * payloadBytes) {
                throw new IllegalStateException(
                        "the memory could not be measured: "
                                + (long) bytes
                                + " bytes for "
                                + held
                                + " entries of "
                                + payloadBytes
                                + " bytes");
            }
            return new Usage(entries, held, bytes);
        }
    }
}
