// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.ReadHelloDecoder;
import io.flagstone.cluster.codec.RegisterEncoder;
import io.flagstone.cluster.codec.RequestEncoder;
import io.flagstone.cluster.internal.ClusterConnection;
import io.flagstone.cluster.internal.MemberReads;
import io.flagstone.cluster.internal.ReadLinks;
import io.flagstone.testing.TestClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Real services of members and a real reader in one thread, with a clock that a test sets. The test
 * says when a member applies an event of the log, when it runs, and what the network loses.
 */
final class ReadNetwork implements ReadLinks {
    private static final long EPOCH_MS = 1_000_000_000_000L;
    private static final int SESSION = 9;

    /** The true time, which is the monotonic clock of all. */
    final TestClock clock = new TestClock(TimeUnit.HOURS.toNanos(1));

    final Node[] nodes;

    /** How much the leader's wall clock is ahead of the true time. */
    long leaderSkewNs;

    /** How long the reader waits at a time. */
    long stepNs = TimeUnit.MILLISECONDS.toNanos(1);

    /** Events that happen while the reader waits. */
    Runnable onStep = () -> {};

    BooleanSupplier loses = () -> false;

    /** Changes requests on their way. */
    UnaryOperator<byte[]> damages = bytes -> bytes;

    int maxMessageLength = 1 << 16;
    int lost;
    private final List<Event> log = new ArrayList<>();
    private final Queue<byte[]> responses = new ArrayDeque<>();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private long sequence;

    /** An event of the log. */
    private record Event(long timeMs, byte[] message) {}

    /** A member. */
    final class Node implements MemberReads.Replies {
        final LocalShard shard;

        /** How much the wall clock is ahead of the true time. */
        long skewNs;

        /** Whether the process is stopped: it neither applies nor answers. */
        boolean paused;

        boolean connected = true;
        int applied;
        private final Queue<byte[]> requests = new ArrayDeque<>();
        private boolean open;

        Node(int memoryBytes) {
            shard =
                    new LocalShard(
                            LocalShard.settings(memoryBytes)
                                    .nanoClock(clock)
                                    .epochClock(() -> wallMs(skewNs)));
        }

        /** Applies the next events of the log. */
        void apply(int events) {
            for (int i = 0; i < events && applied < log.size() && !paused; i++) {
                final Event event = log.get(applied++);
                shard.nowMs = event.timeMs();
                shard.deliver(event.message());
            }
        }

        /** Answers the requests that have arrived. */
        void answer() {
            while (!paused && !requests.isEmpty()) {
                final byte[] request = damages.apply(requests.remove());
                shard.service
                        .memberReads()
                        .onMessage(
                                shard.service.state().cache(),
                                shard.service.appliedPosition(),
                                SESSION,
                                this,
                                new UnsafeBuffer(request),
                                0,
                                request.length);
            }
        }

        /** Is a new process at the same address, which does not know the reader. */
        void forgetReader() {
            open = false;
        }

        @Override
        public boolean open(int session, ReadHelloDecoder hello) {
            open = hello.endpoint().equals("reader:1");
            return open;
        }

        @Override
        public boolean offer(int session, DirectBuffer message, int length) {
            if (length > maxMessageLength) {
                return false;
            }
            if (open) {
                send(responses, message, length);
            }
            return true;
        }
    }

    ReadNetwork(int members, int memoryBytes) {
        nodes = new Node[members];
        for (int i = 0; i < members; i++) {
            nodes[i] = new Node(memoryBytes);
        }
        final RegisterEncoder register = new RegisterEncoder();
        register.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).clientId(1);
        append(register.limit());
    }

    private long wallMs(long skewNs) {
        return EPOCH_MS + TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() + skewNs);
    }

    private void append(int length) {
        final byte[] message = new byte[length];
        buffer.getBytes(0, message);
        log.add(new Event(wallMs(leaderSkewNs), message));
    }

    /** Appends a request of one client to the log. */
    void append(Operation operation, DirectBuffer key, DirectBuffer value, long ttlNs, int index) {
        sequence++;
        final RequestEncoder request = new RequestEncoder();
        request.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
                .clientId(1)
                .sequence(sequence)
                .oldest(sequence)
                .ttlNs(ttlNs)
                .number(index)
                .expectedNumber(0)
                .valueIndex(index)
                .operation(operation)
                .putKey(key, 0, key.capacity())
                .putValue(value, 0, value.capacity())
                .putExpected(value, 0, 0);
        append(request.limit());
    }

    /** Appends the time to the log, as the leader does when nobody writes. */
    void tick() {
        append(0);
    }

    /** Has all members apply everything. */
    void applyAll() {
        for (final Node node : nodes) {
            node.apply(log.size());
        }
    }

    /** Returns settings of a reader that waits by the network's clock. */
    MemberReaderContext context() {
        return new MemberReaderContext()
                .clock(clock)
                .idleStrategy(
                        new IdleStrategy() {
                            @Override
                            public void idle(int workCount) {
                                step();
                            }

                            @Override
                            public void idle() {
                                step();
                            }

                            @Override
                            public void reset() {
                                // There is nothing to do.
                            }
                        });
    }

    MemberReader reader() {
        return reader(context());
    }

    MemberReader reader(MemberReaderContext context) {
        final ReadCall call = new ReadCall(context, this);
        call.awaitMember();
        return new MemberReader(call);
    }

    private void step() {
        clock.advance(stepNs);
        onStep.run();
        for (final Node node : nodes) {
            node.answer();
        }
    }

    private void send(Queue<byte[]> to, DirectBuffer message, int length) {
        if (loses.getAsBoolean()) {
            lost++;
        } else {
            final byte[] bytes = new byte[length];
            message.getBytes(0, bytes);
            to.add(bytes);
        }
    }

    @Override
    public int members() {
        return nodes.length;
    }

    @Override
    public String endpoint() {
        return "reader:1";
    }

    @Override
    public boolean isConnected(int member) {
        return nodes[member].connected;
    }

    @Override
    public boolean offer(int member, DirectBuffer buffer, int length) {
        if (nodes[member].connected && length <= maxMessageLength) {
            send(nodes[member].requests, buffer, length);
        }
        return length <= maxMessageLength;
    }

    @Override
    public int poll(ClusterConnection.MessageHandler handler) {
        int messages = 0;
        while (!responses.isEmpty()) {
            final byte[] bytes = responses.remove();
            handler.onMessage(new UnsafeBuffer(bytes), 0, bytes.length);
            messages++;
        }
        return messages;
    }

    @Override
    public void close() {
        for (final Node node : nodes) {
            node.shard.close();
        }
    }
}
