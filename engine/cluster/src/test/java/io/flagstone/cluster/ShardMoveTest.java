// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.SlotPhase;
import io.flagstone.cluster.codec.Status;
import io.flagstone.testing.TestSupport;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps of a move between two services, one by one. */
class ShardMoveTest {
    private static final SlotRange ALL = new SlotRange(0, SlotMap.SLOTS - 1);

    private final LocalShard first = new LocalShard(LocalShard.settings(1 << 20));
    private final LocalShard third = new LocalShard(LocalShard.settings(1 << 20));
    private LocalShard second = new LocalShard(LocalShard.settings(1 << 20));
    private final LocalShard.Client client = new LocalShard.Client(first, 1);
    private LocalShard.Client other = new LocalShard.Client(second, 1);
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
    private long nextId = 10;

    @AfterEach
    void close() {
        first.close();
        second.close();
        third.close();
    }

    private LocalShard shard(String endpoints) {
        return switch (endpoints) {
            case "0" -> first;
            case "1" -> second;
            default -> third;
        };
    }

    private ShardMover mover() {
        final Map<String, ShardLink> links = new HashMap<>();
        return new ShardMover(
                        endpoints ->
                                links.computeIfAbsent(
                                        endpoints,
                                        of -> new LocalShard.Client(shard(of), nextId++)),
                        null,
                        "0")
                .step(4_096)
                .pageBytes(200);
    }

    private DirectBuffer key(long number) {
        key.putLong(0, number);
        return key;
    }

    private DirectBuffer value(long number) {
        value.putLong(0, number);
        return value;
    }

    /** Takes the move so far that the slots are frozen and prepared. */
    private SlotMap freeze() {
        mover().add("1");
        mover().move(ALL, 0);
        final SlotMap map = mover().map().withMove(ALL, 1);
        final UnsafeBuffer target = new UnsafeBuffer(new byte[4096]);
        final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
        final int length = map.encode(bytes);
        final long version = map.version();
        client.call(Operation.SLOT_MAP_SET, 0, version, version - 1, bytes, length, target);
        final int slots = SlotMap.SLOTS - 1 << 14;
        other.call(Operation.MOVE_PREPARE, slots, version, 0, bytes, 0, target);
        client.call(Operation.MOVE_FREEZE, slots, version, 0, bytes, 0, target);
        assertThat(client.state().phase()).isEqualTo(SlotPhase.FROZEN);
        assertThat(other.state().phase()).isEqualTo(SlotPhase.IMPORTING);
        return map;
    }

    @Test
    void entriesKeepTheirDeadlinesAndTheirOrder() {
        final Random random = new Random(TestSupport.seed());
        final OffHeapCache cache = first.service.state().cache();
        first.nowMs = 1_005_000;
        first.service.state().time(first.nowMs, TimeUnit.MILLISECONDS);
        final UnsafeBuffer large = new UnsafeBuffer(new byte[900]);
        for (long i = 0; i < 500; i++) {
            final long ttlNs =
                    i % 3 == 0 ? OffHeapCache.NO_TTL : TimeUnit.MILLISECONDS.toNanos(10 + i);
            large.putLong(0, i);
            cache.put(key(i), 0, 8, large, 0, 8 + random.nextInt(800), ttlNs);
        }
        first.nowMs = 1_005_100;
        second.nowMs = 1_005_103;
        mover().add("1");
        mover().move(ALL, 1);
        assertThat(first.entries()).isZero();
        first.service.state().time(1_005_103, TimeUnit.MILLISECONDS);
        second.service.state().time(1_005_103, TimeUnit.MILLISECONDS);
        final OffHeapCache moved = second.service.state().cache();
        for (long i = 0; i < 500; i++) {
            final long left = moved.remainingTtlNs(key(i), 0, 8);
            if (i % 3 == 0) {
                assertThat(left).isEqualTo(OffHeapCache.NO_TTL);
            } else if (10 + i > 103) {
                assertThat(left).isEqualTo(TimeUnit.MILLISECONDS.toNanos(10 + i - 103));
            } else {
                assertThat(left).isEqualTo(OffHeapCache.NOT_FOUND);
            }
            if (left != OffHeapCache.NOT_FOUND) {
                assertThat(moved.peek(key(i), 0, 8, large, 0)).isGreaterThanOrEqualTo(8);
                assertThat(large.getLong(0)).isEqualTo(i);
            }
        }
    }

    @Test
    void aMoveThatCannotSucceedIsAborted() {
        second.close();
        second = new LocalShard(LocalShard.settings(1 << 16));
        first.service
                .state()
                .cache()
                .put(key(1), 0, 8, new UnsafeBuffer(new byte[16_000]), 0, 16_000);
        assertThatThrownBy(
                        () -> {
                            mover().add("1");
                            mover().move(ALL, 1);
                        })
                .isInstanceOf(ShardMoveException.class)
                .hasMessageContaining("aborted: MOVE_IMPORT has ended as ENTRY_TOO_LARGE");
        assertThat(mover().map().move()).isNull();
        final UnsafeBuffer target = new UnsafeBuffer(new byte[16_000]);
        assertThat(client.execute(Operation.CONTAINS, key(1), target, 0)).isEqualTo(Status.OK);
        assertThat(second.entries()).isZero();
    }

    @Test
    void aClusterWithEntriesIsNoNewShard() {
        other.execute(Operation.PUT, key(1), value(1), 0);
        assertThatThrownBy(() -> mover().add("1"))
                .isInstanceOf(ShardMoveException.class)
                .hasMessageContaining("must be empty");
        assertThat(mover().map().shards()).isOne();
        assertThat(client.execute(Operation.PUT, key(2), value(2), 0)).isEqualTo(Status.OK);
    }

    @Test
    void frozenAndImportingSlotsAnswerNobody() {
        client.execute(Operation.PUT, key(1), value(7), 0);
        final SlotMap map = freeze();
        for (final LocalShard.Client each : new LocalShard.Client[] {client, other}) {
            assertThat(each.execute(Operation.GET, key(1), value(0), 0)).isEqualTo(Status.BUSY);
            assertThat(each.execute(Operation.PUT, key(1), value(8), 0)).isEqualTo(Status.BUSY);
            assertThat(each.execute(Operation.CLEAR, key(1), value(8), 0)).isEqualTo(Status.BUSY);
        }
        assertThat(mover().resume()).isTrue();
        assertThat(client.execute(Operation.GET, key(1), value(0), 0)).isEqualTo(Status.MOVED);
        assertThat(client.number()).isEqualTo(map.version() + 1);
        assertThat(other.execute(Operation.GET_LONG, key(1), value(0), 0)).isEqualTo(Status.OK);
        assertThat(other.number()).isEqualTo(7);
        assertThat(mover().resume()).isFalse();
    }

    @Test
    void anAbortedMoveLeavesTheSource() {
        client.execute(Operation.PUT, key(1), value(7), 0);
        freeze();
        assertThat(mover().abort()).isTrue();
        assertThat(client.execute(Operation.PUT, key(1), value(8), 0)).isEqualTo(Status.OK);
        assertThat(other.execute(Operation.GET, key(1), value(0), 0)).isEqualTo(Status.MOVED);
        assertThat(second.entries()).isZero();
        assertThat(mover().abort()).isFalse();
        mover().move(ALL, 1);
        other.execute(Operation.GET_LONG, key(1), value(0), 0);
        assertThat(other.number()).isEqualTo(8);
    }

    @Test
    void aRemovedShardSendsItsClientsOn() {
        mover().add("1");
        mover().move(ALL, 1);
        for (long i = 0; i < 50; i++) {
            other.execute(Operation.PUT, key(i), value(i), 0);
        }
        mover().remove("1");
        final SlotMap map = mover().map();
        assertThat(map.shards()).isOne();
        assertThat(map.move()).isNull();
        assertThat(second.entries()).isZero();
        for (long i = 0; i < 50; i++) {
            assertThat(other.execute(Operation.GET, key(i), value(0), 0)).isEqualTo(Status.MOVED);
            assertThat(other.execute(Operation.PUT, key(i), value(0), 0)).isEqualTo(Status.MOVED);
            assertThat(client.execute(Operation.GET_LONG, key(i), value(0), 0))
                    .isEqualTo(Status.OK);
            assertThat(client.number()).isEqualTo(i);
        }
        assertThat(second.entries()).isZero();
    }

    @Test
    void whatCannotBeRemovedStays() {
        freeze();
        final SlotMap before = mover().map();
        assertThatThrownBy(() -> mover().remove("1"))
                .isInstanceOf(ShardMoveException.class)
                .hasMessageContaining("slots 0-16383 from shard 0 to shard 1 is under way")
                .hasMessageContaining("resume or abort it");
        assertThat(mover().map()).isEqualTo(before);
        mover().abort();
        final SlotMap idle = mover().map();
        assertThatThrownBy(() -> mover().remove("7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endpoints=7");
        assertThatThrownBy(() -> mover().remove("0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the first shard keeps the map")
                .hasMessageContaining("endpoints=0");
        assertThat(mover().map()).isEqualTo(idle);
        mover().remove("1");
        assertThat(mover().map().shards()).isOne();
        assertThatThrownBy(() -> mover().remove("1")).hasMessageContaining("it was removed");
        assertThatThrownBy(() -> mover().remove("0")).hasMessageContaining("cannot be removed");
    }

    @Test
    void anotherChangeOfTheMapIsNotOverwritten() {
        mover().add("1");
        mover().move(ALL, 0);
        final Map<String, ShardLink> links = new HashMap<>();
        final ShardMover late =
                new ShardMover(
                        of ->
                                links.computeIfAbsent(
                                        of, name -> new OvertakenLink(shard(name), nextId++)),
                        null,
                        "0");
        assertThatThrownBy(() -> late.remove("1"))
                .isInstanceOf(ShardMoveException.class)
                .hasMessageContaining("another mover has changed the map");
        assertThat(mover().map().slots(1)).isEqualTo(4_096);
        assertThat(mover().map().isShard(1)).isTrue();
    }

    /** A mover's link; just before it writes a map, another mover moves slots. */
    private final class OvertakenLink extends ForwardingLink {
        OvertakenLink(LocalShard shard, long id) {
            super(new LocalShard.Client(shard, id));
        }

        @Override
        public Outcome call(
                Operation operation,
                int index,
                long operand,
                long expected,
                DirectBuffer of,
                int valueLength,
                MutableDirectBuffer target) {
            if (operation == Operation.SLOT_MAP_SET) {
                mover().move(new SlotRange(0, 4_095), 1);
            }
            return super.call(operation, index, operand, expected, of, valueLength, target);
        }
    }

    @Test
    void aRemovedShardMayComeBackUnderAnotherNumber() {
        final LocalShard.Client later = new LocalShard.Client(third, 1);
        final UnsafeBuffer none = new UnsafeBuffer(new byte[64]);
        mover().add("1");
        mover().add("2");
        final long earlier = mover().map().version();
        mover().remove("1");
        mover().remove("2");
        assertThat(mover().add("2")).isOne();
        assertThat(later.state().shard()).isOne();
        // Messages of movers that are dead.
        assertThat(later.call(Operation.SHARD_JOIN, 2, earlier, 0, none, 0, none))
                .isEqualTo(Outcome.REFUSED);
        assertThat(later.call(Operation.SHARD_JOIN, 2, Long.MAX_VALUE, 0, none, 0, none))
                .isEqualTo(Outcome.REFUSED);
        mover().move(ALL, 0);
        assertThat(later.call(Operation.SHARD_JOIN, 2, earlier, 0, none, 0, none))
                .isEqualTo(Outcome.REFUSED);
        mover().move(ALL, 1);
        assertThat(later.execute(Operation.PUT, key(1), value(7), 0)).isEqualTo(Status.OK);
        assertThat(third.entries()).isOne();
        assertThat(mover().add("1")).isEqualTo(2);
        assertThatThrownBy(() -> mover().move(ALL, 3)).hasMessageContaining("between 0 and 2");
        mover().remove("2");
        assertThatThrownBy(() -> mover().move(ALL, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the shard was removed")
                .hasMessageContaining("shard=1");
    }

    @Test
    void theSourceAnswersForWhatItHasExecuted() {
        client.execute(Operation.PUT, key(1), value(0), 0);
        final byte[] executed = client.encode(Operation.ADD_AND_GET_LONG, key(1), value(0), 5);
        first.deliver(executed);
        mover().add("1");
        mover().move(ALL, 1);
        assertThat(client.decode(first.deliver(executed))).isEqualTo(Status.OK);
        assertThat(client.number()).isEqualTo(5);
    }

    @Test
    void whatTheSourceHasRefusedItNeverExecutes() {
        client.execute(Operation.PUT, key(1), value(0), 0);
        mover().add("1");
        mover().move(ALL, 1);
        final byte[] refused = client.encode(Operation.ADD_AND_GET_LONG, key(1), value(0), 5);
        assertThat(client.decode(first.deliver(refused))).isEqualTo(Status.MOVED);
        mover().move(ALL, 0);
        assertThat(client.decode(first.deliver(refused))).isEqualTo(Status.MOVED);
        client.execute(Operation.GET_LONG, key(1), value(0), 0);
        assertThat(client.number()).isZero();
    }

    @Test
    void stepsOfEarlierMovesAreRefused() {
        mover().add("1");
        mover().move(ALL, 1);
        mover().move(ALL, 0);
        final UnsafeBuffer none = new UnsafeBuffer(new byte[64]);
        final long last = client.state().moveId();
        for (final LocalShard.Client each : new LocalShard.Client[] {client, other}) {
            for (long move = 1; move <= last; move++) {
                for (final Operation step :
                        new Operation[] {
                            Operation.MOVE_FREEZE, Operation.MOVE_PREPARE, Operation.MOVE_IMPORT
                        }) {
                    assertThat(each.call(step, 5, move, 0, none, 0, none))
                            .as("%s of move %d, last %d", step, move, last)
                            .isEqualTo(Outcome.REFUSED);
                }
            }
            for (final Operation step :
                    new Operation[] {
                        Operation.MOVE_COMMIT, Operation.MOVE_ABORT, Operation.MOVE_DROP
                    }) {
                assertThat(each.call(step, 0, last - 1, 0, none, 0, none))
                        .isEqualTo(Outcome.REFUSED);
            }
            assertThat(each.state().phase()).isEqualTo(SlotPhase.IDLE);
        }
        assertThat(client.execute(Operation.PUT, key(1), value(1), 0)).isEqualTo(Status.OK);
    }

    @Test
    void pagesOfAnotherListAreRefused() {
        for (long i = 0; i < 50; i++) {
            client.execute(Operation.PUT, key(i), value(i), 0);
        }
        final SlotMap map = freeze();
        final UnsafeBuffer page = new UnsafeBuffer(new byte[4096]);
        final LocalShard.Client mover = new LocalShard.Client(first, nextId++);
        final long move = map.move().id();
        long steps = 1;
        for (int i = 0; i < steps; i++) {
            assertThat(mover.call(Operation.MOVE_EXPORT, 200, move, 0, page, 0, page))
                    .isEqualTo(Outcome.NOT_FOUND);
            assertThat(mover.call(Operation.MOVE_INDEX, i, move, 0, page, 0, page))
                    .isEqualTo(Outcome.OK);
            steps = mover.number();
        }
        assertThat(mover.call(Operation.MOVE_EXPORT, 200, move, 0, page, 0, page))
                .isEqualTo(Outcome.OK);
        assertThat(mover.length()).isBetween(1, 200);
        final long cursor = mover.number();
        assertThat(
                        new LocalShard.Client(first, nextId++)
                                .call(Operation.MOVE_EXPORT, 200, move, cursor, page, 0, page))
                .isEqualTo(Outcome.NOT_FOUND);
        final int later = (int) steps + 1;
        assertThat(mover.call(Operation.MOVE_INDEX, later, move, 0, page, 0, page))
                .isEqualTo(Outcome.NOT_FOUND);
        assertThat(mover.call(Operation.MOVE_INDEX, (int) steps - 1, move, 0, page, 0, page))
                .as("the last step comes again")
                .isEqualTo(Outcome.OK);
        assertThat(mover.number()).isEqualTo(steps);
        assertThat(mover.call(Operation.MOVE_EXPORT, 200, move, cursor + 1, page, 0, page))
                .as("a cursor that it has not given")
                .isEqualTo(Outcome.NOT_FOUND);
        assertThat(mover.call(Operation.MOVE_EXPORT, 200, move, cursor, page, 0, page))
                .isEqualTo(Outcome.OK);
        assertThat(mover.call(Operation.MOVE_EXPORT, 200, move - 1, 0, page, 0, page))
                .isEqualTo(Outcome.REFUSED);
        // A page with a key of another slot, or with lengths that lie, changes nothing.
        page.setMemory(0, 100, (byte) 0x7F);
        assertThat(other.call(Operation.MOVE_IMPORT, 0, move, 0, page, 100, page))
                .isEqualTo(Outcome.REFUSED);
        assertThat(second.entries()).isZero();
    }
}
