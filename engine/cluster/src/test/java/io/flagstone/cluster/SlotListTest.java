// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.Status;
import io.flagstone.cluster.internal.ShardOperations;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The list of a move that is made while the slots are served. Clients put, remove and read keys,
 * and entries expire and are evicted, between any two requests of the mover. The source takes
 * snapshots, and members lead it that have loaded one. Movers run at the same time.
 */
class SlotListTest {
    private static final int SCHEDULES = TestSupport.repetitions(30);
    private static final int KEYS = 1_500;

    /** The schedules must reach all of these. */
    private static final String[] ALL = {
        "PUT of an absent key",
        "PUT of a present key",
        "REMOVE of a present key",
        "snapshot before the freeze",
        "snapshot after the freeze",
        "new leader before the freeze",
        "new leader after the freeze",
        "resume before the freeze",
        "resume after the freeze",
        "abort before the freeze",
        "abort after the freeze",
        "a mover was overtaken",
        "nothing but clients",
        "many entries",
    };

    private static final SlotRange MOVED = new SlotRange(2_000, 9_000);
    private static final String CHANNEL = "aeron:ipc?term-length=4m";
    private static final int STREAM = 7;

    private static MediaDriver driver;
    private static Aeron aeron;

    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[60_000]);
    private LocalShard source = new LocalShard(LocalShard.settings(1 << 17));
    private LocalShard target = new LocalShard(LocalShard.settings(1 << 20));
    private LocalShard.Client client = new LocalShard.Client(source, 1);
    private Random random = new Random(TestSupport.seed());
    private long nextId = 10;
    private int listKeys;

    /** Counts how often the schedules have reached something. */
    private final Map<String, Integer> reached = new HashMap<>();

    /** Whether snapshots, new leaders and other movers come between two requests of a mover. */
    private boolean isDisturbed;

    /** Whether all slots of a move are {@link #MOVED}. */
    private boolean isCompared;

    private int depth;

    /** The move whose slots are frozen, or 0. */
    private long frozen;

    /** How often the source began to list while slots were frozen. */
    private int frozenLists;

    /** The steps of the list while slots were frozen. */
    private int frozenSteps;

    @BeforeAll
    static void launch() {
        final String name = "/dev/shm/flagstone-lists-" + ProcessHandle.current().pid();
        driver =
                MediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(name)
                                .threadingMode(ThreadingMode.SHARED)
                                .termBufferSparseFile(true)
                                .ipcPublicationTermWindowLength(4 << 20)
                                .dirDeleteOnStart(true)
                                .dirDeleteOnShutdown(true));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(name));
    }

    @AfterAll
    static void end() {
        aeron.close();
        driver.close();
    }

    @AfterEach
    void close() {
        TestSupport.assertClean(source.service.state().cache());
        source.close();
        target.close();
    }

    private void open(ClusterServiceContext settings) {
        source.close();
        target.close();
        source = new LocalShard(settings);
        target = new LocalShard(LocalShard.settings(1 << 20));
        client = new LocalShard.Client(source, nextId++);
        frozen = 0;
        frozenLists = 0;
        frozenSteps = 0;
    }

    private ShardMover mover() {
        final Map<String, ShardLink> links = new HashMap<>();
        return new ShardMover(
                        endpoints ->
                                links.computeIfAbsent(
                                        endpoints,
                                        of -> new BusyLink(of.equals("0") ? source : target)),
                        null,
                        "0")
                .step(SlotMap.SLOTS)
                .pageBytes(100 + random.nextInt(2_000))
                .listKeys(listKeys);
    }

    private DirectBuffer key(long number) {
        key.putLong(0, number);
        return key;
    }

    private static boolean isMoved(DirectBuffer of) {
        final int slot = SlotMap.slotOf(of, 0, of.capacity());
        return slot >= MOVED.first() && slot <= MOVED.last();
    }

    /** Returns the moved entries of a shard in their order of use. */
    private static List<String> moved(LocalShard shard) {
        final List<String> entries = new ArrayList<>();
        StateTransfer.of(shard.service.state().cache())
                .forEach(
                        (of, data, deadlineNs, sliding) -> {
                            if (isMoved(of)) {
                                entries.add(
                                        of.getLong(0)
                                                + ":"
                                                + data.capacity()
                                                + ":"
                                                + data.getLong(0)
                                                + ":"
                                                + deadlineNs
                                                + ":"
                                                + sliding);
                            }
                        });
        return entries;
    }

    private void reach(String what) {
        reached.merge(what, 1, Integer::sum);
    }

    /** A request of a client of the source, which may not have the slot. */
    private void operate() {
        source.nowMs += random.nextInt(3);
        key.putLong(0, random.nextInt(random.nextBoolean() ? 100 : KEYS));
        final int choice = random.nextInt(100);
        final boolean isHere = source.service.state().cache().contains(key, 0, 8);
        client.ttlNs = choice < 30 ? 1_000_000L * (1 + random.nextInt(300)) : OffHeapCache.NO_TTL;
        value.putLong(0, random.nextLong());
        final DirectBuffer data = new UnsafeBuffer(value, 0, 8 + random.nextInt(300));
        final Operation operation =
                choice < 60 ? Operation.PUT : choice < 80 ? Operation.REMOVE : Operation.GET;
        final Status status = client.execute(operation, key, data, 0);
        if (status == Status.OK && frozen == 0 && isMoved(key)) {
            reach(operation + (isHere ? " of a present key" : " of an absent key"));
        }
        assertThat(status == Status.BUSY || status == Status.MOVED)
                .isEqualTo(status != Status.OK && status != Status.NOT_FOUND);
    }

    private static void snapshot(LocalShard shard, boolean restarts) {
        try (Subscription subscription = aeron.addSubscription(CHANNEL, STREAM);
                ExclusivePublication publication = aeron.addExclusivePublication(CHANNEL, STREAM)) {
            while (subscription.imageBySessionId(publication.sessionId()) == null) {
                Thread.yield();
            }
            shard.snapshot(publication);
            if (restarts) {
                shard.restart(subscription.imageBySessionId(publication.sessionId()));
            }
        }
    }

    private void disturb() {
        final String when = frozen == 0 ? " before the freeze" : " after the freeze";
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                reach("snapshot" + when);
                snapshot(source, false);
            }
            case 2 -> {
                reach("new leader" + when);
                snapshot(source, true);
            }
            case 3 -> another("resume" + when, ShardMover::resume);
            default -> another("abort" + when, ShardMover::abort);
        }
    }

    private void another(String what, Predicate<ShardMover> command) {
        if (depth == 0) {
            depth++;
            try {
                if (command.test(mover())) {
                    reach(what);
                }
            } catch (final ShardMoveException e) {
                // The one that was there goes on.
            }
            depth--;
        }
    }

    /** A mover's link to a shard that is busy with other requests. */
    private final class BusyLink extends ForwardingLink {
        private final boolean isSource;

        BusyLink(LocalShard shard) {
            super(new LocalShard.Client(shard, nextId++));
            isSource = shard == source;
        }

        @Override
        public Outcome call(
                Operation operation,
                int index,
                long operand,
                long expected,
                DirectBuffer of,
                int valueLength,
                MutableDirectBuffer page) {
            for (int left = random.nextInt(8); left > 0; left--) {
                operate();
            }
            if (isDisturbed && random.nextInt(40) == 0) {
                disturb();
            }
            if (operation == Operation.MOVE_INDEX && frozen == operand) {
                frozenSteps++;
                frozenLists += index == 0 ? 1 : 0;
            }
            if (operation == Operation.MOVE_COMMIT && !isSource && frozen == operand) {
                assertCopied();
            }
            final Outcome outcome =
                    super.call(operation, index, operand, expected, of, valueLength, page);
            if (outcome == Outcome.OK) {
                switch (operation) {
                    case MOVE_FREEZE -> frozen = isSource ? operand : frozen;
                    case MOVE_COMMIT, MOVE_ABORT -> frozen = isSource ? 0 : frozen;
                    default -> {
                        // Nothing else freezes.
                    }
                }
            }
            return outcome;
        }
    }

    /** Compares the target, which is about to serve the slots, with the source. */
    private void assertCopied() {
        if (!isCompared) {
            return;
        }
        reach("copied");
        target.nowMs = Math.max(source.nowMs, target.nowMs);
        target.service.state().time(target.nowMs, TimeUnit.MILLISECONDS);
        source.service.state().time(target.nowMs, TimeUnit.MILLISECONDS);
        source.nowMs = target.nowMs;
        final List<String> there = moved(target);
        final List<String> here = moved(source);
        final Set<String> left = new HashSet<>(here);
        // An entry that was evicted here after it was copied is there.
        assertThat(there.stream().filter(left::contains).collect(Collectors.toList()))
                .isEqualTo(here);
        reach(here.size() > 30 ? "many entries" : "few entries");
    }

    private void schedule(long seed) {
        random = new Random(seed);
        listKeys = 1 + random.nextInt(60);
        isDisturbed = false;
        open(LocalShard.settings(1 << 18));
        isCompared = false;
        mover().add("1");
        mover().move(new SlotRange(0, SlotMap.SLOTS - 1), 0);
        for (int i = 0; i < 2_000; i++) {
            operate();
        }
        isCompared = true;
        for (int i = 0; i < 3; i++) {
            isDisturbed = random.nextInt(3) > 0;
            frozenLists = 0;
            frozenSteps = 0;
            try {
                mover().move(MOVED, 1);
                if (!isDisturbed) {
                    assertThat(moved(source)).as("entries that the source keeps").isEmpty();
                }
            } catch (final ShardMoveException e) {
                reach("a mover was overtaken");
            }
            if (!isDisturbed) {
                reach("nothing but clients");
                assertThat(frozenLists).as("lists that begin after the freeze").isZero();
                // The keys of the slots, some more than once, and no other keys.
                assertThat((long) frozenSteps)
                        .isLessThanOrEqualTo(4 * target.entries() / listKeys + 2);
            }
            isDisturbed = false;
            mover().move(MOVED, 0);
        }
        assertThat(source.service.moveListBytes()).isZero();
        assertThat(target.service.moveListBytes()).isZero();
        final OffHeapCache cache = source.service.state().cache();
        assertThat(cache.statistics().evictions() + cache.statistics().expirations()).isPositive();
    }

    @Test
    void whatWasListedBeforeTheFreezeIsComplete() {
        // Few schedules may not reach everything. More of them do.
        for (int i = 0;
                i < SCHEDULES || i < 300 && !reached.keySet().containsAll(List.of(ALL));
                i++) {
            final long seed = TestSupport.seed() + i;
            try {
                schedule(seed);
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("-Dflagstone.test.seed=" + seed, e);
            }
        }
        assertThat(reached).containsKeys(ALL);
        assertThat(reached.get("copied")).isGreaterThan(SCHEDULES);
    }

    /** Members remove the same entries at the same place of the log, whenever they have started. */
    @Test
    void membersDropTheSameEntriesInEachStep() {
        for (int i = 0; i < SCHEDULES; i++) {
            final long seed = TestSupport.seed() + i;
            random = new Random(seed);
            open(LocalShard.settings(1 << 18));
            try (LocalShard twin = new LocalShard(LocalShard.settings(1 << 18))) {
                new LocalShard.Client(twin, nextId - 1);
                assertThat(dropInBoth(twin)).as("steps").isGreaterThan(1);
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("-Dflagstone.test.seed=" + seed, e);
            }
        }
        assertThat(reached).containsKeys("snapshot of both", "restart of one");
    }

    /** Returns the number of steps. */
    private int dropInBoth(LocalShard twin) {
        for (int i = 0; i < 2_000; i++) {
            operateInBoth(twin);
        }
        final int slots = ShardOperations.slots(MOVED.first(), MOVED.last());
        both(twin, Operation.MOVE_FREEZE, 1, 0, slots);
        both(twin, Operation.MOVE_COMMIT, 1, 2, 0);
        assertThat(moved(source)).isNotEmpty();
        final int keys = 5 + random.nextInt(100);
        int steps = 0;
        do {
            for (int i = random.nextInt(20); i > 0; i--) {
                operateInBoth(twin);
            }
            // Each of them begins the walk again.
            if (steps < 30 && random.nextInt(10) == 0) {
                snapshotBoth(twin);
            }
            both(twin, Operation.MOVE_DROP, 1, 0, keys);
            steps++;
            assertThat(steps).isLessThan(1_000);
        } while (client.number() > 0);
        assertThat(moved(source)).isEmpty();
        assertThat(source.entries()).isPositive();
        return steps;
    }

    private void operateInBoth(LocalShard twin) {
        source.nowMs += random.nextInt(3);
        key.putLong(0, random.nextInt(KEYS));
        client.ttlNs =
                random.nextInt(4) == 0
                        ? 1_000_000L * (1 + random.nextInt(300))
                        : OffHeapCache.NO_TTL;
        value.putLong(0, random.nextLong());
        final Operation operation = random.nextInt(4) == 0 ? Operation.REMOVE : Operation.PUT;
        deliver(
                twin,
                client.encode(
                        operation, key, new UnsafeBuffer(value, 0, 8 + random.nextInt(300)), 0));
    }

    private void both(LocalShard twin, Operation operation, long move, long version, int index) {
        deliver(twin, client.step(operation, index, move, version, key, 0));
        assertThat(twin.service.state().cache().digest())
                .isEqualTo(source.service.state().cache().digest());
    }

    private void deliver(LocalShard twin, byte[] message) {
        twin.nowMs = source.nowMs;
        final byte[] response = source.deliver(message);
        assertThat(twin.deliver(message)).isEqualTo(response);
        client.decode(response);
    }

    private void snapshotBoth(LocalShard twin) {
        reach("snapshot of both");
        snapshot(source, false);
        final boolean restarts = random.nextBoolean();
        if (restarts) {
            reach("restart of one");
        }
        snapshot(twin, restarts);
    }

    /** A step looks at more keys than it lists at a time, and leaves the rest to the next one. */
    @Test
    void entriesThatAreMoreThanAStepTakesAreDroppedInSeveral() {
        open(LocalShard.settings(1 << 22));
        client.ttlNs = OffHeapCache.NO_TTL;
        for (long i = 0; i < 20_000; i++) {
            client.execute(Operation.PUT, key(i), new UnsafeBuffer(value, 0, 8), 0);
        }
        assertThat(source.entries()).isEqualTo(20_000);
        final int slots = ShardOperations.slots(0, SlotMap.SLOTS - 1);
        client.call(Operation.MOVE_FREEZE, slots, 1, 0, key, 0, value);
        client.call(Operation.MOVE_COMMIT, 0, 1, 2, key, 0, value);
        client.call(Operation.MOVE_DROP, 0, 1, 0, key, 0, value);
        assertThat(client.number()).isOne();
        assertThat(source.entries()).isBetween(20_000L - (1 << 14), 20_000L - (1 << 13));
        client.call(Operation.MOVE_DROP, 0, 1, 0, key, 0, value);
        assertThat(client.number()).isZero();
        assertThat(source.entries()).isZero();
        // A late one finds nothing to do.
        assertThat(client.call(Operation.MOVE_DROP, 0, 1, 0, key, 0, value)).isEqualTo(Outcome.OK);
        assertThat(client.number()).isZero();
        assertThat(source.service.moveListBytes()).isZero();
    }

    private void put(long number, int length) {
        client.ttlNs = OffHeapCache.NO_TTL;
        client.execute(Operation.PUT, key(number), new UnsafeBuffer(value, 0, length), 0);
    }

    @Test
    void aListThatHasNoRoomAheadIsMadeWithTheSlotsFrozen() {
        open(LocalShard.settings(1 << 22).moveListBytes(1 << 20));
        listKeys = 1;
        mover().add("1");
        mover().move(new SlotRange(0, SlotMap.SLOTS - 1), 0);
        for (long i = 0; i < 50; i++) {
            put(i, 8);
        }
        final long before = source.entries();
        final UnsafeBuffer long50 = new UnsafeBuffer(new byte[50_000]);
        final boolean[] isFrozen = {false};
        final ShardMover mover =
                new ShardMover(
                        endpoints ->
                                new ForwardingLink(
                                        new LocalShard.Client(
                                                endpoints.equals("0") ? source : target,
                                                nextId++)) {
                                    @Override
                                    public Outcome call(
                                            Operation operation,
                                            int index,
                                            long operand,
                                            long expected,
                                            DirectBuffer of,
                                            int valueLength,
                                            MutableDirectBuffer page) {
                                        isFrozen[0] |= operation == Operation.MOVE_FREEZE;
                                        if (operation == Operation.MOVE_INDEX && !isFrozen[0]) {
                                            // Keys come and go, faster than they are listed.
                                            for (int i = 0; i < 15; i++) {
                                                long50.putInt(0, i);
                                                client.execute(
                                                        Operation.PUT,
                                                        long50,
                                                        new UnsafeBuffer(new byte[8]),
                                                        0);
                                                client.execute(Operation.REMOVE, long50, key, 0);
                                            }
                                        }
                                        return super.call(
                                                operation,
                                                index,
                                                operand,
                                                expected,
                                                of,
                                                valueLength,
                                                page);
                                    }
                                },
                        null,
                        "0");
        mover.step(SlotMap.SLOTS).listKeys(1).move(new SlotRange(0, SlotMap.SLOTS - 1), 1);
        assertThat(target.entries()).isEqualTo(before).isGreaterThanOrEqualTo(50);
        assertThat(source.entries()).isZero();
    }

    @Test
    void keysThatHaveNoRoomInAListDoNotMove() {
        open(LocalShard.settings(1 << 23).moveListBytes(1 << 20));
        mover().add("1");
        final UnsafeBuffer long50 = new UnsafeBuffer(new byte[50_000]);
        client.ttlNs = OffHeapCache.NO_TTL;
        for (int i = 0; i < 60; i++) {
            long50.putInt(0, i);
            client.execute(Operation.PUT, long50, new UnsafeBuffer(new byte[8]), 0);
        }
        final long before = source.entries();
        assertThatThrownBy(() -> mover().move(new SlotRange(0, SlotMap.SLOTS - 1), 1))
                .isInstanceOf(ShardMoveException.class)
                .hasMessageContaining("aborted: MOVE_INDEX has ended as REFUSED");
        assertThat(mover().map().move()).isNull();
        assertThat(source.entries()).isGreaterThanOrEqualTo(before);
        assertThat(source.service.moveListBytes()).isZero();
    }
}
