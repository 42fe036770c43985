// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.driver.ext.LossGenerator;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;

/** Primaries and replicas in one thread, by one clock. Closing it audits every cache. */
final class ReplicationRig implements AutoCloseable {
    /** The time that a step takes. */
    static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final long SINCE_1970_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final int PATIENCE = 40_000;

    final TestClock clock = new TestClock(TimeUnit.HOURS.toNanos(1));
    final SteppedDriver driver;
    final List<Throwable> errors = new ArrayList<>();
    private final String channel;
    private final String statusChannel;
    private final List<OffHeapCache> caches = new ArrayList<>();
    private final List<Agent> agents = new ArrayList<>();

    /** Creates a rig over IPC. */
    ReplicationRig() {
        this("aeron:ipc", "aeron:ipc");
    }

    ReplicationRig(String channel, String statusChannel) {
        this(channel, statusChannel, null);
    }

    /** Creates a rig whose driver drops frames on their way in. */
    ReplicationRig(String channel, String statusChannel, LossGenerator loss) {
        this.channel = channel;
        this.statusChannel = statusChannel;
        this.driver = new SteppedDriver(clock, loss);
    }

    long wallNs() {
        return SINCE_1970_NS + clock.nanoTime();
    }

    /** Returns a builder of small caches by the rig's clock. */
    CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(1 << 20)
                .segments(2)
                .slabBytes(4 << 10)
                .clock(clock)
                .epochClock(this::wallNs);
    }

    /** Builds a cache with a feed. */
    OffHeapCache primary() {
        return add(builder().changeFeedBytes(256 << 10).build());
    }

    OffHeapCache add(OffHeapCache cache) {
        caches.add(cache);
        return cache;
    }

    CachePublisher.Builder publisher(OffHeapCache cache) {
        return CachePublisher.builder()
                .cache(cache)
                .connector(driver::connect)
                .channel(channel)
                .statusChannel(statusChannel)
                .clock(clock)
                .epochClock(this::wallNs)
                .errorHandler(errors::add);
    }

    CacheReplica.Builder replica(int id) {
        return CacheReplica.builder()
                .cache(builder().memoryBytes(2 << 20).changeFeedBytes(256 << 10))
                .replicaId(id)
                .connector(driver::connect)
                .channel(channel)
                .statusChannel(statusChannel)
                .clock(clock)
                .epochClock(this::wallNs)
                .errorHandler(errors::add);
    }

    CachePublisher start(CachePublisher.Builder builder) {
        final CachePublisher publisher = builder.build();
        agents.add(publisher);
        return publisher;
    }

    CacheReplica start(CacheReplica.Builder builder) {
        final CacheReplica replica = builder.build();
        agents.add(replica);
        caches.add(replica.cache());
        return replica;
    }

    /** Steps an agent no more, and does not close it. */
    void freeze(Agent agent) {
        agents.remove(agent);
    }

    /** Steps an agent again. */
    void thaw(Agent agent) {
        agents.add(agent);
    }

    /** Closes an agent. */
    void stop(Agent agent) {
        agents.remove(agent);
        if (agent instanceof CacheReplica replica) {
            TestSupport.assertClean(replica.cache());
        }
        agent.onClose();
    }

    /** Lets the time of a step pass, and everybody do one duty cycle. */
    void step() {
        clock.advance(STEP_NS);
        driver.step();
        for (int i = 0; i < agents.size(); i++) {
            step(agents.get(i));
        }
    }

    /** Lets one agent do one duty cycle. */
    static void step(Agent agent) {
        try {
            agent.doWork();
        } catch (final Exception e) {
            throw TestSupport.sneak(e);
        }
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    /** Steps until a condition holds. */
    void await(String what, BooleanSupplier condition) {
        for (int i = 0; i < PATIENCE; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            step();
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    void awaitLive(CacheReplica... replicas) {
        for (final CacheReplica replica : replicas) {
            await("live", () -> replica.state() == ReplicaState.LIVE);
        }
    }

    /** Steps until replicas have all that a primary has, and checks that they have it. */
    void awaitSame(OffHeapCache primary, CachePublisher publisher, CacheReplica... replicas) {
        await(
                "drained",
                () ->
                        primary.changeFeed().pendingBytes() == 0
                                && !primary.changeFeed().isSynchronising()
                                && publisher.number() == primary.changeFeed().number());
        for (final CacheReplica replica : replicas) {
            await("same number", () -> replica.applied() == publisher.number());
            assertThat(replica.cache().digest()).isEqualTo(primary.digest());
        }
    }

    /** Puts a value of some length. */
    static void put(OffHeapCache cache, long key, int filling, int length) {
        put(cache, key, filling, length, OffHeapCache.DEFAULT_TTL);
    }

    static void put(OffHeapCache cache, long key, int filling, int length, long ttlNs) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) filling);
        cache.put(key, value, 0, length, ttlNs);
    }

    @Override
    public void close() {
        for (final OffHeapCache cache : caches) {
            if (!cache.isClosed()) {
                TestSupport.assertClean(cache);
            }
        }
        agents.forEach(Agent::onClose);
        driver.step();
        CloseHelper.closeAll(driver);
        CloseHelper.closeAll(caches);
    }
}
