// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client of {@link RaftGate}, which is connected to one member. If it loses that, all requests
 * under way have failed, and the next request goes to the next member.
 */
final class GateClient implements Client {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final long RECONNECT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Place place;
    private final Answers answers;
    private final LongHashSet underWay = new LongHashSet();
    private final ByteBuffer toSend = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final UnsafeBuffer receivedBytes = new UnsafeBuffer(received);
    private final byte[] value = new byte[NumberedValue.LENGTH];
    private final UnsafeBuffer valueBytes = new UnsafeBuffer(value);
    private final Selector selector;
    private SocketChannel channel;
    private int member;

    /**
     * Creates a client, which connects later.
     *
     * @param place where the members are.
     * @param answers receives the answers.
     */
    GateClient(Place place, Answers answers) throws IOException {
        this.place = place;
        this.answers = answers;
        this.selector = Selector.open();
    }

    @Override
    public boolean put(long tag, long key, long number) {
        if (!begin(Frame.PUT, tag, key)) {
            return false;
        }
        if (underWay.contains(tag)) {
            NumberedValue.write(valueBytes, 0, number);
            toSend.put(value);
        }
        return true;
    }

    @Override
    public boolean get(long tag, long key) {
        return begin(Frame.GET, tag, key);
    }

    private boolean begin(byte operation, long tag, long key) {
        if (channel == null && !connect()) {
            answers.onAnswer(tag, false, NumberedValue.ABSENT);
            return true;
        }
        if (toSend.remaining() < Frame.LONG_REQUEST) {
            return false;
        }
        underWay.add(tag);
        toSend.put(operation).putLong(tag).putLong(key);
        return true;
    }

    private boolean connect() {
        SocketChannel opened = null;
        try {
            opened = SocketChannel.open();
            opened.connect(new InetSocketAddress("127.0.0.1", place.gate(member)));
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            opened.configureBlocking(false);
            opened.register(selector, SelectionKey.OP_READ);
            channel = opened;
            return true;
        } catch (IOException refused) {
            CloseHelper.quietClose(opened);
            member = (member + 1) % Place.MEMBERS;
            return false;
        }
    }

    private void disconnect() {
        CloseHelper.quietClose(channel);
        channel = null;
        toSend.clear();
        received.clear();
        final long[] failed = underWay.stream().mapToLong(Long::longValue).toArray();
        underWay.clear();
        for (final long tag : failed) {
            answers.onAnswer(tag, false, NumberedValue.ABSENT);
        }
    }

    @Override
    public int poll() {
        if (channel == null) {
            return 0;
        }
        try {
            if (toSend.position() > 0) {
                channel.write(toSend.flip());
                toSend.compact();
            }
            if (channel.read(received) >= 0) {
                return take();
            }
        } catch (IOException lost) {
            // The same as the end of the stream.
        }
        member = (member + 1) % Place.MEMBERS;
        disconnect();
        return 1;
    }

    private int take() {
        received.flip();
        int taken = 0;
        while (received.remaining() >= Frame.SHORT_ANSWER) {
            final int at = received.position();
            final byte status = received.get(at);
            if (status == Frame.VALUE && received.remaining() < Frame.LONG_ANSWER) {
                break;
            }
            final boolean hasValue = status == Frame.VALUE;
            final long tag = received.getLong(at + 1);
            received.position(at + (hasValue ? Frame.LONG_ANSWER : Frame.SHORT_ANSWER));
            taken++;
            if (underWay.remove(tag)) {
                answers.onAnswer(
                        tag,
                        status != Frame.FAILED,
                        hasValue
                                ? NumberedValue.read(
                                        receivedBytes,
                                        at + Frame.SHORT_ANSWER,
                                        NumberedValue.LENGTH)
                                : NumberedValue.ABSENT);
            }
        }
        received.compact();
        return taken;
    }

    @Override
    public void idle(int work) {
        if (work > 0) {
            return;
        }
        if (channel == null) {
            LockSupport.parkNanos(RECONNECT_NS);
            return;
        }
        try {
            selector.select(1);
            selector.selectedKeys().clear();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void lead(int leader) {
        if (leader != member) {
            disconnect();
            member = leader;
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(channel, selector);
    }
}
