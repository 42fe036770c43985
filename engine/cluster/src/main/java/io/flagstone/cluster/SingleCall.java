// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.Operation;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * One request after the other to a cluster, with the response to the last one.
 *
 * <p>One thread at a time. Allocates nothing after construction.
 */
final class SingleCall implements ShardLink, AutoCloseable {
    private final ClusterClientContext context;
    private final ClusterRequests requests;
    private final IdleStrategy idle;
    private final ResponseTarget target = new ResponseTarget();
    private long awaited = ClusterRequests.NOT_NOW;
    private boolean done;
    private Outcome outcome;
    private long number;

    /**
     * Connects to a cluster.
     *
     * @throws ClusterRequestException if there is no connection in time, or no room for a client.
     */
    SingleCall(ClusterClientContext context) {
        this.context = context;
        this.idle = context.idleStrategy();
        this.requests = ClusterRequests.connect(context, this::onResponse);
    }

    private void onResponse(
            long request, Outcome end, long result, DirectBuffer buffer, int offset, int bytes) {
        if (request != awaited) {
            return;
        }
        done = true;
        outcome = end;
        number = result;
        target.noValue();
        if (end == Outcome.OK && target.hasBuffer()) {
            target.value(buffer, offset, bytes);
        } else if (end == Outcome.OK && target.hasBatch() && bytes > 0) {
            target.values(buffer, offset, bytes);
        }
    }

    /**
     * Waits until a request can begin.
     *
     * @return this.
     * @throws ClusterRequestException if the cluster does not know this client in time.
     */
    SingleCall ready() {
        target.clear();
        if (requests.isBusy()) {
            final long startNs = context.clock().nanoTime();
            idle.reset();
            while (requests.isBusy()) {
                idle.idle(requests.poll());
                if (context.clock().nanoTime() - startNs > context.requestTimeoutNs()) {
                    throw new ClusterRequestException(
                            "the cluster does not know this client yet", Outcome.REFUSED);
                }
            }
        }
        return this;
    }

    /** Sets where the value of the next response goes. */
    SingleCall into(MutableDirectBuffer buffer, int offset) {
        target.set(buffer, offset);
        return this;
    }

    /** Sets which batch receives the values of the next response. */
    SingleCall into(ClusterBatch values) {
        target.set(values);
        return this;
    }

    /** Returns the client, for the next request. */
    ClusterRequests requests() {
        return requests;
    }

    /** Waits for a response. */
    void await(long request) {
        awaited = request;
        done = false;
        idle.reset();
        while (!done) {
            idle.idle(requests.poll());
        }
        awaited = ClusterRequests.NOT_NOW;
        target.clear();
        target.rethrow();
    }

    /**
     * Throws if the request has not succeeded.
     *
     * @throws ClusterRequestException with the outcome.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at the index.
     */
    void check() {
        outcome.check("the request");
    }

    @Override
    public Outcome call(
            Operation operation,
            int index,
            long operand,
            long expected,
            DirectBuffer value,
            int valueLength,
            MutableDirectBuffer buffer) {
        ready().into(buffer, 0);
        await(requests.shard(operation, index, operand, expected, value, valueLength));
        return outcome;
    }

    /** Returns how the request ended. */
    Outcome outcome() {
        return outcome;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public int length() {
        return target.length();
    }

    @Override
    public void close() {
        requests.close();
    }
}
