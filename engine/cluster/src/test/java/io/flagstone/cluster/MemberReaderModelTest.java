// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * A reader under a random schedule: members lag, are paused, cut off, and start to replay; messages
 * are lost; the leader changes, and clocks are set. Each result is compared with the writes that
 * must be in it.
 */
class MemberReaderModelTest {
    private static final int SCHEDULES = TestSupport.repetitions(30);
    private static final int READS = 120;
    private static final int KEYS = 5;
    private static final int MEMBERS = 3;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    @Test
    void clocksThatAgreeKeepTheBound() {
        runAll(0);
    }

    @Test
    void clocksThatDifferAddTheirDifference() {
        runAll(20 * MS);
    }

    private static void runAll(long maxSkewNs) {
        int answers = 0;
        int refusals = 0;
        int old = 0;
        for (int i = 0; i < SCHEDULES; i++) {
            final long seed = TestSupport.seed() + i;
            final Schedule schedule = new Schedule(seed, maxSkewNs);
            try {
                schedule.run();
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("-Dflagstone.test.seed=" + seed, e);
            } finally {
                schedule.network.close();
            }
            answers += schedule.answers;
            refusals += schedule.refusals;
            old += schedule.old;
        }
        // The schedules reach what they are for.
        assertThat(answers).isGreaterThan(SCHEDULES * READS / 10);
        assertThat(refusals).isGreaterThan(SCHEDULES);
        assertThat(old).isGreaterThan(SCHEDULES);
    }

    /** A write, and when it was appended. */
    private record Write(long atNs, long value) {}

    private static final class Schedule {
        private final Random random;
        private final long maxSkewNs;
        private final ReadNetwork network = new ReadNetwork(MEMBERS, 1 << 17);
        private final List<List<Write>> writes = new ArrayList<>();
        private final long[] seen = new long[KEYS];
        private final int[] lag = new int[MEMBERS];
        private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        private final UnsafeBuffer read = new UnsafeBuffer(new byte[8]);
        private long nextValue = 1;
        private int answers;
        private int refusals;
        private int old;

        Schedule(long seed, long maxSkewNs) {
            this.random = new Random(seed);
            this.maxSkewNs = maxSkewNs;
            for (int i = 0; i < KEYS; i++) {
                writes.add(new ArrayList<>());
            }
        }

        private boolean oneIn(int n) {
            return random.nextInt(n) == 0;
        }

        private long skew() {
            return maxSkewNs == 0 ? 0 : random.nextLong(-maxSkewNs, maxSkewNs + 1);
        }

        private void step() {
            network.clock.advance(random.nextInt((int) MS));
            if (oneIn(3)) {
                write();
            }
            if (oneIn(8)) {
                network.tick();
            }
            if (oneIn(100)) {
                network.leaderSkewNs = skew();
            }
            if (oneIn(300)) {
                // Nobody leads for a while.
                network.clock.advance(80 * MS);
            }
            for (int i = 0; i < MEMBERS; i++) {
                final ReadNetwork.Node node = network.nodes[i];
                if (oneIn(node.paused ? 40 : 150)) {
                    node.paused = !node.paused;
                }
                if (oneIn(node.connected ? 300 : 30)) {
                    node.connected = !node.connected;
                }
                if (oneIn(100)) {
                    lag[i] = random.nextInt(6);
                    node.skewNs = skew();
                }
                if (oneIn(200)) {
                    node.forgetReader();
                }
                if (lag[i] == 0) {
                    node.apply(Integer.MAX_VALUE);
                } else if (oneIn(lag[i] + 1)) {
                    node.apply(1 + random.nextInt(3));
                }
            }
        }

        private void write() {
            final int index = random.nextInt(KEYS);
            key.putLong(0, index);
            value.putLong(0, nextValue);
            network.append(Operation.PUT, key, value, OffHeapCache.NO_TTL, 0);
            writes.get(index).add(new Write(network.clock.nanoTime(), nextValue));
            nextValue++;
        }

        void run() {
            final MemberReader reader =
                    network.reader(
                            network.context().retryAfterNs(20 * MS).requestTimeoutNs(300 * MS));
            network.onStep = this::step;
            network.loses = () -> oneIn(20);
            boolean monotonic = false;
            for (int i = 0; i < READS; i++) {
                if (oneIn(10)) {
                    monotonic = !monotonic;
                    // An answer that was seen before may be of a later position than the last read.
                    Arrays.fill(seen, 0);
                }
                reader.minPosition(monotonic ? reader.lastPosition() : 0);
                read(reader, random.nextInt(KEYS), random.nextLong(60 * MS), monotonic);
            }
        }

        private void read(MemberReader reader, int index, long boundNs, boolean monotonic) {
            final UnsafeBuffer readKey = new UnsafeBuffer(new byte[8]);
            readKey.putLong(0, index);
            final long beginNs = network.clock.nanoTime();
            final long found;
            try {
                final int length = reader.get(readKey, 0, 8, read, 0, boundNs);
                found = length == OffHeapCache.NOT_FOUND ? 0 : read.getLong(0);
            } catch (final ClusterRequestException e) {
                assertThat(e.outcome()).isIn(Outcome.TOO_OLD, Outcome.TIMED_OUT);
                refusals += e.outcome() == Outcome.TOO_OLD ? 1 : 0;
                return;
            }
            answers++;
            assertThat(reader.lastStalenessNs()).isLessThanOrEqualTo(boundNs);
            final long deadlineNs = beginNs - boundNs - 2 * maxSkewNs;
            long least = 0;
            long latest = 0;
            for (final Write write : writes.get(index)) {
                least = write.atNs() < deadlineNs ? write.value() : least;
                latest = write.value();
            }
            assertThat(found).isBetween(least, latest);
            old += found < latest ? 1 : 0;
            if (monotonic) {
                assertThat(found).isGreaterThanOrEqualTo(seen[index]);
            }
            seen[index] = found;
        }
    }
}
