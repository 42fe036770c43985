// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import picocli.CommandLine.Option;

/** The options of the replay of the trade tape. */
final class TapeOptions {
    private static final long DEFAULT_TICK_SIZE = 10_000_000;
    private static final long SMALL_TICK_SIZE = 1_000_000;
    private static final int DEFAULT_DEPTH = 5;
    private static final int MAX_DEPTH = 100_000;

    @Option(
            names = "--tick-size",
            paramLabel = "DOLLARS",
            converter = TickSizeConverter.class,
            description = "Width of a price level (0.1).")
    private Long tickSize;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Price levels read on either side of each trade (5).")
    private Integer depth;

    @Option(
            names = "--small",
            description =
                    "A cache under constant pressure instead: --memory 28K --ttl 30m --tick-size"
                            + " 0.01 --segments 1 --promotion 0, unless given. With --verify, the"
                            + " model then also checks the order of evictions.")
    private boolean small;

    boolean given() {
        return small || tickSize != null || depth != null;
    }

    boolean small() {
        return small;
    }

    /**
     * Returns the first problem with the options.
     *
     * @return the problem, or null if there is none.
     */
    String problem() {
        return depth() < 0 || depth() > MAX_DEPTH
                ? "--depth " + depth + " is not between 0 and " + MAX_DEPTH
                : null;
    }

    long tickSize() {
        if (tickSize != null) {
            return tickSize;
        }
        return small ? SMALL_TICK_SIZE : DEFAULT_TICK_SIZE;
    }

    int depth() {
        return depth == null ? DEFAULT_DEPTH : depth;
    }
}
