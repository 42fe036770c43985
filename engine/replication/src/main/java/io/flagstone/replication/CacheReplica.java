// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.metrics.Metric;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * A replica of a cache: it applies the changes that a {@link CachePublisher} sends.
 *
 * <p>One thread calls {@link #doWork} again and again. Readers use {@link #cache} directly, from
 * any thread. {@link #state} says what it holds. If a change is missing, because the primary had a
 * gap, the stream was cut or messages were lost for good, the replica asks for a synchronisation by
 * itself. It empties its cache when the synchronisation begins, so readers miss until it ends.
 *
 * <p><b>Acknowledgement.</b> The replica acknowledges a change after it has applied it and all
 * changes before it.
 *
 * <p><b>Fail-over.</b> {@link #promote} makes the cache a primary of a higher epoch. From then on
 * the replica tells primaries of lower epochs to stop, as long as {@link #doWork} is called. Other
 * replicas follow the highest epoch and ignore messages of lower ones.
 *
 * <p>Any thread may call any method. In steady state nothing is allocated.
 */
public final class CacheReplica implements Agent, AutoCloseable {
    private final OffHeapCache cache;
    private final Follower follower;
    private final MessageReader reader;
    private final FragmentHandler fragmentHandler;
    private final StatusWriter statuses;
    private final AeronLink link;
    private final Builder settings;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;

    private ExclusivePublication publication;
    private Subscription subscription;
    private boolean isClosed;
    private boolean hasSentStatus;
    private long nowNs;
    private long heard;
    private long heardNs;
    private long statusSentNs;
    private long statusNumber;
    private ReplicaState statusState;
    private boolean hasAsked;
    private long askedNs;

    /** The state that the listener was told last, at the end of a duty cycle. */
    private ReplicaState shownState = ReplicaState.JOINING;

    private final Tally epoch = new Tally();
    private final Tally applied = new Tally();
    private final Tally lagRecords = new Tally();
    private final Tally heartbeatNs = new Tally();
    private final Tally ignored = new Tally();
    private final Tally gaps = new Tally();
    private final Tally joins = new Tally();
    private final Tally refused = new Tally();

    private CacheReplica(Builder settings) {
        this.settings = settings;
        this.link = settings.link();
        this.clock = settings.clock();
        this.epochClock = settings.epochClock();
        this.cache = settings.cache.copy().follower(true).build();
        this.follower = new Follower(cache.changeApplier(), settings.errorHandler());
        this.reader = new MessageReader(follower);
        this.fragmentHandler =
                (buffer, offset, length, header) -> reader.read(buffer, offset, length);
        this.statuses = new StatusWriter(settings.replicaId);
    }

    /**
     * Creates a builder.
     *
     * @return a builder with the defaults.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a replica. The cache, the id and the connection to a media driver must be set. */
    public static final class Builder extends ReplicationBuilder<Builder> {
        private CacheBuilder cache;
        private int replicaId;
        private int fragmentsPerCycle = 64;
        private long acknowledgeNs = TimeUnit.MILLISECONDS.toNanos(1);
        private long statusNs = TimeUnit.MILLISECONDS.toNanos(100);
        private long joinNs = TimeUnit.MILLISECONDS.toNanos(100);
        private long lostAfterNs = TimeUnit.SECONDS.toNanos(1);
        private BiConsumer<ReplicaState, ReplicaState> stateListener = (before, after) -> {};

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the builder of the replica's cache. Give it room for all that the primary holds. If
         * the replica may be promoted and shall have replicas then, give it a feed, too.
         *
         * @param builder the builder, which is copied.
         * @return this.
         */
        public Builder cache(CacheBuilder builder) {
            cache = Objects.requireNonNull(builder, "builder");
            return this;
        }

        /**
         * Sets the id. No two replicas of a primary may have the same.
         *
         * @param id from 1 to 65 535.
         * @return this.
         */
        public Builder replicaId(int id) {
            if (id < 1 || id > Epochs.MAX_REPLICA_ID) {
                throw new IllegalArgumentException(
                        "replicaId must be between 1 and "
                                + Epochs.MAX_REPLICA_ID
                                + ": replicaId="
                                + id);
            }
            replicaId = id;
            return this;
        }

        /**
         * Sets the most messages that one duty cycle takes of a primary. The default is 64.
         *
         * @param limit messages, positive.
         * @return this.
         */
        public Builder fragmentsPerCycle(int limit) {
            fragmentsPerCycle = (int) positive("fragmentsPerCycle", limit);
            return this;
        }

        /**
         * Sets the shortest time between two acknowledgements. The default is 1 ms. With 0, every
         * duty cycle that applied changes acknowledges them.
         *
         * @param intervalNs nanoseconds, 0 or more.
         * @return this.
         */
        public Builder acknowledgeNs(long intervalNs) {
            acknowledgeNs = intervalNs == 0 ? 0 : positive("acknowledgeNs", intervalNs);
            return this;
        }

        /**
         * Sets after how long a status is sent if nothing changes. The default is 100 ms.
         *
         * @param intervalNs nanoseconds, positive.
         * @return this.
         */
        public Builder statusNs(long intervalNs) {
            statusNs = positive("statusNs", intervalNs);
            return this;
        }

        /**
         * Sets after how long the replica asks again for a synchronisation. The default is 100 ms.
         *
         * @param intervalNs nanoseconds, positive.
         * @return this.
         */
        public Builder joinNs(long intervalNs) {
            joinNs = positive("joinNs", intervalNs);
            return this;
        }

        /**
         * Sets after how long a silent primary counts as lost. The default is 1 s.
         *
         * @param timeoutNs nanoseconds, positive.
         * @return this.
         */
        public Builder lostAfterNs(long timeoutNs) {
            lostAfterNs = positive("lostAfterNs", timeoutNs);
            return this;
        }

        /**
         * Sets the listener of changes of the state. It gets the state before and the state after,
         * at the end of the duty cycle in which the state changed. It runs on the thread that makes
         * the change and must not wait.
         *
         * @param listener the listener.
         * @return this.
         */
        public Builder stateListener(BiConsumer<ReplicaState, ReplicaState> listener) {
            stateListener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Builds the replica and its cache. It connects when it first works.
         *
         * @return the agent, whose thread is yours.
         * @throws IllegalArgumentException if the cache, the id or the connection is not set.
         */
        public CacheReplica build() {
            if (cache == null) {
                throw new IllegalArgumentException("set cache");
            }
            if (replicaId == 0) {
                throw new IllegalArgumentException("set replicaId");
            }
            return new CacheReplica(this);
        }
    }

    /** {@return the cache} Only the replica writes it, until it is promoted. */
    public OffHeapCache cache() {
        return cache;
    }

    @Override
    public synchronized int doWork() {
        if (isClosed) {
            return 0;
        }
        nowNs = clock.nanoTime();
        int work = link.invoke();
        if (isConnected() || connect()) {
            work += poll();
        }
        checkPrimary();
        work += tell();
        show();
        return work;
    }

    private boolean isConnected() {
        return subscription != null
                && link.isOpen()
                && !subscription.isClosed()
                && !publication.isClosed();
    }

    private boolean connect() {
        disconnect();
        final Aeron client = link.client(nowNs);
        if (client == null) {
            return false;
        }
        try {
            publication =
                    client.addExclusivePublication(
                            settings.statusChannel(), settings.statusStreamId());
            subscription = client.addSubscription(settings.channel(), settings.streamId());
        } catch (final RuntimeException e) {
            disconnect();
            link.refused(e, nowNs);
            return false;
        }
        statuses.use(publication);
        return true;
    }

    private void disconnect() {
        statuses.use(null);
        if (follower.followed() != null) {
            follower.end();
            reader.reset();
        }
        CloseHelper.quietCloseAll(publication, subscription);
        publication = null;
        subscription = null;
    }

    private int poll() {
        int fragments = 0;
        final int images = subscription.imageCount();
        for (int i = 0; i < images && i < subscription.imageCount(); i++) {
            final Image image = subscription.imageAtIndex(i);
            follower.from(image);
            fragments += image.poll(fragmentHandler, settings.fragmentsPerCycle);
        }
        return fragments;
    }

    private void checkPrimary() {
        if (follower.followed() instanceof Image image && image.isClosed()) {
            follower.end();
            reader.reset();
        }
        if (heard != follower.heard()) {
            heard = follower.heard();
            heardNs = nowNs;
        } else if (nowNs - heardNs > settings.lostAfterNs) {
            follower.lose();
        }
    }

    private int tell() {
        if (follower.state() == ReplicaState.PROMOTED) {
            return isStatusDue() && statuses.sendFence(follower.epoch()) ? told() : 0;
        }
        int work = 0;
        final boolean hasNews =
                follower.applied() != statusNumber && nowNs - statusSentNs >= settings.acknowledgeNs
                        || follower.state() != statusState;
        if (hasNews || isStatusDue()) {
            follower.checkResets();
            if (statuses.sendStatus(
                    follower.epoch(),
                    follower.primaryId(),
                    follower.applied(),
                    follower.state(),
                    cache.changeApplier().ownEvictions())) {
                work = told();
            }
        }
        if (!follower.canAsk()) {
            hasAsked = false;
        } else if ((!hasAsked || nowNs - askedNs >= settings.joinNs)
                && statuses.sendJoinRequest(
                        follower.epoch(), follower.primaryId(), follower.seen())) {
            hasAsked = true;
            askedNs = nowNs;
            work++;
        }
        return work;
    }

    private boolean isStatusDue() {
        return !hasSentStatus || nowNs - statusSentNs >= settings.statusNs;
    }

    private int told() {
        hasSentStatus = true;
        statusSentNs = nowNs;
        statusNumber = follower.applied();
        statusState = follower.state();
        return 1;
    }

    /** Shows other threads what has changed. */
    private void show() {
        applied.set(follower.applied());
        lagRecords.set(follower.lagRecords());
        heartbeatNs.set(follower.heartbeatNs());
        ignored.set(follower.ignored());
        epoch.set(follower.epoch());
        gaps.set(follower.gaps());
        joins.set(follower.joins());
        refused.set(follower.refused());
        final ReplicaState before = shownState;
        final ReplicaState after = follower.state();
        if (before != after) {
            shownState = after;
            settings.stateListener.accept(before, after);
        }
    }

    /**
     * Makes the cache a primary. It takes writes from now on, and expires by itself. Give the
     * result to {@link CachePublisher.Builder#epoch}, if the cache has a feed, and go on calling
     * {@link #doWork}: it tells the old primary to stop.
     *
     * <p>The cache holds every change that the replica has acknowledged.
     *
     * @return the new epoch.
     * @throws IllegalStateException if the cache holds only a part of what the primary held, if the
     *     replica was promoted before, or if it is closed.
     */
    public synchronized long promote() {
        follower.checkResets();
        if (!follower.isComplete()) {
            throw new IllegalStateException(
                    "the replica holds only a part of its primary's contents: state=" + state());
        }
        return promoteAnyway();
    }

    /**
     * Makes the cache a primary, even if it holds only a part of what the primary held.
     *
     * @return the new epoch.
     * @throws IllegalStateException if the replica was promoted before, or if it is closed.
     */
    public synchronized long promoteAnyway() {
        if (isClosed || follower.state() == ReplicaState.PROMOTED) {
            throw new IllegalStateException(
                    isClosed ? "the replica is closed" : "the replica was promoted before");
        }
        final long promoted = follower.promote(settings.replicaId);
        hasSentStatus = false;
        show();
        return promoted;
    }

    @Override
    public String roleName() {
        return "flagstone-replica";
    }

    /** {@return the state} */
    public ReplicaState state() {
        return follower.state();
    }

    /**
     * {@return whether the cache holds what the primary held at some position of its feed} {@link
     * #promote} needs this.
     */
    public boolean isComplete() {
        return follower.isComplete();
    }

    /** {@return the epoch of the primary, or of the replica itself if it was promoted} */
    public long epoch() {
        return epoch.get();
    }

    /**
     * {@return the number of the last change that was applied, or 0 if the replica is not {@link
     * ReplicaState#LIVE}}
     */
    public long applied() {
        return applied.get();
    }

    /** {@return how many changes the replica knows of, from heartbeats, and has not applied} */
    public long lagRecords() {
        return lagRecords.get();
    }

    /**
     * {@return how old the cache's contents may be, in nanoseconds: the time since the primary sent
     * the last heartbeat that the replica has come to} If all is well, this is less than the
     * interval of heartbeats and the time of a message. On different machines it is as exact as
     * their clocks. Returns {@link Long#MAX_VALUE} if no heartbeat has come.
     */
    public long lagNs() {
        final long sentNs = heartbeatNs.get();
        return sentNs == 0 ? Long.MAX_VALUE : epochClock.nanoTime() - sentNs;
    }

    /** {@return how many messages were ignored: those of lower epochs, and of second primaries} */
    public long ignored() {
        return ignored.get();
    }

    /** {@return how often a change was missing} */
    public long gaps() {
        return gaps.get();
    }

    /** {@return how many synchronisations were complete} */
    public long joins() {
        return joins.get();
    }

    /** {@return how many values were too large for the replica's cache} */
    public long refused() {
        return refused.get();
    }

    /**
     * Returns the sources of the replica's figures, for {@link
     * io.flagstone.metrics.MetricsPublisher#open(OffHeapCache, java.nio.file.Path, String, Map)}.
     * To read them takes no lock and allocates nothing.
     *
     * @return a new map, which the caller may change; it stays valid after a promotion.
     */
    public Map<Metric, LongSupplier> metrics() {
        final Map<Metric, LongSupplier> sources = new EnumMap<>(Metric.class);
        sources.put(Metric.REPLICA_STATE, () -> state().ordinal());
        sources.put(Metric.REPLICA_EPOCH, this::epoch);
        sources.put(Metric.REPLICA_APPLIED, this::applied);
        sources.put(Metric.REPLICA_LAG_RECORDS, this::lagRecords);
        sources.put(
                Metric.REPLICA_LAG_NS, () -> heartbeatNs.get() == 0 ? -1 : Math.max(0, lagNs()));
        sources.put(Metric.REPLICA_GAPS, this::gaps);
        sources.put(Metric.REPLICA_JOINS, this::joins);
        sources.put(Metric.REPLICA_REFUSED, this::refused);
        sources.put(Metric.REPLICA_EVICTIONS, () -> cache.changeApplier().ownEvictions());
        return sources;
    }

    /** Closes the subscription and the cache. The cache of a promoted replica stays open. */
    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            disconnect();
            link.close();
            if (follower.state() != ReplicaState.PROMOTED) {
                cache.close();
            }
        }
    }

    @Override
    public void onClose() {
        close();
    }
}
