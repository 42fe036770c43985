// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A reader and members in one thread: what is refused, what is lost, and what a read leaves. */
class MemberReaderTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BOUND_NS = 50 * MS;
    private static final DirectBuffer NOTHING = new UnsafeBuffer(new byte[0]);

    private final long seed = TestSupport.seed();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[4096]);
    private ReadNetwork network;
    private MemberReader reader;

    private void start(int members) {
        network = new ReadNetwork(members, 1 << 17);
        network.applyAll();
        reader = network.reader();
        network.stepNs = 0;
    }

    @AfterEach
    void close() {
        network.close();
    }

    private void put(long number, long of) {
        key.putLong(0, number);
        value.putLong(0, of);
        network.append(Operation.PUT, key, value, OffHeapCache.NO_TTL, 0);
    }

    private long get(long maxStalenessNs) {
        final int length = reader.get(key, 0, 8, read, 0, maxStalenessNs);
        return length == OffHeapCache.NOT_FOUND ? -1 : read.getLong(0);
    }

    private void assertTooOld(long maxStalenessNs, String... parts) {
        assertThatThrownBy(() -> get(maxStalenessNs))
                .isInstanceOf(ClusterRequestException.class)
                .hasMessageContainingAll(parts)
                .extracting(e -> ((ClusterRequestException) e).outcome())
                .isEqualTo(Outcome.TOO_OLD);
    }

    @Test
    void aMemberAnswersUpToTheBoundAndRefusesBeyond() {
        start(1);
        put(1, 11);
        network.applyAll();
        // The log has milliseconds: the event may be a whole one older than it says.
        assertThat(get(MS)).isEqualTo(11);
        assertThat(reader.lastStalenessNs()).isEqualTo(MS);
        network.clock.advance(BOUND_NS - MS);
        assertThat(get(BOUND_NS)).isEqualTo(11);
        assertThat(reader.lastStalenessNs()).isEqualTo(BOUND_NS);
        network.clock.advance(1);
        assertTooOld(
                BOUND_NS,
                "maxStalenessNs=50000000",
                "least stalenessNs is 50000001",
                "1 of 1 members have refused");
        assertThat(reader.lastStalenessNs()).isEqualTo(BOUND_NS + 1);
        assertThat(reader.lastMember()).isEqualTo(-1);
        // The leader logs the time, and the member is fresh again.
        network.tick();
        network.applyAll();
        assertThat(get(BOUND_NS)).isEqualTo(11);
    }

    @Test
    void aMemberWithoutAnEventRefusesAnyBound() {
        network = new ReadNetwork(1, 1 << 17);
        reader = network.reader();
        key.putLong(0, 1);
        assertTooOld(Long.MAX_VALUE - 1, "least stalenessNs is unknown");
    }

    @Test
    void anEntryExpiresByTheTimeOfTheLog() {
        start(2);
        put(1, 11);
        network.append(Operation.SET_TTL, key, NOTHING, 100 * MS, 0);
        network.applyAll();
        network.clock.advance(99 * MS);
        network.tick();
        network.nodes[0].apply(1);
        assertThat(get(BOUND_NS)).isEqualTo(11);
        assertThat(reader.contains(key, 0, 8, BOUND_NS)).isTrue();
        network.clock.advance(MS);
        // By the clock the entry has expired. The member does not know of that moment yet.
        assertThat(get(BOUND_NS)).isEqualTo(11);
        network.tick();
        network.applyAll();
        assertThat(get(BOUND_NS)).isEqualTo(-1);
        assertThat(reader.contains(key, 0, 8, BOUND_NS)).isFalse();
        assertThat(reader.getLong(key, 0, 8, 0, -7, BOUND_NS)).isEqualTo(-7);
    }

    @Test
    void readsLeaveNoTrace() {
        start(2);
        final Random random = new Random(seed);
        final UnsafeBuffer large = new UnsafeBuffer(new byte[2000]);
        int present = 0;
        for (int i = 0; i < 4_000; i++) {
            network.clock.advance(random.nextInt(3) * MS);
            key.putLong(0, random.nextInt(300));
            network.append(
                    Operation.PUT,
                    key,
                    new UnsafeBuffer(large, 0, 8 << random.nextInt(8)),
                    random.nextInt(4) == 0 ? 200 * MS : OffHeapCache.NO_TTL,
                    0);
            network.applyAll();
            // The first member is read, the second one is not. Many keys have expired.
            final ClusterBatch batch = new ClusterBatch();
            for (int j = 0; j < 3; j++) {
                key.putLong(0, random.nextInt(300));
                present += reader.get(key, 0, 8, read, 0, BOUND_NS) >= 0 ? 1 : 0;
                reader.contains(key, 0, 8, BOUND_NS);
                reader.getLong(key, 0, 8, 0, 0, BOUND_NS);
                batch.add(key, 0, 8);
            }
            reader.getAll(batch, BOUND_NS);
            assertThat(reader.lastMember()).isZero();
        }
        assertThat(present).isPositive();
        assertThat(network.nodes[0].shard.service.state().cache().statistics().evictions())
                .isPositive();
        assertThat(contents(0)).as("seed %d", seed).isNotEmpty().isEqualTo(contents(1));
    }

    /** Returns the entries of a member in their order of use. */
    private List<String> contents(int node) {
        final List<String> entries = new ArrayList<>();
        StateTransfer.of(network.nodes[node].shard.service.state().cache())
                .forEach(
                        (of, with, deadlineNs, sliding) ->
                                entries.add(
                                        of.getLong(0) + " " + with.capacity() + " " + deadlineNs));
        return entries;
    }

    @Test
    void aPausedMemberIsPassedOverAndThenRefuses() {
        start(2);
        network.stepNs = MS;
        put(1, 11);
        network.applyAll();
        network.nodes[0].paused = true;
        network.onStep =
                () -> {
                    network.tick();
                    network.applyAll();
                };
        assertThat(get(BOUND_NS)).isEqualTo(11);
        assertThat(reader.lastMember()).isEqualTo(1);
        network.clock.advance(1_000 * MS);
        put(1, 12);
        network.onStep = () -> {};
        network.nodes[1].apply(Integer.MAX_VALUE);
        assertThat(get(BOUND_NS)).isEqualTo(12);
        // It wakes up, answers what has waited, and has not applied anything yet.
        network.nodes[0].paused = false;
        for (int i = 0; i < 5; i++) {
            assertThat(get(BOUND_NS)).isEqualTo(12);
        }
        network.nodes[1].connected = false;
        assertTooOld(BOUND_NS, "1 of 2 members have refused");
        assertThat(reader.lastStalenessNs()).isGreaterThan(1_000 * MS);
        network.nodes[0].apply(Integer.MAX_VALUE);
        assertTooOld(5 * MS, "maxStalenessNs=5000000");
        network.tick();
        network.applyAll();
        assertThat(get(BOUND_NS)).isEqualTo(12);
        assertThat(reader.lastMember()).isZero();
    }

    @Test
    void aMemberThatReplaysTheLogRefuses() {
        start(2);
        for (int i = 1; i <= 10; i++) {
            put(1, i);
            network.nodes[1].apply(1);
            network.clock.advance(100 * MS);
        }
        network.tick();
        network.nodes[1].apply(1);
        network.nodes[1].connected = false;
        for (int i = 1; i <= 10; i++) {
            network.nodes[0].apply(1);
            assertTooOld(BOUND_NS, "maxStalenessNs");
        }
        network.nodes[0].apply(1);
        assertThat(get(BOUND_NS)).isEqualTo(10);
    }

    @Test
    void aPositionIsWaitedForAtNoMember() {
        start(2);
        put(1, 1);
        network.applyAll();
        put(1, 2);
        network.nodes[1].apply(1);
        assertThat(get(BOUND_NS)).isEqualTo(1);
        final long position = network.nodes[1].shard.service.appliedPosition();
        assertThat(reader.minPosition(position).lastPosition()).isLessThan(position);
        assertThat(get(BOUND_NS)).isEqualTo(2);
        assertThat(reader.lastMember()).isOne();
        assertThat(reader.lastPosition()).isEqualTo(position);
        reader.minPosition(position + 1);
        assertTooOld(BOUND_NS, "2 of 2 members have refused", "at log position ");
        reader.minPosition(0);
        assertThat(get(BOUND_NS)).isEqualTo(1);
    }

    @Test
    void lostMessagesAreSentAgain() {
        start(3);
        final Random random = new Random(seed);
        network.stepNs = MS;
        network.loses = () -> random.nextInt(3) == 0;
        network.onStep =
                () -> {
                    network.tick();
                    network.applyAll();
                };
        for (int i = 0; i < 300; i++) {
            put(i % 7, i);
            network.applyAll();
            assertThat(get(BOUND_NS)).as("seed %d, read %d", seed, i).isEqualTo(i);
        }
        assertThat(network.lost).isGreaterThan(100);
    }

    @Test
    void silenceEndsWithAClearError() {
        start(2);
        network.stepNs = MS;
        network.loses = () -> true;
        network.nodes[1].connected = false;
        assertThatThrownBy(() -> get(BOUND_NS))
                .isInstanceOf(ClusterRequestException.class)
                .hasMessageContainingAll(
                        "no member has answered within 5000000000 ns", "members=2, connected=1")
                .extracting(e -> ((ClusterRequestException) e).outcome())
                .isEqualTo(Outcome.TIMED_OUT);
        // Nor is there a reader without a member.
        assertThatThrownBy(() -> network.reader()).hasMessageContaining("attempts=0");
    }

    @Test
    void aMemberThatWasStartedAnewIsGreetedAgain() {
        start(1);
        network.stepNs = MS;
        network.onStep =
                () -> {
                    network.tick();
                    network.applyAll();
                };
        put(1, 11);
        network.applyAll();
        network.nodes[0].forgetReader();
        assertThat(get(BOUND_NS)).isEqualTo(11);
    }

    @Test
    void anAnswerToAnEarlierCallIsNone() {
        start(1);
        network.stepNs = MS;
        put(1, 1);
        put(2, 2);
        network.applyAll();
        reader = network.reader(network.context().requestTimeoutNs(10 * MS));
        network.nodes[0].paused = true;
        key.putLong(0, 1);
        assertThatThrownBy(() -> get(10_000 * MS)).hasMessageContaining("10000000 ns");
        network.nodes[0].paused = false;
        key.putLong(0, 2);
        assertThat(get(10_000 * MS)).isEqualTo(2);
    }

    @Test
    void batchesNumbersAndMistakes() {
        start(1);
        network.maxMessageLength = 400;
        put(1, 11);
        put(2, 22);
        network.append(
                Operation.PUT,
                new UnsafeBuffer(new byte[8]),
                new UnsafeBuffer(new byte[999]),
                OffHeapCache.NO_TTL,
                0);
        network.applyAll();
        final ClusterBatch batch = new ClusterBatch();
        for (long number = 1; number <= 3; number++) {
            key.putLong(0, number);
            batch.add(key, 0, 8);
        }
        assertThat(reader.getAll(batch, BOUND_NS)).isEqualTo(2);
        assertThat(batch.length(2)).isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(batch.values().getLong(batch.offset(1))).isEqualTo(22);
        assertThat(reader.getAll(batch.clear(), BOUND_NS)).isZero();

        key.putLong(0, 2);
        assertThat(reader.getLong(key, 0, 8, 0, -1, BOUND_NS)).isEqualTo(22);
        assertThatThrownBy(() -> reader.getLong(key, 0, 8, 1, -1, BOUND_NS))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(reader.get(key, 0, 8, new UnsafeBuffer(new byte[7]), 0, BOUND_NS))
                .isEqualTo(OffHeapCache.INSUFFICIENT_CAPACITY);
        key.putLong(0, 0);
        assertThatThrownBy(() -> get(BOUND_NS)).hasMessageContaining("RESPONSE_TOO_LONG");
        batch.add(key, 0, 8);
        assertThatThrownBy(() -> reader.getAll(batch, BOUND_NS))
                .hasMessageContaining("RESPONSE_TOO_LONG");
        assertThatThrownBy(() -> get(-1)).hasMessageContaining("maxStalenessNs=-1");
        assertThatThrownBy(
                        () ->
                                reader.get(
                                        new UnsafeBuffer(new byte[500]), 0, 500, read, 0, BOUND_NS))
                .hasMessageContaining("terms of the channel");
        network.clock.advance(2 * BOUND_NS);
        assertThatThrownBy(() -> reader.getAll(batch, BOUND_NS))
                .hasMessageContaining("no member is fresh enough");
    }

    @Test
    void aShardThatDoesNotHaveTheKeySaysSo() {
        start(1);
        network.append(Operation.SHARD_JOIN, key, NOTHING, 0, 1);
        network.applyAll();
        key.putLong(0, 1);
        assertThatThrownBy(() -> get(BOUND_NS))
                .extracting(e -> ((ClusterRequestException) e).outcome())
                .isEqualTo(Outcome.MOVED);
        assertThatThrownBy(() -> reader.getAll(new ClusterBatch().add(key, 0, 8), BOUND_NS))
                .hasMessageContaining("MOVED");
    }

    @Test
    void damagedRequestsAreIgnored() {
        start(1);
        put(1, 11);
        network.applyAll();
        final AtomicInteger cuts = new AtomicInteger();
        final Random random = new Random(seed);
        network.damages =
                bytes -> {
                    if (cuts.incrementAndGet() > 2_000) {
                        return bytes;
                    }
                    final byte[] damaged = Arrays.copyOf(bytes, random.nextInt(60));
                    if (damaged.length > 0) {
                        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                    }
                    return damaged;
                };
        network.stepNs = MS;
        network.onStep =
                () -> {
                    network.tick();
                    network.applyAll();
                };
        while (cuts.get() <= 2_000) {
            try {
                get(BOUND_NS);
            } catch (final ClusterRequestException | IndexOutOfBoundsException refused) {
                // The member has read another request from what was left.
                assertThat(refused).hasMessageContaining(" ");
            }
        }
        assertThat(get(BOUND_NS)).as("seed %d", seed).isEqualTo(11);
    }

    @Test
    void aReadAllocatesNothing() {
        network = new ReadNetwork(1, 1 << 17);
        final ReadCall call = new ReadCall(network.context(), new EchoLinks());
        call.awaitMember();
        reader = new MemberReader(call);
        final long allocated =
                TestSupport.allocated(
                        () -> {
                            for (int i = 0; i < 1_000; i++) {
                                assertHit(reader.get(key, 0, 8, read, 0, BOUND_NS));
                            }
                        });
        assertThat(allocated).isZero();
    }

    private static void assertHit(int length) {
        if (length != 8) {
            throw new AssertionError(length);
        }
    }
}
