// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.driver.ext.LossGenerator;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.feed.ChangeFeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A random schedule of a primary and its replicas, and the checks of each of its steps. */
final class Schedule implements AutoCloseable {
    private static final int KEYS = 40;
    private static final int STEPS = 600;
    private static final int MAX_REPLICAS = 3;
    private static final int FEED_BYTES = 64 << 10;
    private static final long RATHER_SHORT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A replica, and what it was seen to hold. */
    private static final class Seen {
        private final int id;
        private final CacheReplica replica;
        private long epoch;
        private long joins;
        private int position;
        private long acknowledged;
        private int frozenSteps;

        Seen(int id, CacheReplica replica) {
            this.id = id;
            this.replica = replica;
        }
    }

    private final long seed;
    private final SplittableRandom random;
    private final ReplicationRig rig;
    private final Map<Long, History> histories = new HashMap<>();
    private final List<Seen> replicas = new ArrayList<>();
    private final List<CachePublisher> zombies = new ArrayList<>();
    private final List<OffHeapCache> zombieCaches = new ArrayList<>();

    /** The position of the primary's history that a number of its feed stands for. */
    private final TreeMap<Long, Integer> positions = new TreeMap<>();

    private OffHeapCache primary;
    private CachePublisher publisher;
    private int ids;
    private int comparisons;

    Schedule(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        if (random.nextBoolean()) {
            rig = new ReplicationRig();
        } else {
            final SplittableRandom losses = random.split();
            final int permille = random.nextInt(30);
            final LossGenerator loss = (address, buffer, length) -> losses.nextInt(1000) < permille;
            rig = new ReplicationRig(Ports.udp(), Ports.udp(), loss);
        }
        primary =
                rig.add(
                        rig.builder()
                                .segments(1)
                                // Little memory makes entries move from slab to slab.
                                .memoryBytes(random.nextBoolean() ? 1 << 20 : 96 << 10)
                                .maxEntries(10 + random.nextInt(40))
                                .changeFeedBytes(FEED_BYTES)
                                .build());
        begin(Epochs.FIRST);
        join();
    }

    private void begin(long epoch) {
        positions.clear();
        histories.put(epoch, new History(KEYS));
        history().add(primary, rig.clock.nanoTime());
        publisher =
                rig.start(
                        rig.publisher(primary)
                                .epoch(epoch)
                                .changesPerCycle(1 + random.nextInt(64)));
    }

    private History history() {
        return histories.get(histories.keySet().stream().mapToLong(e -> e).max().orElseThrow());
    }

    private void join() {
        final int id = ++ids;
        final CacheBuilder cache = rig.builder().memoryBytes(2 << 20).changeFeedBytes(FEED_BYTES);
        replicas.add(
                new Seen(
                        id,
                        rig.start(
                                rig.replica(id)
                                        .cache(cache)
                                        .fragmentsPerCycle(1 + random.nextInt(64)))));
    }

    void run() {
        for (int step = 0; step < STEPS; step++) {
            act();
            for (int i = random.nextInt(3); i > 0; i--) {
                step();
            }
        }
        settle();
    }

    private void act() {
        switch (random.nextInt(100)) {
            case 0 -> burst();
            case 1, 2 -> freeze(replicas.get(random.nextInt(replicas.size())));
            case 3 -> kill(replicas.get(random.nextInt(replicas.size())));
            case 4, 5 -> {
                if (replicas.size() < MAX_REPLICAS) {
                    join();
                }
            }
            case 6 -> promote(replicas.get(random.nextInt(replicas.size())));
            case 7 -> {
                if (!zombieCaches.isEmpty()) {
                    final OffHeapCache zombie = zombieCaches.get(zombieCaches.size() - 1);
                    ReplicationRig.put(zombie, random.nextInt(KEYS), 99, 40);
                    // Until it is fenced, its replicas may follow.
                    histories
                            .get(zombies.get(zombies.size() - 1).epoch())
                            .add(zombie, rig.clock.nanoTime());
                }
            }
            case 8 -> rig.clock.advance(random.nextLong(TimeUnit.MILLISECONDS.toNanos(50)));
            default -> write();
        }
    }

    private void write() {
        final int key = random.nextInt(KEYS);
        final int filling = random.nextInt();
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> primary.remove(key);
            case 3 -> primary.doWork();
            case 4 -> ReplicationRig.put(primary, key, filling, 1_000 + random.nextInt(2_500));
            case 5 -> ReplicationRig.put(primary, key, filling, 1);
            case 6 -> primary.setTtl(key, 1 + random.nextLong(RATHER_SHORT_NS));
            case 7, 8, 9 ->
                    ReplicationRig.put(
                            primary,
                            key,
                            filling,
                            random.nextInt(100),
                            1 + random.nextLong(RATHER_SHORT_NS));
            case 10 -> {
                if (random.nextInt(20) == 0) {
                    primary.clear();
                }
            }
            default -> ReplicationRig.put(primary, key, filling, random.nextInt(200));
        }
        history().add(primary, rig.clock.nanoTime());
    }

    private void burst() {
        for (int i = random.nextInt(80); i >= 0; i--) {
            ReplicationRig.put(
                    primary, random.nextInt(KEYS), random.nextInt(), random.nextInt(3_000));
            history().add(primary, rig.clock.nanoTime());
        }
    }

    private void freeze(Seen seen) {
        if (seen.frozenSteps == 0) {
            seen.frozenSteps = 1 + random.nextInt(60);
            rig.freeze(seen.replica);
        }
    }

    private void thaw(Seen seen) {
        seen.frozenSteps = 0;
        rig.thaw(seen.replica);
    }

    private void kill(Seen seen) {
        rig.stop(seen.replica);
        replicas.remove(seen);
        if (replicas.isEmpty()) {
            join();
        }
    }

    private void promote(Seen seen) {
        if (!seen.replica.isComplete() || seen.epoch != publisher.epoch()) {
            return;
        }
        if (seen.frozenSteps > 0) {
            thaw(seen);
        }
        final boolean isDead = random.nextBoolean();
        if (isDead) {
            rig.stop(publisher);
        }
        check(seen);
        final long epoch = seen.replica.promote();
        final Map.Entry<Long, Integer> known = positions.floorEntry(seen.acknowledged);
        final int least = known == null ? 0 : known.getValue();
        final long nowNs = rig.clock.nanoTime();
        assertThat(history().find(history().look(seen.replica.cache(), nowNs), least, nowNs))
                .as("nothing acknowledged is lost: seed=%d, replica=%d", seed, seen.id)
                .isNotNegative();
        if (!isDead) {
            zombies.add(publisher);
            zombieCaches.add(primary);
        }
        primary = seen.replica.cache();
        replicas.remove(seen);
        begin(epoch);
        if (replicas.isEmpty()) {
            join();
        }
    }

    private void step() {
        for (int i = 0; i < replicas.size(); i++) {
            final Seen seen = replicas.get(i);
            if (seen.frozenSteps > 0 && --seen.frozenSteps == 0) {
                thaw(seen);
            }
        }
        rig.step();
        final ChangeFeed feed = primary.changeFeed();
        if (feed.pendingBytes() == 0
                && feed.gaps() == publisher.gaps()
                && feed.number() == publisher.number()) {
            positions.putIfAbsent(publisher.number(), history().last());
        }
        for (final ReplicaStatus status : publisher.replicas()) {
            for (final Seen seen : replicas) {
                if (seen.id == status.replicaId() && seen.epoch == publisher.epoch()) {
                    seen.acknowledged = Math.max(seen.acknowledged, status.acknowledged());
                }
            }
        }
        replicas.forEach(this::check);
    }

    private void check(Seen seen) {
        final CacheReplica replica = seen.replica;
        if (!replica.isComplete()) {
            return;
        }
        if (seen.joins != replica.joins()) {
            if (replica.state() != ReplicaState.LIVE) {
                // It has joined and lost that primary in one step, so its epoch may be the next.
                return;
            }
            seen.joins = replica.joins();
            if (seen.epoch != replica.epoch()) {
                seen.epoch = replica.epoch();
                seen.position = 0;
                seen.acknowledged = 0;
            }
        }
        final History history = histories.get(seen.epoch);
        final long nowNs = rig.clock.nanoTime();
        final int at = history.find(history.look(replica.cache(), nowNs), seen.position, nowNs);
        assertThat(at)
                .as(
                        "contents of some moment: seed=%d, replica=%d, state=%s, epoch=%d of %d,"
                                + " since=%d of %d",
                        seed,
                        seen.id,
                        replica.state(),
                        seen.epoch,
                        publisher.epoch(),
                        seen.position,
                        history.last())
                .isNotNegative();
        seen.position = at;
        comparisons++;
    }

    private void settle() {
        for (final Seen seen : replicas) {
            if (seen.frozenSteps > 0) {
                thaw(seen);
            }
        }
        final CacheReplica[] all =
                replicas.stream().map(seen -> seen.replica).toArray(CacheReplica[]::new);
        try {
            rig.await(
                    "all follow: seed=" + seed,
                    () -> replicas.stream().allMatch(this::isUpToDate) && isDrained());
            rig.awaitSame(primary, publisher, all);
        } catch (final AssertionError e) {
            throw new AssertionError(describe(), e);
        }
        final int before = comparisons;
        replicas.forEach(this::check);
        assertThat(comparisons - before).as("seed=%d", seed).isEqualTo(replicas.size());
        for (final CachePublisher zombie : zombies) {
            rig.await("fenced: seed=" + seed, zombie::isFenced);
        }
        assertThat(rig.errors).as("seed=%d", seed).isEmpty();
    }

    private String describe() {
        final StringBuilder text = new StringBuilder("seed=").append(seed);
        text.append(", primary: epoch=").append(publisher.epoch());
        text.append(", number=").append(publisher.number());
        text.append(", pendingBytes=").append(primary.changeFeed().pendingBytes());
        text.append(", synchronising=").append(primary.changeFeed().isSynchronising());
        text.append(", dropped=").append(publisher.dropped());
        text.append(", noRoom=").append(publisher.backPressured());
        for (final Seen seen : replicas) {
            text.append("; replica ").append(seen.id).append(": ").append(seen.replica.state());
            text.append(", epoch=").append(seen.replica.epoch());
            text.append(", applied=").append(seen.replica.applied());
            text.append(", lag=").append(seen.replica.lagRecords());
            text.append(", lagNs=").append(seen.replica.lagNs());
            text.append(", ignored=").append(seen.replica.ignored());
            text.append(", ");
            text.append(history().difference(primary, seen.replica.cache(), rig.clock.nanoTime()));
        }
        for (final CachePublisher zombie : zombies) {
            text.append("; zombie ").append(zombie.epoch()).append(' ').append(zombie.isFenced());
        }
        return text.append("; errors=").append(rig.errors).toString();
    }

    /** Returns how often the contents of a replica were compared with the primary's history. */
    int comparisons() {
        return comparisons;
    }

    private boolean isDrained() {
        return primary.changeFeed().pendingBytes() == 0 && !primary.changeFeed().isSynchronising();
    }

    private boolean isUpToDate(Seen seen) {
        return seen.replica.state() == ReplicaState.LIVE
                && seen.replica.epoch() == publisher.epoch();
    }

    @Override
    public void close() {
        rig.close();
    }
}
