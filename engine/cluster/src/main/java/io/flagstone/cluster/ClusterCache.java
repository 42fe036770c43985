// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import org.agrona.DirectBuffer;

/**
 * A cache that lives in a cluster. All operations are linearizable.
 *
 * <p>Use {@link ClusterRequests} to have many requests under way, and {@link ShardedCache} if the
 * keys are divided between several clusters.
 *
 * <p>One thread at a time. Allocates nothing, except for connections and longer requests than
 * before.
 */
public final class ClusterCache extends ClusterOperations {
    private final SingleCall call;

    private ClusterCache(ClusterClientContext context) {
        this.call = new SingleCall(context);
    }

    /**
     * Connects to a cluster.
     *
     * @param context the settings.
     * @return the cache.
     * @throws ClusterRequestException if there is no connection in time, or no room for a client.
     */
    public static ClusterCache connect(ClusterClientContext context) {
        return new ClusterCache(context);
    }

    @Override
    SingleCall route(DirectBuffer key, int keyOffset, int keyLength) {
        return call.ready();
    }

    @Override
    boolean ends(SingleCall of, long request) {
        of.await(request);
        of.check();
        return true;
    }

    @Override
    public int poll() {
        return call.requests().poll();
    }

    /**
     * Returns the number of entries.
     *
     * @return the number, including expired entries that have not been reclaimed.
     */
    public long size() {
        ends(call, call.ready().requests().size());
        return call.number();
    }

    /** Removes every entry. */
    public void clear() {
        ends(call, call.ready().requests().clear());
    }

    /**
     * Reads the values of all keys of a batch, at one moment.
     *
     * @param keys the keys; receives the values.
     * @return how many are present.
     */
    public int getAll(ClusterBatch keys) {
        ends(call, call.ready().into(keys).requests().getAll(keys));
        return (int) call.number();
    }

    /**
     * Writes all entries of a batch, at one moment, in their order.
     *
     * @param entries the keys and values.
     * @param ttlNs the time to live of each.
     * @throws ClusterRequestException if an entry does not fit; those before it were written.
     */
    public void putAll(ClusterBatch entries, long ttlNs) {
        ends(call, call.ready().requests().putAll(entries, ttlNs));
    }

    /**
     * Returns the position of the log at the last response. A member that has applied it has this
     * client's writes.
     *
     * @return the position.
     */
    public long lastPosition() {
        return call.requests().lastPosition();
    }

    @Override
    public void close() {
        call.requests().close();
    }
}
