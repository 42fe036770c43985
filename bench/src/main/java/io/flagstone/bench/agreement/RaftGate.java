// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The port of a member of jgroups-raft that takes the requests of a client. jgroups-raft is meant
 * for callers in the members' processes; this makes a member serve a caller in another process.
 *
 * <p>The thread that completes a request writes its answer. If no other request is under way, it
 * also sends it; otherwise a thread of the connection does, with all that has come meanwhile.
 */
final class RaftGate {
    private static final int BUFFER_BYTES = 64 << 10;

    private final RaftMap map;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean toSend;
    private volatile boolean closed;
    private Thread sender;

    private RaftGate(RaftMap map, Socket client) throws IOException {
        this.map = map;
        this.in =
                new DataInputStream(new BufferedInputStream(client.getInputStream(), BUFFER_BYTES));
        this.out =
                new DataOutputStream(
                        new BufferedOutputStream(client.getOutputStream(), BUFFER_BYTES));
    }

    /** Opens the port. It is open until the process ends. */
    static void open(int port, RaftMap map) throws IOException {
        final ServerSocket server =
                new ServerSocket(port, Place.MEMBERS, InetAddress.getByName("127.0.0.1"));
        start("gate", () -> accept(server, map));
    }

    private static Thread start(String name, Runnable work) {
        final Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void accept(ServerSocket server, RaftMap map) {
        while (true) {
            try {
                final Socket client = server.accept();
                client.setTcpNoDelay(true);
                final RaftGate gate = new RaftGate(map, client);
                gate.sender = start("gate-sender", gate::send);
                start("gate-receiver", () -> gate.receive(client));
            } catch (IOException lost) {
                // The client has gone; the next one may come.
            }
        }
    }

    private void receive(Socket client) {
        try (client) {
            while (true) {
                final byte operation = in.readByte();
                final long tag = in.readLong();
                final long key = in.readLong();
                underWay.incrementAndGet();
                if (operation == Frame.PUT) {
                    final byte[] value = new byte[NumberedValue.LENGTH];
                    in.readFully(value);
                    begin(tag, () -> map.putAsync(key, value));
                } else {
                    begin(tag, () -> map.getAsync(key));
                }
            }
        } catch (IOException ended) {
            closed = true;
            LockSupport.unpark(sender);
        }
    }

    private void begin(long tag, Request request) {
        final CompletableFuture<byte[]> result;
        try {
            result = request.begin();
        } catch (Exception noLeader) {
            answer(tag, null, noLeader);
            return;
        }
        result.whenComplete((value, failure) -> answer(tag, value, failure));
    }

    private void answer(long tag, byte[] value, Throwable failure) {
        final boolean isAlone = underWay.decrementAndGet() == 0;
        synchronized (out) {
            try {
                final boolean hasValue =
                        failure == null && value != null && value.length == NumberedValue.LENGTH;
                out.writeByte(failure != null ? Frame.FAILED : hasValue ? Frame.VALUE : Frame.DONE);
                out.writeLong(tag);
                if (hasValue) {
                    out.write(value);
                }
                if (isAlone) {
                    out.flush();
                    return;
                }
            } catch (IOException lost) {
                // The client has gone.
                return;
            }
        }
        if (!toSend) {
            toSend = true;
            LockSupport.unpark(sender);
        }
    }

    private void send() {
        while (!closed) {
            if (!toSend) {
                LockSupport.park(this);
                continue;
            }
            toSend = false;
            synchronized (out) {
                try {
                    out.flush();
                } catch (IOException lost) {
                    return;
                }
            }
        }
    }

    /** A request that is not begun. */
    @FunctionalInterface
    private interface Request {
        CompletableFuture<byte[]> begin() throws Exception;
    }
}
