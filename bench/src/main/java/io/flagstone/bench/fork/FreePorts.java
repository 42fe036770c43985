// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Looks for ports of the loopback interface that nobody uses now. */
public final class FreePorts {
    private static final int FIRST_PORT = 21_000;
    private static final int LAST_PORT = 31_000;
    private static final int ATTEMPTS = 100;

    private FreePorts() {}

    /**
     * Looks for a range of ports. Another process may still take one before the caller does.
     *
     * @param count the number of ports.
     * @return the first port; it and the next ones are free for UDP and TCP.
     * @throws IOException if there is no such range.
     */
    public static int range(int count) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            final int first = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            if (areFree(first, count)) {
                return first;
            }
        }
        throw new IOException(
                "no " + count + " free ports in a row between " + FIRST_PORT + " and " + LAST_PORT);
    }

    private static boolean areFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            final InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try (DatagramSocket udp = new DatagramSocket(null);
                    ServerSocket tcp = new ServerSocket()) {
                udp.bind(address);
                tcp.bind(address);
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
