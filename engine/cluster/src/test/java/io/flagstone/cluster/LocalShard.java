// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.RegisterEncoder;
import io.flagstone.cluster.codec.RequestEncoder;
import io.flagstone.cluster.codec.ResponseDecoder;
import io.flagstone.cluster.codec.ShardStateDecoder;
import io.flagstone.cluster.codec.Status;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

/** A service without a cluster around it: a message goes in, and its response comes out. */
final class LocalShard implements AutoCloseable {
    private static final DirectBuffer EMPTY = new UnsafeBuffer(new byte[0]);
    private static final DirectBuffer NO_KEY = new UnsafeBuffer(new byte[1]);

    FlagstoneClusteredService service;
    long nowMs = 1_000_000;
    private final ClusterServiceContext context;
    private final Cluster cluster;
    private final ClientSession session;
    private long position;
    private byte[] response;

    LocalShard(ClusterServiceContext context) {
        this.context = context;
        service = new FlagstoneClusteredService(context.maxClients(10_000).window(4));
        cluster =
                (Cluster)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {Cluster.class},
                                (proxy, method, args) ->
                                        switch (method.getName()) {
                                            case "timeUnit" -> TimeUnit.MILLISECONDS;
                                            case "idleStrategy" -> new YieldingIdleStrategy();
                                            default -> position;
                                        });
        session =
                (ClientSession)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {ClientSession.class},
                                (proxy, method, args) -> onSession(method.getName(), args));
        service.onStart(cluster, null);
    }

    static ClusterServiceContext settings(int memoryBytes) {
        return new ClusterServiceContext()
                .cache(OffHeapCache.builder().memoryBytes(memoryBytes).segments(2), 5)
                .maxResponseBytes(4096);
    }

    private Object onSession(String method, Object[] args) {
        return switch (method) {
            case "offer" -> {
                response = new byte[(int) args[2]];
                ((DirectBuffer) args[0]).getBytes((int) args[1], response);
                yield 1L;
            }
            case "isClosing" -> false;
            case "id" -> 1L;
            case "hashCode" -> 1;
            default -> throw new AssertionError(method);
        };
    }

    /** Executes a message, and returns the response. */
    byte[] deliver(byte[] message) {
        response = null;
        position += message.length;
        service.onSessionMessage(
                session, nowMs, new UnsafeBuffer(message), 0, message.length, null);
        return response;
    }

    /** Takes a snapshot. This member goes on. */
    void snapshot(ExclusivePublication publication) {
        service.onTakeSnapshot(publication);
    }

    /** Goes on as a member that has loaded the last snapshot and is now the leader. */
    void restart(Image snapshot) {
        final FlagstoneClusteredService before = service;
        service = new FlagstoneClusteredService(context);
        service.onStart(cluster, snapshot);
        before.onTerminate(cluster);
    }

    long entries() {
        return service.state().cache().size();
    }

    @Override
    public void close() {
        service.state().close();
    }

    /** A client that sends one request after the other, and can send each again. */
    static final class Client implements ShardLink {
        private final long id;
        private final LocalShard shard;
        private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        private final MessageHeaderEncoder header = new MessageHeaderEncoder();
        private final RequestEncoder request = new RequestEncoder();
        private final ResponseDecoder response = new ResponseDecoder();
        private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
        private long sequence;

        /** The time to live of what the next requests put. */
        long ttlNs = OffHeapCache.NO_TTL;

        Client(LocalShard shard, long id) {
            this.shard = shard;
            this.id = id;
            final RegisterEncoder register = new RegisterEncoder();
            register.wrapAndApplyHeader(buffer, 0, header).clientId(id);
            shard.deliver(bytes(register.encodedLength()));
        }

        private byte[] bytes(int length) {
            final byte[] bytes = new byte[header.encodedLength() + length];
            buffer.getBytes(0, bytes);
            return bytes;
        }

        /** Returns the next request, which has the number {@link #sequence}. */
        byte[] encode(
                Operation operation,
                DirectBuffer key,
                DirectBuffer of,
                long number,
                long expected,
                int index) {
            sequence++;
            request.wrapAndApplyHeader(buffer, 0, header)
                    .clientId(id)
                    .sequence(sequence)
                    .oldest(sequence)
                    .ttlNs(ttlNs)
                    .number(number)
                    .expectedNumber(expected)
                    .valueIndex(index)
                    .operation(operation)
                    .putKey(key, 0, key.capacity())
                    .putValue(of, 0, of.capacity())
                    .putExpected(EMPTY, 0, 0);
            return bytes(request.encodedLength());
        }

        byte[] encode(Operation operation, DirectBuffer key, DirectBuffer of, long number) {
            return encode(operation, key, of, number, 0, 0);
        }

        long sequence() {
            return sequence;
        }

        /** Returns the status of a response, whose other fields can then be read. */
        Status decode(byte[] of) {
            response.wrapAndApplyHeader(new UnsafeBuffer(of), 0, new MessageHeaderDecoder());
            final Status status = response.status();
            response.wrapValue(value);
            return status;
        }

        long responseSequence() {
            return response.sequence();
        }

        DirectBuffer value() {
            return value;
        }

        /** Executes a request on a key. */
        Status execute(Operation operation, DirectBuffer key, DirectBuffer of, long number) {
            return decode(shard.deliver(encode(operation, key, of, number)));
        }

        @Override
        public Outcome call(
                Operation operation,
                int index,
                long operand,
                long expected,
                DirectBuffer of,
                int valueLength,
                MutableDirectBuffer target) {
            final byte[] message = step(operation, index, operand, expected, of, valueLength);
            return accept(shard.deliver(message), target);
        }

        byte[] step(
                Operation operation,
                int index,
                long operand,
                long expected,
                DirectBuffer of,
                int valueLength) {
            final DirectBuffer part = new UnsafeBuffer(of, 0, valueLength);
            return encode(operation, NO_KEY, part, operand, expected, index);
        }

        Outcome accept(byte[] of, MutableDirectBuffer target) {
            final Outcome outcome = Outcome.of(decode(of));
            target.putBytes(0, value, 0, value.capacity());
            return outcome;
        }

        @Override
        public long number() {
            return response.number();
        }

        @Override
        public int length() {
            return value.capacity();
        }

        /** Returns what the shard knows of its slots. */
        ShardStateDecoder state() {
            final ExpandableArrayBuffer state = new ExpandableArrayBuffer();
            call(Operation.SHARD_STATE, 0, 0, 0, EMPTY, 0, state);
            final ShardStateDecoder decoder = new ShardStateDecoder();
            return decoder.wrapAndApplyHeader(state, 0, new MessageHeaderDecoder());
        }
    }
}
