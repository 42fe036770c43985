// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * When and how to end a child. Drawn at random before the child starts, since it also chooses the
 * JVM's flags.
 *
 * @param configuration the cache's settings.
 * @param end the way to end the child.
 * @param interpreted whether the child only interprets, which spreads its stores over more time.
 * @param seed determines the child's operations.
 * @param haltAt the access at which the child halts itself, if it does so.
 * @param fraction the part of the longest run, 0 to 1, after which to end the child.
 * @param lateFraction the part of the time of an open or a close after which to kill the child.
 */
record CrashPlan(
        CrashConfiguration configuration,
        End end,
        boolean interpreted,
        long seed,
        long haltAt,
        double fraction,
        double lateFraction) {

    /** The ways to end a child. */
    enum End {
        /** SIGKILL while the cache is opened or checked. */
        KILL_OPENING(3),
        /** SIGKILL while the threads operate. */
        KILL_RUNNING(10),
        /** SIGKILL while the cache is closed. */
        KILL_CLOSING(2),
        /** The child halts at an access to a region while it opens the cache. */
        HALT_OPENING(2),
        /** The child halts at an access while its threads operate. */
        HALT_RUNNING(5),
        /** The child halts at an access while it closes the cache. */
        HALT_CLOSING(1),
        /** The child closes the cache and ends. This is no kill. */
        CLOSE(2);

        private final int weight;

        End(int weight) {
            this.weight = weight;
        }

        boolean isHalt() {
            return this == HALT_OPENING || this == HALT_RUNNING || this == HALT_CLOSING;
        }

        /** Returns whether the child is told to close the cache. */
        boolean isOrderly() {
            return this == KILL_CLOSING || this == HALT_CLOSING || this == CLOSE;
        }

        private static End draw(SplittableRandom random) {
            int left = random.nextInt(25);
            for (final End end : values()) {
                left -= end.weight;
                if (left < 0) {
                    return end;
                }
            }
            throw new AssertionError("the weights have another sum");
        }
    }

    /** The largest exponent of the number of an access. */
    private static final double MAX_EXPONENT = 17;

    static CrashPlan draw(CrashConfiguration configuration, SplittableRandom random) {
        final End end = End.draw(random);
        final double fraction = random.nextDouble();
        return new CrashPlan(
                configuration,
                end,
                random.nextInt(6) == 0,
                random.nextLong() | 1,
                end.isHalt() ? (long) Math.pow(2, random.nextDouble() * MAX_EXPONENT) : 0,
                fraction * fraction,
                random.nextDouble() * 1.5);
    }

    /** Returns a plan for a child that checks the cache, runs for a moment and closes it. */
    CrashPlan closing() {
        return new CrashPlan(configuration, End.CLOSE, false, seed, 0, 0, 0);
    }

    /** Returns the JVM's flags for the child. */
    List<String> jvmFlags() {
        final List<String> flags = new ArrayList<>();
        flags.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        flags.add("-Xmx128m");
        flags.add("-XX:+UseSerialGC");
        flags.add("-XX:TieredStopAtLevel=" + (interpreted ? 0 : 4));
        if (end.isHalt()) {
            flags.add("-Dflagstone.bounds.checks=true");
        }
        return flags;
    }

    Assignment assignment(Path directory, int threads, PlantedFault fault) {
        return new Assignment(
                directory,
                configuration,
                threads,
                seed,
                fault,
                end == End.HALT_OPENING ? haltAt : 0,
                end == End.HALT_RUNNING ? haltAt : 0,
                end == End.HALT_CLOSING ? haltAt : 0);
    }
}
