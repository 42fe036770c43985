// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.Operation;
import java.util.Arrays;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * A cache whose keys are divided between several clusters, the shards: each call goes to the shard
 * that has the key's slot, also while slots move from one shard to another.
 *
 * <p>The map of the slots comes from the first cluster. A shard that does not have a slot any more
 * says so, and this client reads the map again. While a slot moves, its shard asks to try again,
 * and this client does, for as long as a request may take. Then the call ends with the outcome
 * {@link Outcome#BUSY} and has had no effect.
 *
 * <p><b>Promises.</b> Operations on one key are linearizable, moves included. Each takes effect
 * once: a request is sent again only to the shard that it was sent to first, until that shard says
 * what has become of it. Only a shard that says that it has not executed it, and never will, sends
 * it on. Batches, {@link #size} and {@link #clear} are not atomic over shards.
 *
 * <p>A shard may be removed, and its cluster ended, before this client knows. Then one call ends as
 * {@link Outcome#TIMED_OUT} or {@link Outcome#BUSY}. The next call reads the map again first, as
 * after each call that gets no answer from a shard other than the first.
 *
 * <p>Without shards this is a {@link ClusterCache}, and it notices when the first one is added.
 *
 * <p>One thread at a time. Allocates nothing, except for connections, longer requests than before,
 * and new maps.
 */
public final class ShardedCache extends ClusterOperations {
    private static final long FIRST_PAUSE_NS = 1_000_000;
    private static final int MAX_PAUSE_SHIFT = 6;
    private static final long KEEP_ALIVE_NS = 200_000_000;

    private final ShardConnections connections;
    private final ClusterClientContext context;
    private final String first;
    private final ExpandableArrayBuffer mapBuffer = new ExpandableArrayBuffer();
    private final ShardedBatch parts = new ShardedBatch();
    private SlotMap map;
    private SingleCall[] calls = new SingleCall[0];

    /** A shard did not answer, so it may have been removed. */
    private boolean mapInDoubt;

    /** How often the operation under way was refused. */
    private int refusals;

    private long startNs;
    private long lastPollNs;

    private ShardedCache(String first, Function<String, ClusterClientContext> clients) {
        this.first = first;
        this.connections = new ShardConnections(clients);
        this.context = clients.apply(first);
        this.map = SlotMap.of(first);
    }

    /**
     * Connects to the first cluster and reads the map.
     *
     * @param firstEndpoints the ingress endpoints of the first cluster.
     * @param clients returns the settings of a client for the ingress endpoints of a cluster; those
     *     of the first say how long a request may take.
     * @return the cache.
     * @throws ClusterRequestException if there is no connection in time, or no room for a client.
     */
    public static ShardedCache connect(
            String firstEndpoints, Function<String, ClusterClientContext> clients) {
        final ShardedCache cache = new ShardedCache(firstEndpoints, clients);
        boolean connected = false;
        try {
            cache.refresh();
            connected = true;
        } finally {
            if (!connected) {
                cache.close();
            }
        }
        return cache;
    }

    /** Reads the map. */
    private void refresh() {
        mapInDoubt = false;
        final SingleCall call = connections.to(first);
        final Outcome outcome =
                call.call(Operation.SLOT_MAP, 0, 0, 0, RequestSession.EMPTY, 0, mapBuffer);
        if (outcome == Outcome.OK) {
            if (call.number() > map.version()) {
                map = SlotMap.decode(mapBuffer);
                // A number may belong to another cluster now.
                calls = new SingleCall[map.shards()];
                connections.retain(map, first);
            }
        } else if (outcome != Outcome.NOT_FOUND) {
            throw new ClusterRequestException("the map has not come: " + outcome, outcome);
        }
        if (calls.length < map.shards()) {
            calls = Arrays.copyOf(calls, map.shards());
        }
    }

    /**
     * Returns the map that this client has.
     *
     * @return the map, which need not be the latest one.
     */
    public SlotMap map() {
        return map;
    }

    private void begin() {
        if (refusals == 0) {
            if (mapInDoubt) {
                refreshIfPossible();
            }
            startNs = context.clock().nanoTime();
            if (startNs - lastPollNs > KEEP_ALIVE_NS) {
                lastPollNs = startNs;
                connections.poll();
            }
        }
    }

    /** Reads the map again. Other shards serve if the first one does not answer. */
    private void refreshIfPossible() {
        try {
            refresh();
        } catch (final ClusterRequestException e) {
            // The next call that gets no answer brings the doubt back.
            mapInDoubt = false;
        }
    }

    /** Returns the connection to a shard, when it can take a request. */
    private SingleCall to(int shard) {
        try {
            SingleCall call = calls[shard];
            if (call == null) {
                call = connections.to(map.endpoints(shard));
                calls[shard] = call;
            }
            return call.ready();
        } catch (final ClusterRequestException e) {
            refusals = 0;
            mapInDoubt |= shard != 0;
            throw new ClusterRequestException(
                    "shard " + shard + " cannot be reached: " + e.getMessage(), Outcome.BUSY);
        }
    }

    /** Notes a shard that did not answer. The first one is never removed. */
    private void noteSilence(SingleCall call) {
        if (call.outcome() == Outcome.TIMED_OUT && call != connections.to(first)) {
            mapInDoubt = true;
        }
    }

    @Override
    SingleCall route(DirectBuffer key, int keyOffset, int keyLength) {
        ClusterRequests.checkKey(keyLength);
        begin();
        return to(map.shardOf(SlotMap.slotOf(key, keyOffset, keyLength)));
    }

    @Override
    boolean ends(SingleCall call, long request) {
        final int before = refusals;
        refusals = 0;
        call.await(request);
        noteSilence(call);
        if (isRefusal(call.outcome())) {
            refusals = before;
            refused(call.outcome(), call.number());
            return false;
        }
        call.check();
        return true;
    }

    private static boolean isRefusal(Outcome outcome) {
        return outcome == Outcome.MOVED || outcome == Outcome.BUSY;
    }

    /** Reads the map again or waits, so that the next attempt has a better chance. */
    private void refused(Outcome outcome, long version) {
        final long nowNs = context.clock().nanoTime();
        if (nowNs - startNs > context.requestTimeoutNs()) {
            refusals = 0;
            throw new ClusterRequestException(
                    "the slot is moving for longer than a request may take, "
                            + context.requestTimeoutNs()
                            + " ns",
                    outcome);
        }
        if (outcome == Outcome.BUSY || version <= map.version()) {
            pause(nowNs, FIRST_PAUSE_NS << Math.min(refusals, MAX_PAUSE_SHIFT));
        }
        if (outcome == Outcome.MOVED) {
            try {
                refresh();
            } catch (final ClusterRequestException e) {
                refusals = 0;
                throw new ClusterRequestException(e.getMessage(), outcome);
            }
        }
        refusals++;
    }

    private void pause(long fromNs, long ns) {
        context.idleStrategy().reset();
        while (context.clock().nanoTime() - fromNs < ns) {
            context.idleStrategy().idle(connections.poll());
        }
    }

    @Override
    public int poll() {
        return connections.poll();
    }

    /**
     * Returns the number of entries of all shards, one after the other. While slots move, their
     * entries may count twice.
     *
     * @return the number, including expired entries that have not been reclaimed.
     */
    public long size() {
        refresh();
        long sum = 0;
        for (int shard = 0; shard < map.shards(); shard++) {
            if (map.isShard(shard)) {
                final SingleCall call = to(shard);
                call.await(call.requests().size());
                call.check();
                sum += call.number();
            }
        }
        return sum;
    }

    /**
     * Removes every entry of all shards, one after the other, and again if slots have moved
     * meanwhile. An entry that is written during the call may stay.
     *
     * @throws ClusterRequestException if slots move for longer than a request may take; some
     *     entries are removed then.
     */
    public void clear() {
        long version;
        refresh();
        do {
            version = map.version();
            for (int shard = 0; shard < map.shards(); shard++) {
                if (map.isShard(shard)) {
                    clear(shard);
                }
            }
            refresh();
        } while (map.version() != version);
    }

    private void clear(int shard) {
        SingleCall call;
        do {
            begin();
            call = to(shard);
        } while (!ends(call, call.requests().clear()));
        refusals = 0;
    }

    /**
     * Reads the values of all keys of a batch, those of each shard at one moment.
     *
     * @param keys the keys; receives the values.
     * @return how many are present.
     */
    public int getAll(ClusterBatch keys) {
        keys.clearValues();
        return batch(keys, false, 0);
    }

    /**
     * Writes all entries of a batch, those of each shard at one moment and in their order.
     *
     * @param entries the keys and values.
     * @param ttlNs the time to live of each.
     * @throws ClusterRequestException if an entry does not fit, or a request ends otherwise; some
     *     entries were written then, in other shards too.
     */
    public void putAll(ClusterBatch entries, long ttlNs) {
        batch(entries, true, ttlNs);
    }

    private int batch(ClusterBatch all, boolean write, long ttlNs) {
        parts.begin(all);
        int present = 0;
        try {
            begin();
            while (!parts.isEmpty()) {
                parts.divide(map);
                for (int shard = 0; shard < map.shards(); shard++) {
                    if (parts.has(shard)) {
                        final ClusterBatch part = parts.part(shard);
                        final ClusterRequests requests = to(shard).requests();
                        parts.sent(
                                shard,
                                write ? requests.putAll(part, ttlNs) : requests.getAll(part));
                    }
                }
                present += receive(write);
            }
        } finally {
            refusals = 0;
        }
        return present;
    }

    private int receive(boolean write) {
        int present = 0;
        Outcome refusal = Outcome.OK;
        long version = 0;
        final int shards = map.shards();
        for (int shard = 0; shard < shards; shard++) {
            if (parts.has(shard)) {
                final SingleCall call = calls[shard];
                call.into(write ? null : parts.part(shard)).await(parts.request(shard));
                noteSilence(call);
                if (isRefusal(call.outcome())) {
                    refusal = refusal == Outcome.MOVED ? refusal : call.outcome();
                    version = Math.max(version, call.number());
                } else {
                    call.check();
                    present += (int) call.number();
                    parts.received(shard, !write);
                }
            }
        }
        if (refusal != Outcome.OK) {
            refused(refusal, version);
        }
        return present;
    }

    /** Leaves all clusters. Closing again does nothing. */
    @Override
    public void close() {
        connections.close();
    }
}
