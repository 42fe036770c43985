// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.replicas.ReplicatedReplay;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Option;

/** The options of the replay of the trade tape on a primary and replicas. */
final class ReplicasOptions {
    @Option(
            names = "--replicas",
            paramLabel = "N",
            description =
                    "Replay on a primary with 1 to 8 replicas, in processes of their own. One"
                            + " replica is killed and started again; then the primary is killed"
                            + " and a replica goes on with the tape. Only one machine is used.")
    private Integer replicas;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the trades at which processes are killed (random).")
    private Long seed;

    boolean given() {
        return replicas != null;
    }

    /**
     * Returns the first problem with the options.
     *
     * @param traced whether a trace is replayed.
     * @param measured whether metrics are published.
     * @return the problem, or null if there is none.
     */
    String problem(boolean traced, boolean measured) {
        if (seed != null && replicas == null) {
            return "--seed needs --replicas";
        }
        if (replicas == null) {
            return null;
        }
        if (traced) {
            return "--replicas is for the trade tape and cannot be used with --trace";
        }
        if (measured) {
            return "--metrics cannot be used with --replicas";
        }
        return Limits.problem("--replicas", replicas, 1, ReplicatedReplay.MAX_REPLICAS);
    }

    int replicas() {
        return replicas;
    }

    long seed() {
        if (seed == null) {
            // Short enough to be typed again.
            seed = (long) ThreadLocalRandom.current().nextInt(1, 1_000_000);
        }
        return seed;
    }
}
