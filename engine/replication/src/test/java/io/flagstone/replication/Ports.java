// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Channels over the loopback interface. The kernel gives none of these ports to a socket that asks
 * for any, as the driver's own do, so that a port is still free when the driver wants it.
 */
final class Ports {
    private static final int FIRST = 11_000;
    private static final int COUNT = 10_000;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 97 % COUNT));

    private Ports() {}

    /** Returns a channel to a port that nobody uses. */
    static String udp() {
        return "aeron:udp?endpoint=127.0.0.1:" + free();
    }

    private static int free() {
        for (int i = 0; i < COUNT; i++) {
            final int port = FIRST + NEXT.getAndIncrement() % COUNT;
            try (DatagramSocket socket =
                    new DatagramSocket(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                return socket.getLocalPort();
            } catch (final IOException e) {
                // Somebody uses it. The next one may be free.
            }
        }
        throw new AssertionError("no free ports from " + FIRST);
    }
}
