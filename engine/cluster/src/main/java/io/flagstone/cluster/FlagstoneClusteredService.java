// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.BatchDecoder;
import io.flagstone.cluster.codec.DigestCheckDecoder;
import io.flagstone.cluster.codec.DigestCheckEncoder;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.RegisterDecoder;
import io.flagstone.cluster.codec.RegisteredEncoder;
import io.flagstone.cluster.codec.RequestDecoder;
import io.flagstone.cluster.codec.Status;
import io.flagstone.cluster.codec.UnregisterDecoder;
import io.flagstone.cluster.internal.ClientTable;
import io.flagstone.cluster.internal.LogAge;
import io.flagstone.cluster.internal.MemberReads;
import io.flagstone.cluster.internal.Messages;
import io.flagstone.cluster.internal.Operations;
import io.flagstone.cluster.internal.Outcomes;
import io.flagstone.cluster.internal.ReadStreams;
import io.flagstone.cluster.internal.ShardOperations;
import io.flagstone.cluster.internal.SnapshotIdentity;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A cache as the state machine of an Aeron Cluster: every member executes the same requests in the
 * same order. {@link ClusterCache} and {@link ClusterRequests} are its clients.
 *
 * <p><b>Once.</b> A client numbers its requests, and each member keeps the outcomes of those that
 * the client has no response to. A request that arrives again, after a new leader was elected or a
 * response was lost, is answered from there.
 *
 * <p><b>Reads.</b> Those of clients go through the log, so they are linearizable. {@link #peek}
 * reads what this member has, with a bound on how old that may be. A {@link MemberReader} does so
 * from another process, if {@link ClusterServiceContext#readChannel} is set.
 *
 * <p><b>Equal members.</b> See {@link ClusterState}. After each snapshot the leader's digest goes
 * through the log, and each member compares it with its own.
 *
 * <p><b>Errors.</b> What a client did wrong is a status of the response. Anything else stops the
 * member by an {@link AgentTerminationException}, because it might have changed a part of what the
 * others have changed. It is whole again after it was started anew.
 *
 * <p>The thread of the service container calls all methods, except for {@link #peek}, {@link
 * #appliedPosition} and {@link #divergences}. Requests allocate nothing here.
 */
public final class FlagstoneClusteredService implements ClusteredService {
    /** The result of {@link #peek} if this member is older than the bound. */
    public static final int TOO_OLD = -3;

    private static final long TIMER_ID = 0x466C_6167;

    /** How long the leader waits for a client that takes no responses, once. */
    private static final long OFFER_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final RegisterDecoder register = new RegisterDecoder();
    private final RegisteredEncoder registered = new RegisteredEncoder();
    private final UnregisterDecoder unregister = new UnregisterDecoder();
    private final RequestDecoder request = new RequestDecoder();
    private final BatchDecoder batch = new BatchDecoder();
    private final DigestCheckDecoder check = new DigestCheckDecoder();
    private final UnsafeBuffer small = new UnsafeBuffer(new byte[128]);
    private final ClusterServiceContext context;
    private final ClusterState state;
    private final ClientTable clients;
    private final ShardOperations shard;
    private final Operations operations;

    /** The sessions that did not take their last response. */
    private final LongHashSet stalled = new LongHashSet();

    private Cluster cluster;
    private TimeUnit unit = TimeUnit.MILLISECONDS;
    private SnapshotIdentity snapshot = SnapshotIdentity.NONE;
    private boolean checkDue;
    private final LogAge age;
    private final MemberReads memberReads;
    private ReadStreams readStreams;

    /** Whether the cache is being saved, which Aeron's idle work may interrupt. */
    private boolean saving;

    private volatile long appliedPosition;
    private volatile long divergences;
    private volatile long comparisons;
    private volatile long lastSnapshotNs;

    /**
     * Builds the cache.
     *
     * @param context the settings; do not change them afterwards.
     * @throws IllegalArgumentException if the cache's settings do not suit a state machine.
     */
    public FlagstoneClusteredService(ClusterServiceContext context) {
        this.context = context;
        this.state = context.newState();
        this.shard = new ShardOperations(context.moveListBytes());
        this.clients =
                new ClientTable(
                        context.maxClients(), context.window(), context.clientIdleTimeoutNs());
        final int maxEntryBytes = state.maxEntryBytes();
        this.operations = new Operations(shard, maxEntryBytes, context.maxResponseBytes());
        this.age = new LogAge(context.nanoClock(), context.epochClock());
        this.memberReads = new MemberReads(shard, age, maxEntryBytes, context.maxResponseBytes());
    }

    @Override
    public void onStart(Cluster started, Image snapshotImage) {
        cluster = started;
        unit = started.timeUnit();
        if (snapshotImage != null) {
            state.load(snapshotImage, started.idleStrategy());
            final SnapshotIdentity loaded = clients.load(snapshotImage, started.idleStrategy());
            final long shardDigest =
                    clients.shardParts() == 0
                            ? shard.save().digest()
                            : shard.load(
                                    snapshotImage, started.idleStrategy(), clients.shardParts());
            snapshot =
                    new SnapshotIdentity(
                            loaded.number(), state.digest() ^ shardDigest, state.entries());
            checkDue = true;
            appliedPosition = started.logPosition();
        }
        if (context.readChannel() != null) {
            readStreams =
                    new ReadStreams(
                            started.aeron(),
                            context.readChannel(),
                            context.maxClients(),
                            memberReads);
        }
    }

    /** Answers readers, in the thread that applies the log, between two events. */
    @Override
    public int doBackgroundWork(long nowNs) {
        // Aeron calls this also while this service waits until something is taken. Between events,
        // and while a timer is set, the cache is whole.
        return readStreams == null || saving ? 0 : readStreams.poll(state.cache(), appliedPosition);
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {
        state.time(timestamp, unit);
        applied(timestamp);
    }

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason reason) {
        stalled.remove(session.id());
        state.time(timestamp, unit);
        applied(timestamp);
    }

    @Override
    public void onNewLeadershipTermEvent(
            long leadershipTermId,
            long logPosition,
            long timestamp,
            long termBaseLogPosition,
            int leaderMemberId,
            int logSessionId,
            TimeUnit timeUnit,
            int appVersion) {
        unit = timeUnit;
        state.time(timestamp, unit);
        scheduleTick(timestamp);
        applied(timestamp);
    }

    @Override
    public void onTimerEvent(long correlationId, long timestamp) {
        state.time(timestamp, unit);
        if (correlationId == TIMER_ID) {
            scheduleTick(timestamp);
            if (checkDue) {
                checkDue = false;
                offerCheck();
            }
        }
        applied(timestamp);
    }

    private void scheduleTick(long timestamp) {
        final long deadline = timestamp + unit.convert(context.tickMs(), TimeUnit.MILLISECONDS);
        cluster.idleStrategy().reset();
        while (!cluster.scheduleTimer(TIMER_ID, deadline)) {
            cluster.idleStrategy().idle();
        }
    }

    /** Sends this member's digest to the log, which takes that of the leader. */
    private void offerCheck() {
        final DigestCheckEncoder encoder = new DigestCheckEncoder();
        encoder.wrapAndApplyHeader(small, 0, headerEncoder)
                .snapshotNumber(snapshot.number())
                .digest(snapshot.digest())
                .entries(snapshot.entries())
                .configuration(configuration());
        final int length = encoder.encodedLength() + headerEncoder.encodedLength();
        cluster.idleStrategy().reset();
        while (cluster.offer(small, 0, length) < 0) {
            cluster.idleStrategy().idle();
        }
    }

    private long configuration() {
        return state.configuration() ^ context.fingerprint();
    }

    @Override
    public void onSessionMessage(
            ClientSession session,
            long timestamp,
            DirectBuffer buffer,
            int offset,
            int length,
            Header messageHeader) {
        state.time(timestamp, unit);
        try {
            dispatch(session, buffer, offset, length);
        } catch (final AgentTerminationException e) {
            throw e;
        } catch (final Throwable thrown) {
            throw stopped(thrown);
        }
        if (state.failure() != null) {
            throw stopped(state.failure());
        }
        applied(timestamp);
    }

    private static AgentTerminationException stopped(Throwable cause) {
        return new AgentTerminationException(
                new IllegalStateException(
                        "this member stops, because its cache may differ from the others", cause));
    }

    private void dispatch(ClientSession session, DirectBuffer buffer, int offset, int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return;
        }
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            return;
        }
        if (session == null) {
            if (header.templateId() == DigestCheckDecoder.TEMPLATE_ID) {
                onCheck(buffer, offset);
            }
            return;
        }
        if (!Messages.isWhole(header, buffer, offset, length)) {
            // Damaged, or of a later version. The client's time-out says so.
            return;
        }
        switch (header.templateId()) {
            case RegisterDecoder.TEMPLATE_ID -> onRegister(session, buffer, offset);
            case UnregisterDecoder.TEMPLATE_ID ->
                    clients.unregister(
                            unregister.wrapAndApplyHeader(buffer, offset, header).clientId());
            case RequestDecoder.TEMPLATE_ID -> onRequest(session, buffer, offset);
            case BatchDecoder.TEMPLATE_ID -> onBatch(session, buffer, offset);
            default -> {
                // There is no other that is whole.
            }
        }
    }

    private void onRegister(ClientSession session, DirectBuffer buffer, int offset) {
        register.wrapAndApplyHeader(buffer, offset, header);
        final long clientId = register.clientId();
        final boolean known = clients.register(clientId, state.timeNs());
        registered
                .wrapAndApplyHeader(small, 0, headerEncoder)
                .clientId(clientId)
                .window(clients.window())
                .status(known ? Status.OK : Status.TOO_MANY_CLIENTS);
        offer(session, small, registered.encodedLength() + headerEncoder.encodedLength());
    }

    private void onRequest(ClientSession session, DirectBuffer buffer, int offset) {
        request.wrapAndApplyHeader(buffer, offset, header);
        final long clientId = request.clientId();
        final long sequence = request.sequence();
        final Outcomes outcomes = clients.get(clientId);
        if (isNew(session, outcomes, clientId, sequence, request.oldest())) {
            final boolean write = Operations.isWrite(request.operationRaw());
            operations.execute(state.cache(), request);
            if (write) {
                keep(outcomes, sequence);
            }
            respond(session, clientId, sequence);
        }
    }

    private void onBatch(ClientSession session, DirectBuffer buffer, int offset) {
        batch.wrapAndApplyHeader(buffer, offset, header);
        final long clientId = batch.clientId();
        final long sequence = batch.sequence();
        final Outcomes outcomes = clients.get(clientId);
        if (isNew(session, outcomes, clientId, sequence, batch.oldest())) {
            final boolean write = batch.operationRaw() != Operation.GET.value();
            operations.execute(state.cache(), batch);
            if (write) {
                keep(outcomes, sequence);
            }
            respond(session, clientId, sequence);
        }
    }

    /** Returns whether to execute a request. If not, responds. */
    private boolean isNew(
            ClientSession session, Outcomes outcomes, long clientId, long sequence, long oldest) {
        final int found =
                outcomes == null
                        ? Status.UNKNOWN_CLIENT.value()
                        : outcomes.find(sequence, oldest, state.timeNs());
        switch (found) {
            case Outcomes.NEW -> {
                return true;
            }
            case Outcomes.STALE -> answer(session, clientId, sequence, Status.STALE, 0);
            case Outcomes.BEYOND -> answer(session, clientId, sequence, Status.REFUSED, 0);
            default ->
                    answer(
                            session,
                            clientId,
                            sequence,
                            Status.get((byte) found),
                            outcomes == null ? 0 : outcomes.number(sequence));
        }
        return false;
    }

    private void keep(Outcomes outcomes, long sequence) {
        outcomes.put(sequence, (byte) operations.status().value(), operations.number());
    }

    private void answer(
            ClientSession session, long clientId, long sequence, Status status, long number) {
        final int length =
                operations.respond(clientId, sequence, cluster.logPosition(), status, number);
        offer(session, operations.buffer(), length);
    }

    private void respond(ClientSession session, long clientId, long sequence) {
        final int length = operations.respond(clientId, sequence, cluster.logPosition());
        try {
            offer(session, operations.buffer(), length);
        } catch (final IllegalArgumentException tooLong) {
            answer(session, clientId, sequence, Status.RESPONSE_TOO_LONG, length);
        }
    }

    /**
     * Sends a response, if this member is the leader. A client that takes no responses holds the
     * cluster up for a moment, and no longer until it takes one: its responses are dropped, and it
     * asks again.
     */
    private void offer(ClientSession session, DirectBuffer buffer, int length) {
        if (session.isClosing()) {
            return;
        }
        if (session.offer(buffer, 0, length) > 0) {
            stalled.remove(session.id());
        } else if (stalled.add(session.id())) {
            final NanoClock clock = context.nanoClock();
            final long startNs = clock.nanoTime();
            while (clock.nanoTime() - startNs < OFFER_WAIT_NS) {
                Thread.onSpinWait();
                if (session.offer(buffer, 0, length) > 0) {
                    stalled.remove(session.id());
                    return;
                }
            }
        }
    }

    private void onCheck(DirectBuffer buffer, int offset) {
        check.wrapAndApplyHeader(buffer, offset, header);
        if (check.snapshotNumber() != snapshot.number()) {
            // Another snapshot was taken meanwhile; its own check follows.
            return;
        }
        if (check.digest() != snapshot.digest()
                || check.entries() != snapshot.entries()
                || check.configuration() != configuration()) {
            divergences++;
            report(
                    new DivergenceException(
                            "member "
                                    + cluster.memberId()
                                    + " differs at snapshot "
                                    + snapshot.number()
                                    + ": digest "
                                    + Long.toHexString(snapshot.digest())
                                    + " instead of "
                                    + Long.toHexString(check.digest())
                                    + ", entries "
                                    + snapshot.entries()
                                    + " instead of "
                                    + check.entries()
                                    + (check.configuration() == configuration()
                                            ? ""
                                            : ", and its settings are others")));
        }
        comparisons++;
    }

    private void report(DivergenceException divergence) {
        final ErrorHandler handler = context.divergenceHandler();
        if (handler != null) {
            handler.onError(divergence);
        } else {
            cluster.context().errorHandler().onError(divergence);
        }
    }

    @Override
    public void onTakeSnapshot(ExclusivePublication publication) {
        final long startNs = context.nanoClock().nanoTime();
        final ShardOperations.Saved shardState = shard.save();
        saving = true;
        try {
            state.save(publication, cluster.idleStrategy());
        } finally {
            snapshot =
                    new SnapshotIdentity(
                            snapshot.number() + 1,
                            state.digest() ^ shardState.digest(),
                            state.entries());
            checkDue = true;
            saving = false;
        }
        clients.save(publication, cluster.idleStrategy(), snapshot, shardState.parts());
        shardState.write(publication, cluster.idleStrategy());
        lastSnapshotNs = context.nanoClock().nanoTime() - startNs;
    }

    @Override
    public void onRoleChange(Cluster.Role newRole) {
        // Only the leader's responses leave the process; Aeron sees to that.
    }

    @Override
    public void onTerminate(Cluster ending) {
        CloseHelper.quietClose(readStreams);
        readStreams = null;
        shard.close();
        state.close();
    }

    private void applied(long timestamp) {
        appliedPosition = cluster.logPosition();
        // The time is rounded down, and so is the clock that it is compared with.
        age.applied(unit.toNanos(timestamp - 1));
    }

    /**
     * Reads what this member has, if it is not too old. This is no use, steers no eviction, and is
     * not linearizable: another member may have answered a later write already. Any thread may call
     * this.
     *
     * <p>The age is that of {@link #stalenessNs}.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param destination receives the value.
     * @param destinationOffset the offset at which to write.
     * @param maxAgeMs how old the state may be, in milliseconds.
     * @param minPosition the least position of the log that it must have, such as {@link
     *     ClusterRequests#lastPosition} of a client that reads its own writes, or 0.
     * @return the value's length, {@link OffHeapCache#NOT_FOUND}, {@link
     *     OffHeapCache#INSUFFICIENT_CAPACITY} or {@link #TOO_OLD}.
     */
    public int peek(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset,
            long maxAgeMs,
            long minPosition) {
        if (appliedPosition < minPosition || age.ns() > TimeUnit.MILLISECONDS.toNanos(maxAgeMs)) {
            return TOO_OLD;
        }
        return state.peek(key, keyOffset, keyLength, destination, destinationOffset);
    }

    /**
     * Returns the position of the log up to which this member has applied events.
     *
     * @return the position.
     */
    public long appliedPosition() {
        return appliedPosition;
    }

    /**
     * Returns how old the state of this member may be: it has everything that was appended to the
     * log before that. Any thread may call this.
     *
     * <p>It is the time since the last event that this member has applied was appended, by the wall
     * clocks of the leader and of this machine. If this machine's clock is behind the leader's, the
     * result is too small by that difference, but by no more than the event was under way.
     *
     * @return nanoseconds, {@link Long#MAX_VALUE} before the first event.
     */
    public long stalenessNs() {
        return age.ns();
    }

    /**
     * Returns how many snapshots of this member differed from the leader's.
     *
     * @return the number, 0 in a cluster that is well.
     */
    public long divergences() {
        return divergences;
    }

    /**
     * Returns how many snapshots this member has compared with the leader's.
     *
     * @return the number.
     */
    public long comparisons() {
        return comparisons;
    }

    /**
     * Returns for how long the last snapshot stopped this member's service. Aeron adds the time
     * until its archive has recorded everything.
     *
     * @return nanoseconds, 0 before the first snapshot.
     */
    public long lastSnapshotNs() {
        return lastSnapshotNs;
    }

    /** Returns the memory that the list of a move has taken, in bytes. */
    int moveListBytes() {
        return shard.listBytes();
    }

    /** Returns the answers to readers, for the thread of the service. */
    MemberReads memberReads() {
        return memberReads;
    }

    /**
     * Returns the cache's state, for the thread of the service, or after the service has ended.
     *
     * @return the state.
     */
    ClusterState state() {
        return state;
    }
}
