// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.testing.TestSupport;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three clusters of one member each: slots move under clients, movers die, members restart. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Tag("any-jdk")
class ShardTest {
    private static final int SHARDS = 3;
    private static final int CLIENTS = 3;
    private static final int KEYS = 60;
    private static final int PAGE_BYTES = 2_000;

    @TempDir File directory;
    private final List<ClusterRig> rigs = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Random random = new Random(TestSupport.seed());
    private final AtomicLongArray begun = new AtomicLongArray(KEYS);
    private final AtomicLongArray acknowledged = new AtomicLongArray(KEYS);
    private final ConcurrentHashMap<String, String> sums = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private int kills;

    @AfterEach
    void close() {
        CloseHelper.quietCloseAll(opened);
        CloseHelper.quietCloseAll(rigs);
    }

    private ClusterClientContext context(String endpoints) {
        return rigs.get(0).clientContext(endpoints);
    }

    private ShardedCache cache() {
        final ShardedCache cache = ShardedCache.connect(rigs.get(0).endpoints(), this::context);
        opened.add(cache);
        return cache;
    }

    /** The mover's process has ended. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Runs a command until it has succeeded, with movers that die at random calls. */
    private void untilDone(Consumer<ShardMover> command) {
        boolean done = false;
        while (!done) {
            final ShardConnections connections = new ShardConnections(this::context);
            final int[] left = {1 + random.nextInt(60)};
            try (ShardMover mover =
                    new ShardMover(
                                    endpoints -> killing(connections.to(endpoints), left),
                                    connections,
                                    rigs.get(0).endpoints())
                            .step(1_500)
                            .pageBytes(PAGE_BYTES)) {
                command.accept(mover);
                done = true;
            } catch (final Killed e) {
                kills++;
            }
        }
    }

    private static ShardLink killing(ShardLink link, int[] left) {
        return new ForwardingLink(link) {
            @Override
            public Outcome call(
                    Operation operation,
                    int index,
                    long operand,
                    long expected,
                    DirectBuffer value,
                    int valueLength,
                    MutableDirectBuffer target) {
                final Outcome outcome =
                        super.call(operation, index, operand, expected, value, valueLength, target);
                if (--left[0] == 0) {
                    throw new Killed();
                }
                return outcome;
            }
        };
    }

    /** Adds to counters and reads them, alone and in batches. */
    private final class Counting extends Thread {
        private final ShardedCache cache = cache();
        private final Random choices;
        private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        private volatile Throwable failure;
        private volatile int done;
        private volatile boolean goesToSecond;

        Counting(int number) {
            super("counting-" + number);
            choices = new Random(TestSupport.seed() + number);
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (!stopping) {
                    if (choices.nextInt(10) == 0) {
                        readAll();
                    } else {
                        count(choices.nextInt(KEYS));
                    }
                    done++;
                    goesToSecond = hasKeys(cache.map(), 1);
                }
            } catch (final Throwable thrown) {
                failure = thrown;
            }
        }

        private void count(int number) {
            key.putLong(0, number);
            final long least = acknowledged.get(number);
            final boolean reads = choices.nextInt(3) == 0;
            if (!reads) {
                begun.incrementAndGet(number);
            }
            final long result =
                    reads
                            ? cache.getLong(key, 0, 8, 0, -1)
                            : cache.addAndGetLong(key, 0, 8, 0, 1, -1);
            assertThat(result).isBetween(reads ? least : least + 1, begun.get(number));
            if (!reads) {
                assertThat(sums.putIfAbsent(number + "=" + result, getName())).isNull();
            }
            acknowledged.accumulateAndGet(number, result, Math::max);
        }

        private void readAll() {
            final ClusterBatch batch = new ClusterBatch();
            final long[] least = new long[KEYS];
            for (int i = 0; i < KEYS; i++) {
                least[i] = acknowledged.get(i);
                key.putLong(0, i);
                batch.add(key, 0, 8);
            }
            assertThat(cache.getAll(batch)).isEqualTo(KEYS);
            for (int i = 0; i < KEYS; i++) {
                assertThat(batch.length(i)).isEqualTo(8);
                assertThat(batch.values().getLong(batch.offset(i)))
                        .isBetween(least[i], begun.get(i));
            }
        }
    }

    private void awaitProgress(List<Counting> clients) {
        for (final Counting client : clients) {
            final int target = client.done + 10;
            rigs.get(0).await("progress", () -> client.done >= target || client.failure != null);
        }
    }

    /** Removes a shard. A mover that was killed may have left a move, or have done all. */
    private void remove(String endpoints) {
        untilDone(
                mover -> {
                    mover.resume();
                    if (mover.map().shardAt(endpoints) >= 0) {
                        mover.remove(endpoints);
                    }
                });
    }

    private void restart(int shard) {
        rigs.get(shard).stop(0);
        rigs.get(shard).start(0, false);
        rigs.get(shard).leader();
    }

    @Test
    void slotsMoveUnderLoadWhileMoversDieAndMembersRestart() throws Exception {
        for (int i = 0; i < SHARDS; i++) {
            startShard(i);
        }
        final ShardedCache cache = cache();
        final ClusterBatch zeros = new ClusterBatch();
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        for (int i = 0; i < KEYS; i++) {
            key.putLong(0, i);
            zeros.add(key, 0, 8, new UnsafeBuffer(new byte[8]), 0, 8);
        }
        cache.putAll(zeros, OffHeapCache.NO_TTL);
        final List<Counting> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Counting(i));
        }
        clients.forEach(Thread::start);
        awaitProgress(clients);

        untilDone(mover -> mover.add(rigs.get(1).endpoints()));
        awaitProgress(clients);
        final Thread moving =
                new Thread(() -> untilDone(mover -> mover.add(rigs.get(2).endpoints())), "mover");
        moving.start();
        rigs.get(1).snapshot();
        restart(1);
        restart(0);
        moving.join(TimeUnit.MINUTES.toMillis(1));
        assertThat(moving.isAlive()).isFalse();
        awaitProgress(clients);
        untilDone(mover -> mover.move(new SlotRange(3_000, 12_000), 0));
        restart(2);
        awaitProgress(clients);
        remove(rigs.get(1).endpoints());
        for (final Counting client : clients) {
            rigs.get(0)
                    .await(
                            "map without keys at the shard",
                            () -> !client.goesToSecond || client.failure != null);
        }
        rigs.get(1).stop(0);
        awaitProgress(clients);

        stopping = true;
        for (final Counting client : clients) {
            client.join(TimeUnit.MINUTES.toMillis(1));
            if (client.failure != null) {
                throw new AssertionError(
                        "seed " + TestSupport.seed() + ", kills " + kills, client.failure);
            }
        }
        assertThat(kills).isPositive();
        for (int i = 0; i < KEYS; i++) {
            key.putLong(0, i);
            assertThat(cache.getLong(key, 0, 8, 0, -1)).as("key %d", i).isEqualTo(begun.get(i));
        }
        assertThat(sums)
                .hasSize((int) LongStream.range(0, KEYS).map(i -> begun.get((int) i)).sum());
        assertThat(cache.size()).isEqualTo(KEYS);
        assertThat(cache.map().shards()).isEqualTo(SHARDS);
        assertThat(cache.map().isShard(1)).isFalse();
        assertThat(cache.map().slots(0)).isGreaterThanOrEqualTo(9_001);
        assertThat(rigs.get(0).divergences).isEmpty();
        cache.clear();
        assertThat(cache.size()).isZero();
    }

    private void startShard(int number) {
        rigs.add(
                new ClusterRig(
                        new File(directory, "shard-" + number), 1, member -> ClusterRig.small()));
    }

    private ShardedCache impatient() {
        final ShardedCache cache =
                ShardedCache.connect(
                        rigs.get(0).endpoints(),
                        endpoints ->
                                context(endpoints).requestTimeoutNs(TimeUnit.SECONDS.toNanos(2)));
        opened.add(cache);
        return cache;
    }

    private static void readAll(ShardedCache cache) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        for (int i = 0; i < KEYS; i++) {
            key.putLong(0, i);
            assertThat(cache.getLong(key, 0, 8, 0, -1)).as("key %d", i).isEqualTo(i);
        }
    }

    @Test
    void clientsWithAnOldMapLeaveARemovedShard() {
        startShard(0);
        startShard(1);
        startShard(2);
        final ShardedCache writer = cache();
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        for (int i = 0; i < KEYS; i++) {
            key.putLong(0, i);
            writer.put(key, 0, 8, key, 0, 8, OffHeapCache.NO_TTL);
        }
        final int removed;
        try (ShardMover mover =
                ShardMover.connect(rigs.get(0).endpoints(), this::context)
                        .step(4_096)
                        .pageBytes(PAGE_BYTES)) {
            removed = mover.add(rigs.get(1).endpoints());
            readAll(writer);
            final ShardedCache connected = impatient();
            final ShardedCache batches = impatient();
            final ShardedCache stranger = impatient();
            readAll(connected);
            readAll(batches);
            // The new shard gets the number of the removed one.
            mover.remove(rigs.get(1).endpoints());
            assertThat(mover.add(rigs.get(2).endpoints())).isEqualTo(removed);
            // The removed one is up and sends its clients on.
            assertThat(writer.map().shardAt(rigs.get(1).endpoints())).isEqualTo(removed);
            readAll(writer);
            assertThat(writer.map().shardAt(rigs.get(1).endpoints())).isEqualTo(-1);

            rigs.get(1).stop(0);
            int slotKey = 0;
            while (writer.map().shardOf(slot(slotKey)) == 0) {
                slotKey++;
            }
            key.putLong(0, slotKey);
            assertThatThrownBy(() -> connected.getLong(key, 0, 8, 0, -1))
                    .isInstanceOf(ClusterRequestException.class)
                    .hasMessageContaining("TIMED_OUT");
            assertThatThrownBy(() -> stranger.getLong(key, 0, 8, 0, -1))
                    .isInstanceOf(ClusterRequestException.class)
                    .hasMessageContaining("shard 1 cannot be reached");
            final ClusterBatch batch = new ClusterBatch();
            for (int i = 0; i < KEYS; i++) {
                key.putLong(0, i);
                batch.add(key, 0, 8);
            }
            assertThatThrownBy(() -> batches.getAll(batch))
                    .isInstanceOf(ClusterRequestException.class)
                    .hasMessageContaining("TIMED_OUT");
            readAll(connected);
            readAll(stranger);
            assertThat(batches.getAll(batch)).isEqualTo(KEYS);
            assertThat(stranger.size()).isEqualTo(KEYS);
        }
    }

    private static boolean hasKeys(SlotMap map, int shard) {
        boolean has = false;
        for (int i = 0; i < KEYS; i++) {
            has |= map.shardOf(slot(i)) == shard;
        }
        return has;
    }

    private static int slot(long number) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        key.putLong(0, number);
        return SlotMap.slotOf(key, 0, 8);
    }
}
