// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.ShardStateDecoder;
import io.flagstone.cluster.codec.SlotPhase;
import io.flagstone.cluster.codec.Status;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Real services and real movers in one thread, under a random schedule: messages are lost, come
 * twice and come late, clients have old maps, movers are killed at any step and run at the same
 * time. Counters show what is lost or done twice.
 */
class ShardSimulationTest {
    private static final int SCHEDULES = TestSupport.repetitions(100);
    private static final int SHARDS = 3;
    private static final int KEYS = 12;
    private static final int CLIENTS = 3;
    private static final int COMMANDS = 8;

    @Test
    void movesLoseNothingAndRepeatNothing() {
        long moves = 0;
        long added = 0;
        long removals = 0;
        for (int i = 0; i < SCHEDULES; i++) {
            final long seed = TestSupport.seed() + i;
            final Simulation simulation = new Simulation(seed);
            try {
                simulation.run();
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("-Dflagstone.test.seed=" + seed, e);
            } finally {
                simulation.close();
            }
            moves += simulation.moves;
            added += simulation.added;
            removals += simulation.removals;
        }
        // The schedules reach what they are for.
        assertThat(moves).isGreaterThan(SCHEDULES);
        assertThat(added).isGreaterThan(SCHEDULES * 20L);
        assertThat(removals).isGreaterThan(SCHEDULES / 10);
    }

    /** The mover's process has ended. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A message under way. */
    private record Letter(int shard, byte[] bytes, SimulatedClient from) {}

    private static int serviceOf(SlotMap map, DirectBuffer key) {
        return Integer.parseInt(map.endpoints(map.shardOf(SlotMap.slotOf(key, 0, 8))));
    }

    private static final class Simulation implements AutoCloseable {
        private final Random random;
        private final LocalShard[] shards = new LocalShard[SHARDS];
        private final List<Letter> network = new ArrayList<>();
        private final List<SimulatedClient> clients = new ArrayList<>();
        private final LocalShard.Client reader;
        private final UnsafeBuffer[] keys = new UnsafeBuffer[KEYS];
        private final long[] acknowledged = new long[KEYS];
        private final long[] begun = new long[KEYS];
        private final List<Set<Long>> sums = new ArrayList<>();
        private long nextClient = 1;
        private boolean nested;
        private boolean draining;
        private long moves;
        private long added;
        private long removals;

        Simulation(long seed) {
            random = new Random(seed);
            for (int i = 0; i < SHARDS; i++) {
                shards[i] = new LocalShard(LocalShard.settings(1 << 17));
            }
            reader = new LocalShard.Client(shards[0], nextClient++);
            for (int i = 0; i < KEYS; i++) {
                keys[i] = new UnsafeBuffer(new byte[8]);
                keys[i].putLong(0, random.nextLong());
                reader.execute(Operation.PUT, keys[i], new UnsafeBuffer(new byte[8]), 0);
                sums.add(new HashSet<>());
            }
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new SimulatedClient(this));
            }
        }

        SlotMap map() {
            final UnsafeBuffer target = new UnsafeBuffer(new byte[4096]);
            final Outcome outcome =
                    reader.call(Operation.SLOT_MAP, 0, 0, 0, RequestSession.EMPTY, 0, target);
            return outcome == Outcome.NOT_FOUND ? SlotMap.of("0") : SlotMap.decode(target);
        }

        void run() {
            for (int i = 0; i < COMMANDS; i++) {
                steps(40);
                command(random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(80));
            }
            drain();
        }

        private ShardMover mover(int killAt) {
            final Map<String, ShardLink> links = new HashMap<>();
            final int[] calls = {0};
            return new ShardMover(
                            endpoints ->
                                    links.computeIfAbsent(
                                            endpoints,
                                            of ->
                                                    new KillingLink(
                                                            this,
                                                            Integer.parseInt(of),
                                                            calls,
                                                            killAt)),
                            null,
                            "0")
                    .step(1_000 + random.nextInt(8_000))
                    .pageBytes(40 + random.nextInt(200))
                    .listKeys(1 + random.nextInt(6))
                    .listener((map, move, entries) -> moves++);
        }

        private void command(int killAt) {
            final ShardMover mover = mover(killAt);
            try {
                switch (random.nextInt(7)) {
                    case 0, 1 -> mover.add(anyButTheFirst());
                    case 2 -> {
                        final int slot = random.nextInt(SlotMap.SLOTS);
                        final int last = slot + random.nextInt(SlotMap.SLOTS - slot);
                        mover.move(new SlotRange(slot, last), random.nextInt(map().shards()));
                    }
                    case 3 -> mover.resume();
                    case 4 -> mover.abort();
                    default -> {
                        mover.resume();
                        mover.remove(anyButTheFirst());
                        removals++;
                    }
                }
            } catch (final Killed | ShardMoveException e) {
                // The next one goes on.
            } catch (final IllegalArgumentException e) {
                // Another one may have removed the shard.
                assertThat(e).hasMessageMatching(".*(was removed|shard must be between).*");
            }
        }

        private String anyButTheFirst() {
            return Integer.toString(1 + random.nextInt(SHARDS - 1));
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                step();
            }
        }

        void step() {
            for (final LocalShard shard : shards) {
                shard.nowMs += random.nextInt(3);
            }
            final int choice = random.nextInt(100);
            if (choice < 50) {
                clients.get(random.nextInt(CLIENTS)).step();
            } else if (!network.isEmpty()) {
                receive(network.remove(random.nextInt(network.size())));
            } else if (choice == 99 && !nested && !draining) {
                nested = true;
                command(1 + random.nextInt(40));
                nested = false;
            }
        }

        private void receive(Letter letter) {
            final byte[] response = shards[letter.shard].deliver(letter.bytes);
            if (letter.from != null && (draining || random.nextInt(4) > 0)) {
                letter.from.onResponse(letter.shard, response);
            }
        }

        void send(int shard, byte[] message, SimulatedClient from) {
            final int copies = draining ? 1 : random.nextInt(3);
            for (int i = 0; i < copies; i++) {
                network.add(new Letter(shard, message, from));
            }
        }

        private boolean isAnyWaiting() {
            return clients.stream().anyMatch(SimulatedClient::isWaiting);
        }

        private void drain() {
            draining = true;
            // Twice, because the messages of a dead mover may begin or end a move.
            for (int i = 0; i < 2; i++) {
                for (int left = network.size(); left > 0; left--) {
                    receive(network.remove(0));
                }
                mover(Integer.MAX_VALUE).resume();
                for (int j = 0; j < 10_000 && isAnyWaiting(); j++) {
                    step();
                }
            }
            assertThat(isAnyWaiting()).isFalse();
            final SlotMap map = map();
            assertThat(map.move()).isNull();
            long entries = 0;
            for (int i = 0; i < SHARDS; i++) {
                entries += shards[i].entries();
                assertOwns(i, map);
            }
            assertThat(entries).isEqualTo(KEYS);
            for (int i = 0; i < KEYS; i++) {
                final int shard = serviceOf(map, keys[i]);
                final LocalShard.Client last = new LocalShard.Client(shards[shard], nextClient++);
                assertThat(last.execute(Operation.GET_LONG, keys[i], RequestSession.EMPTY, 0))
                        .isEqualTo(Status.OK);
                assertThat(last.number()).as("key %d", i).isEqualTo(begun[i]);
                assertThat(sums.get(i)).as("key %d", i).hasSize((int) begun[i]);
                added += begun[i];
            }
        }

        private void assertOwns(int shard, SlotMap map) {
            final ShardStateDecoder state =
                    new LocalShard.Client(shards[shard], nextClient++).state();
            final int number = map.shardAt(Integer.toString(shard));
            assertThat(state.phase()).isEqualTo(SlotPhase.IDLE);
            final List<SlotRange> owned = new ArrayList<>();
            for (final ShardStateDecoder.OwnedDecoder range : state.owned()) {
                owned.add(new SlotRange(range.first(), range.last()));
            }
            if (number >= 0) {
                assertThat(owned).as("shard %d", number).isEqualTo(map.ranges(number));
                assertThat(state.shard()).isEqualTo(number);
            } else if (state.shard() > 0) {
                assertThat(owned).as("removed shard at %d", shard).isEmpty();
            }
        }

        @Override
        public void close() {
            for (final LocalShard shard : shards) {
                shard.close();
            }
        }
    }

    /** A client that adds to counters and reads them, with whatever map it has. */
    private static final class SimulatedClient {
        private final Simulation simulation;
        private final LocalShard.Client[] links = new LocalShard.Client[SHARDS];
        private SlotMap map = SlotMap.of("0");
        private boolean waiting;
        private boolean reading;
        private int key;
        private int shard;
        private long least;
        private byte[] message;

        SimulatedClient(Simulation simulation) {
            this.simulation = simulation;
            for (int i = 0; i < SHARDS; i++) {
                links[i] = new LocalShard.Client(simulation.shards[i], simulation.nextClient++);
            }
        }

        boolean isWaiting() {
            return waiting;
        }

        void step() {
            if (waiting) {
                simulation.send(shard, message, this);
            } else if (!simulation.draining) {
                key = simulation.random.nextInt(KEYS);
                reading = simulation.random.nextInt(3) == 0;
                least = simulation.acknowledged[key];
                simulation.begun[key] += reading ? 0 : 1;
                waiting = true;
                route();
            }
        }

        private void route() {
            final DirectBuffer of = simulation.keys[key];
            shard = serviceOf(map, of);
            message =
                    links[shard].encode(
                            reading ? Operation.GET_LONG : Operation.ADD_AND_GET_LONG,
                            of,
                            RequestSession.EMPTY,
                            1);
            simulation.send(shard, message, this);
        }

        void onResponse(int from, byte[] response) {
            final LocalShard.Client link = links[from];
            final Status status = link.decode(response);
            if (!waiting || from != shard || link.responseSequence() != link.sequence()) {
                return;
            }
            if (status == Status.MOVED || status == Status.BUSY) {
                if (simulation.draining || simulation.random.nextInt(3) > 0) {
                    map = simulation.map();
                }
                route();
                return;
            }
            assertThat(status).isEqualTo(Status.OK);
            waiting = false;
            final long result = link.number();
            assertThat(result).as("key %d", key).isLessThanOrEqualTo(simulation.begun[key]);
            if (reading) {
                assertThat(result).as("read of key %d", key).isGreaterThanOrEqualTo(least);
            } else {
                assertThat(result).as("sum of key %d", key).isGreaterThan(least);
                assertThat(simulation.sums.get(key).add(result)).as("key %d twice", key).isTrue();
            }
            simulation.acknowledged[key] = Math.max(simulation.acknowledged[key], result);
        }
    }

    /** A mover's connection, which is killed with its process at some call. */
    private static final class KillingLink implements ShardLink {
        private final Simulation simulation;
        private final int shard;
        private final LocalShard.Client client;
        private final int[] calls;
        private final int killAt;

        KillingLink(Simulation simulation, int shard, int[] calls, int killAt) {
            this.simulation = simulation;
            this.shard = shard;
            this.calls = calls;
            this.killAt = killAt;
            this.client = new LocalShard.Client(simulation.shards[shard], simulation.nextClient++);
        }

        @Override
        public Outcome call(
                Operation operation,
                int index,
                long operand,
                long expected,
                DirectBuffer value,
                int valueLength,
                MutableDirectBuffer target) {
            final Random random = simulation.random;
            final byte[] message =
                    client.step(operation, index, operand, expected, value, valueLength);
            simulation.steps(random.nextInt(5));
            final boolean killed = ++calls[0] >= killAt;
            if (killed && random.nextBoolean()) {
                // It is under way, and arrives at some time.
                simulation.network.add(new Letter(shard, message, null));
                throw new Killed();
            }
            final byte[] response = simulation.shards[shard].deliver(message);
            if (!simulation.draining && random.nextInt(8) == 0) {
                simulation.network.add(new Letter(shard, message, null));
            }
            if (killed) {
                throw new Killed();
            }
            simulation.steps(random.nextInt(5));
            return client.accept(response, target);
        }

        @Override
        public long number() {
            return client.number();
        }

        @Override
        public int length() {
            return client.length();
        }
    }
}
