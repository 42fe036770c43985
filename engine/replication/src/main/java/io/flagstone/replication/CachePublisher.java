// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.flagstone.OffHeapCache;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeFeed;
import io.flagstone.feed.ChangeHandler;
import io.flagstone.feed.ChangeKind;
import io.flagstone.metrics.Metric;
import io.flagstone.replication.codecs.JoinRequestDecoder;
import io.flagstone.replication.codecs.StatusDecoder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * Sends the changes of a cache to its replicas.
 *
 * <p>One thread calls {@link #doWork} again and again. It takes changes from the cache's feed and
 * sends them, sends heartbeats, and takes what the replicas say. If the publication has no room,
 * the changes wait in the feed's ring. If the ring is full, the feed has a gap: the publisher says
 * so and synchronises all replicas again. If no replica listens, changes are dropped.
 *
 * <p><b>Asynchronous.</b> A write returns before any replica has it. If the primary dies, writes
 * that no replica has applied are lost. {@link #acknowledged} says what replicas have applied.
 *
 * <p><b>Fencing.</b> When the publisher hears of a higher epoch, another is the primary. It stops
 * for good and calls its listener. The cache itself still takes writes: the application must stop
 * them.
 *
 * <p>Any thread may call any method. In steady state nothing is allocated.
 */
public final class CachePublisher implements Agent, AutoCloseable {
    private static final int STATUSES_PER_CYCLE = 16;
    private static final long NO_SYNC = Long.MIN_VALUE;

    private final ChangeFeed feed;
    private final ChangeHandler changeHandler = this::onChange;
    private final FragmentHandler statusHandler;
    private final AeronLink link;
    private final Builder settings;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;
    private final int changesPerCycle;
    private final long heartbeatNs;
    private final long replicaTimeoutNs;
    private final long epoch;
    private final long primaryId;
    private final MessageSender sender;
    private final ReplicaRegistry registry = new ReplicaRegistry();

    private ExclusivePublication publication;
    private Subscription subscription;
    private boolean isClosed;
    private boolean hasSentHeartbeat;
    private long heartbeatSentNs;
    private long nowNs;

    /** The number of the last change that the feed passed. */
    private long passed;

    /** The number of the last synchronisation's begin, if all from there on was sent. */
    private long syncBegin = NO_SYNC;

    /** Whether a synchronisation was asked for and did not begin yet. */
    private boolean isSyncWaiting;

    private boolean hadGap;

    private final Tally number = new Tally();
    private final Tally sent = new Tally();
    private final Tally dropped = new Tally();
    private final Tally backPressured = new Tally();
    private final Tally gaps = new Tally();
    private final Tally synchronisations = new Tally();
    private final Tally connections = new Tally();
    private volatile long fencedBy = Epochs.NONE;

    private CachePublisher(Builder settings) {
        this.settings = settings;
        this.feed = settings.cache.changeFeed();
        this.link = settings.link();
        this.clock = settings.clock();
        this.epochClock = settings.epochClock();
        this.changesPerCycle = settings.changesPerCycle;
        this.heartbeatNs = settings.heartbeatNs;
        this.replicaTimeoutNs = settings.replicaTimeoutNs;
        this.epoch = settings.epoch;
        this.primaryId = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        // Another publisher may have passed changes before.
        this.passed = feed.number();
        this.number.set(passed);
        this.sender = new MessageSender(new Messages(epoch, primaryId));
        final StatusReader reader = new StatusReader(new Replies());
        this.statusHandler =
                (buffer, offset, length, header) -> reader.read(buffer, offset, length);
    }

    /**
     * Creates a builder.
     *
     * @return a builder with the defaults.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a publisher. Only the cache and the connection to a media driver must be set. */
    public static final class Builder extends ReplicationBuilder<Builder> {
        private OffHeapCache cache;
        private long epoch = Epochs.FIRST;
        private int changesPerCycle = 64;
        private long heartbeatNs = TimeUnit.MILLISECONDS.toNanos(10);
        private long replicaTimeoutNs = TimeUnit.SECONDS.toNanos(2);
        private LongConsumer fenceListener = higher -> {};

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the cache, which must have a feed. No other may poll the feed.
         *
         * @param primary the cache.
         * @return this.
         */
        public Builder cache(OffHeapCache primary) {
            cache = Objects.requireNonNull(primary, "primary");
            return this;
        }

        /**
         * Sets the epoch. The default is 1. A promoted replica gives the epoch that {@link
         * CacheReplica#promote} returned. A primary that starts again keeps its epoch.
         *
         * @param ofPrimary the epoch, positive.
         * @return this.
         */
        public Builder epoch(long ofPrimary) {
            epoch = positive("epoch", ofPrimary);
            return this;
        }

        /**
         * Sets the most changes that one duty cycle sends. The default is 64.
         *
         * @param limit changes, positive.
         * @return this.
         */
        public Builder changesPerCycle(int limit) {
            changesPerCycle = (int) positive("changesPerCycle", limit);
            return this;
        }

        /**
         * Sets the interval of heartbeats in nanoseconds. The default is 10 ms.
         *
         * @param intervalNs nanoseconds, positive.
         * @return this.
         */
        public Builder heartbeatNs(long intervalNs) {
            heartbeatNs = positive("heartbeatNs", intervalNs);
            return this;
        }

        /**
         * Sets after how many nanoseconds a silent replica is forgotten. The default is 2 s.
         *
         * @param timeoutNs nanoseconds, positive.
         * @return this.
         */
        public Builder replicaTimeoutNs(long timeoutNs) {
            replicaTimeoutNs = positive("replicaTimeoutNs", timeoutNs);
            return this;
        }

        /**
         * Sets the listener that is called once, when another primary has taken over. It gets that
         * primary's epoch and runs on the thread that calls {@link CachePublisher#doWork}.
         *
         * @param listener the listener.
         * @return this.
         */
        public Builder fenceListener(LongConsumer listener) {
            fenceListener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Builds the publisher. It connects when it first works.
         *
         * @return the agent, whose thread is yours.
         * @throws IllegalArgumentException if the cache or the connection is not set.
         * @throws IllegalStateException if the cache has no feed.
         */
        public CachePublisher build() {
            if (cache == null) {
                throw new IllegalArgumentException("set cache");
            }
            return new CachePublisher(this);
        }
    }

    /** Takes what replicas say. */
    private final class Replies implements StatusReader.Handler {
        @Override
        public void onStatus(StatusDecoder status) {
            if (status.primaryId() == primaryId && status.number() <= passed) {
                registry.heard(
                        (int) status.replicaId(),
                        StatusWriter.state(status.state()),
                        status.number(),
                        status.ownEvictions(),
                        nowNs);
            }
        }

        @Override
        public void onJoinRequest(JoinRequestDecoder request) {
            // A replica that has not come to the begin will see it. Others need another one.
            if (request.primaryId() == primaryId
                    && !isSyncWaiting
                    && request.number() >= syncBegin) {
                synchronise();
            }
        }

        @Override
        public void onEpoch(long other) {
            if (other > epoch && fencedBy == Epochs.NONE) {
                fencedBy = other;
                sender.use(null);
                settings.fenceListener.accept(other);
            }
        }
    }

    private void synchronise() {
        isSyncWaiting = true;
        feed.synchronise();
    }

    @Override
    public synchronized int doWork() {
        if (isClosed) {
            return 0;
        }
        nowNs = clock.nanoTime();
        int work = link.invoke();
        if (!isConnected() && !connect()) {
            return work;
        }
        work += subscription.poll(statusHandler, STATUSES_PER_CYCLE);
        if (fencedBy == Epochs.NONE) {
            work += sendChanges();
            work += sendHeartbeat();
        }
        return work;
    }

    private boolean isConnected() {
        return publication != null
                && link.isOpen()
                && !publication.isClosed()
                && !subscription.isClosed();
    }

    private boolean connect() {
        disconnect();
        final Aeron client = link.client(nowNs);
        if (client == null) {
            return false;
        }
        try {
            subscription =
                    client.addSubscription(settings.statusChannel(), settings.statusStreamId());
            publication = client.addExclusivePublication(settings.channel(), settings.streamId());
        } catch (final RuntimeException e) {
            disconnect();
            link.refused(e, nowNs);
            return false;
        }
        sender.use(publication);
        connections.add(1);
        return true;
    }

    private void disconnect() {
        if (sender.isPending()) {
            dropped.add(1);
        }
        sender.use(null);
        syncBegin = NO_SYNC;
        CloseHelper.quietCloseAll(publication, subscription);
        publication = null;
        subscription = null;
    }

    private int sendChanges() {
        int changes = 0;
        if (sender.isPending()) {
            settle(sender.sendPending(), sender.pendingNumber());
            if (sender.isPending()) {
                return 0;
            }
            changes = 1;
        }
        // One at a time: the feed cannot take a change back that the publication has no room for.
        while (changes < changesPerCycle
                && !sender.isPending()
                && feed.poll(changeHandler, 1) > 0) {
            changes++;
        }
        number.set(passed);
        if (hadGap) {
            hadGap = false;
            if (!isSyncWaiting && publication.isConnected()) {
                synchronise();
            }
        }
        return changes;
    }

    private void onChange(Change change) {
        passed = change.number();
        final ChangeKind kind = change.kind();
        if (kind == ChangeKind.SYNC_BEGIN) {
            isSyncWaiting = false;
            syncBegin = passed;
            synchronisations.add(1);
        } else if (kind == ChangeKind.GAP) {
            syncBegin = NO_SYNC;
            hadGap = true;
            gaps.add(1);
        }
        try {
            settle(sender.send(change), passed);
        } catch (final Throwable thrown) {
            // The feed has passed the change, so its number is missing in the stream.
            drop();
            throw thrown;
        }
    }

    private void settle(MessageSender.Outcome outcome, long ofNumber) {
        switch (outcome) {
            case SENT -> sent.add(1);
            case LATER -> backPressured.add(1);
            case NOT_CONNECTED -> drop();
            case BROKEN -> {
                drop();
                CloseHelper.quietClose(publication);
            }
        }
    }

    private void drop() {
        // A replica that connects from here on has not seen the begin.
        syncBegin = NO_SYNC;
        dropped.add(1);
    }

    private int sendHeartbeat() {
        if (sender.isPending() || hasSentHeartbeat && nowNs - heartbeatSentNs < heartbeatNs) {
            return 0;
        }
        registry.forgetSilent(nowNs, replicaTimeoutNs);
        if (sender.sendHeartbeat(passed, epochClock.nanoTime()) == MessageSender.Outcome.LATER) {
            return 0;
        }
        hasSentHeartbeat = true;
        heartbeatSentNs = nowNs;
        return 1;
    }

    /**
     * Tells where the stream is.
     *
     * @return false if a change is on its way, or if nothing is sent now.
     */
    synchronized boolean locate(StreamPoint point) {
        if (isClosed || isFenced() || sender.isPending() || !isConnected()) {
            return false;
        }
        point.sessionId = publication.sessionId();
        point.number = passed;
        point.position = publication.position();
        point.gaps = gaps.get();
        point.dropped = dropped.get();
        return true;
    }

    /** Returns the cache whose changes are sent. */
    OffHeapCache cache() {
        return settings.cache;
    }

    String channel() {
        return settings.channel();
    }

    int streamId() {
        return settings.streamId();
    }

    @Override
    public String roleName() {
        return "flagstone-publisher";
    }

    /** {@return the publisher's epoch} */
    public long epoch() {
        return epoch;
    }

    /** {@return the number of the last change that was sent, or dropped because nobody listens} */
    public long number() {
        return number.get();
    }

    /**
     * {@return the number of the last change that so many replicas have applied, with all changes
     * before it} Returns 0 if fewer replicas are {@link ReplicaState#LIVE}.
     *
     * @param replicas how many replicas must hold it.
     */
    public long acknowledged(int replicas) {
        return registry.acknowledged(replicas);
    }

    /** {@return what is known of each replica} Allocates. */
    public List<ReplicaStatus> replicas() {
        return registry.statuses(number.get(), clock.nanoTime());
    }

    /** {@return how many changes were sent} */
    public long sent() {
        return sent.get();
    }

    /** {@return how many changes were dropped because nobody listened} */
    public long dropped() {
        return dropped.get();
    }

    /** {@return how often the publication had no room for a change} */
    public long backPressured() {
        return backPressured.get();
    }

    /** {@return how often the feed lost changes because its ring was full} */
    public long gaps() {
        return gaps.get();
    }

    /** {@return how many synchronisations began} */
    public long synchronisations() {
        return synchronisations.get();
    }

    /** {@return how often the publisher connected to a media driver, 1 if it never had to again} */
    public long connections() {
        return connections.get();
    }

    /** {@return whether another primary has taken over} */
    public boolean isFenced() {
        return fencedBy != Epochs.NONE;
    }

    /**
     * Returns the sources of the publisher's figures, for {@link
     * io.flagstone.metrics.MetricsPublisher#open(OffHeapCache, java.nio.file.Path, String, Map)}.
     * To read them allocates nothing.
     *
     * @return a new map, which the caller may change.
     */
    public Map<Metric, LongSupplier> metrics() {
        final Map<Metric, LongSupplier> sources = new EnumMap<>(Metric.class);
        sources.put(Metric.PUBLISHER_EPOCH, this::epoch);
        sources.put(Metric.PUBLISHER_NUMBER, this::number);
        sources.put(Metric.PUBLISHER_REPLICAS, registry::size);
        sources.put(Metric.PUBLISHER_LIVE, registry::live);
        sources.put(Metric.PUBLISHER_LAG_RECORDS, () -> registry.lagOfSlowest(number()));
        sources.put(Metric.PUBLISHER_SENT, this::sent);
        sources.put(Metric.PUBLISHER_DROPPED, this::dropped);
        sources.put(Metric.PUBLISHER_NO_ROOM, this::backPressured);
        sources.put(Metric.PUBLISHER_GAPS, this::gaps);
        sources.put(Metric.PUBLISHER_FENCED, () -> isFenced() ? 1 : 0);
        return sources;
    }

    /** Closes the publication. Does not close the cache. */
    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            disconnect();
            link.close();
        }
    }

    @Override
    public void onClose() {
        close();
    }
}
