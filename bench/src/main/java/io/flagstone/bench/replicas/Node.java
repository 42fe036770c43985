// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.aeron.Aeron;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import io.flagstone.bench.fork.ParentLine;
import io.flagstone.bench.replay.CacheSettings;
import io.flagstone.bench.replay.ReplayClock;
import io.flagstone.bench.verify.ReferenceModel;
import io.flagstone.replication.CacheReplica;
import io.flagstone.replication.ReplicaState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * A process of a replicated replay: the first primary, or a replica that may become one. One thread
 * does everything, so that a primary's cache goes through the same states in each run.
 *
 * <p>The clock of a replica stays at the beginning of the tape while it follows, so that nothing
 * expires there unless its primary says so.
 */
public final class Node {
    /**
     * The channel to which a primary publishes. Its terms are small because shared memory may be.
     * Over IPC a publisher waits for the slowest subscriber, even for one that was killed, until
     * the driver notices after ten seconds. These subscribers are not tethered: one that holds the
     * primary back for half a second loses its place and joins again.
     */
    static final String CHANGES_OUT =
            "aeron:ipc?term-length=1m|untethered-window-limit-timeout=500ms"
                    + "|untethered-linger-timeout=200ms|untethered-resting-timeout=100ms";

    /** The channel of the changes for a replica. */
    static final String CHANGES_IN = "aeron:ipc?tether=false";

    /** The channel of what replicas say. */
    static final String STATUSES = "aeron:ipc?term-length=64k";

    /** The epoch of the first primary. */
    static final long FIRST_EPOCH = 1;

    private static final int FEED_BYTES = 1 << 20;
    private static final long PROGRESS_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SPINS = 10;
    private static final int YIELDS = 20;
    private static final long SHORTEST_PARK_NS = TimeUnit.MICROSECONDS.toNanos(1);
    private static final long LONGEST_PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final ParentLine parent;
    private final Talk.Assignment assignment;
    private final ReplayClock clock = new ReplayClock();
    private final LagMeter lag = new LagMeter();
    private final SuccessionCheck succession = new SuccessionCheck(lag);
    private final Aeron aeron;
    private final OffHeapCache cache;
    private final CacheReplica replica;
    private RemovalHandler removals;
    private Leadership leadership;
    private long progressNs;
    private long joinedEpoch;
    private long beganNs = System.nanoTime();
    private long applied;
    private long appliedNs;
    private boolean isSettling;
    private Talk.Finish finish;

    private Node(ParentLine parent, Talk.Assignment assignment) throws IOException {
        this.parent = parent;
        this.assignment = assignment;
        clock.advanceTo(assignment.originNs());
        aeron =
                Aeron.connect(
                        new Aeron.Context()
                                .aeronDirectoryName(assignment.aeronDirectory())
                                .useConductorAgentInvoker(true));
        final CacheBuilder builder = builder(assignment, clock, this::onRemoval);
        if (assignment.primary()) {
            replica = null;
            cache = CacheSettings.build(builder);
            lead(assignment.cache().exactOrder(), new Contents(List.of()), FIRST_EPOCH);
        } else {
            replica =
                    CacheReplica.builder()
                            .cache(builder)
                            .replicaId(assignment.id())
                            .aeron(aeron)
                            .channel(CHANGES_IN)
                            .statusChannel(STATUSES)
                            .build();
            cache = replica.cache();
            removals = succession;
            lag.follow(aeron, 0);
        }
    }

    /**
     * Runs a node until its parent ends.
     *
     * @param args none.
     * @throws IOException if the tape cannot be read.
     * @throws InterruptedException never.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        final ParentLine parent = ParentLine.open();
        new Node(parent, (Talk.Assignment) Talk.decode(parent.take())).run();
    }

    /**
     * Returns the builder of every cache of the replay. Its deadlines are in the time of the tape,
     * so that they mean the same in each process.
     *
     * @param assignment the settings.
     * @param clock the clock of the cache, whose origin is the first trade.
     * @param removals the removal handler.
     */
    static CacheBuilder builder(
            Talk.Assignment assignment, ReplayClock clock, RemovalHandler removals) {
        return assignment
                .cache()
                .builder(clock, removals, null)
                .hashSeed(assignment.hashSeed())
                .epochClock(() -> assignment.originNs() + clock.nanoTime())
                .changeFeedBytes(FEED_BYTES);
    }

    private void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value) {
        if (removals != null) {
            removals.onRemoval(cause, key, value);
        }
    }

    private void lead(boolean orderChecked, Contents contents, long epoch) throws IOException {
        ReferenceModel model = null;
        if (assignment.verify()) {
            model = new ReferenceModel(clock, orderChecked);
            Leadership.teach(contents, cache, model);
        }
        removals = model;
        leadership = new Leadership(assignment, cache, clock, model, aeron, epoch);
    }

    private void run() throws IOException {
        final IdleStrategy idle =
                new BackoffIdleStrategy(SPINS, YIELDS, SHORTEST_PARK_NS, LONGEST_PARK_NS);
        while (true) {
            int work = 0;
            final String line = parent.poll();
            if (line != null) {
                take(Talk.decode(line));
                work++;
            }
            if (replica != null) {
                work += follow();
            }
            if (leadership != null) {
                work += leadership.doWork();
            }
            tellProgress();
            if (finish != null && isFinished()) {
                tell(finished());
                finish = null;
            }
            idle.idle(work);
        }
    }

    private void take(Object message) throws IOException {
        if (message instanceof Talk.Run run) {
            leadership.run(run.limit());
        } else if (message instanceof Talk.Follow follow) {
            beganNs = System.nanoTime();
            lag.follow(aeron, follow.id());
        } else if (message instanceof Talk.Settle) {
            isSettling = true;
            appliedNs = System.nanoTime();
        } else if (message instanceof Talk.Promote) {
            promote();
        } else if (message instanceof Talk.Finish last) {
            finish = last;
        } else {
            throw new IllegalArgumentException("not a message to a node: " + message);
        }
    }

    private int follow() {
        final int work = replica.doWork();
        final long now = System.nanoTime();
        succession.live(replica.state() == ReplicaState.LIVE);
        if (replica.state() == ReplicaState.LIVE) {
            if (replica.epoch() != joinedEpoch) {
                joinedEpoch = replica.epoch();
                tell(new Talk.Joined(joinedEpoch, now - beganNs));
            }
            if (replica.applied() != applied) {
                applied = replica.applied();
                appliedNs = now;
            }
        }
        if (leadership == null) {
            lag.look();
        }
        if (isSettling && now - appliedNs >= QUIET_NS) {
            isSettling = false;
            tell(new Talk.Settled(applied, replica.isComplete(), found(), lag.lag()));
        }
        return work;
    }

    /** Takes the contents before anything expires: the clock is at the beginning of the tape. */
    private void promote() throws IOException {
        final Contents contents = Contents.of(cache, clock);
        final long epoch = replica.promote();
        lead(false, contents, epoch);
        final boolean there = leadership.resume();
        tell(
                new Talk.Promoted(
                        applied,
                        epoch,
                        leadership.trades() - 1,
                        there,
                        contents,
                        Contents.of(cache, clock),
                        leadership.evictions()));
    }

    private boolean isFinished() {
        return leadership == null || leadership.isAcknowledged(finish.acknowledgements());
    }

    private Talk.Finished finished() {
        clock.advanceTo(finish.tapeNs());
        if (leadership != null) {
            leadership.compareCounts();
        }
        final AuditResult audit = cache.audit();
        return new Talk.Finished(
                cache.digest(),
                Contents.of(cache, clock),
                leadership == null ? 0 : leadership.evictions(),
                replica == null ? 0 : cache.changeApplier().ownEvictions(),
                (replica == null ? 0 : replica.gaps())
                        + (leadership == null ? 0 : leadership.gaps()),
                leadership == null ? 0 : leadership.sent(),
                found(),
                audit.clean() ? null : audit.finding(),
                lag.lag());
    }

    private void tellProgress() {
        final long now = System.nanoTime();
        if (now - progressNs < PROGRESS_NS) {
            return;
        }
        progressNs = now;
        tell(
                leadership == null
                        ? new Talk.Progress(0, applied, Map.of(), found(), lag.lag())
                        : new Talk.Progress(
                                leadership.trades(),
                                leadership.number(),
                                leadership.acknowledged(),
                                found(),
                                null));
    }

    private Talk.Found found() {
        return leadership == null ? Talk.Found.of(succession.differences()) : leadership.found();
    }

    private void tell(Object message) {
        parent.send(Talk.encode(message));
    }
}
