// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Channels over the loopback interface. */
final class Ports {
    private Ports() {}

    /** Returns a channel to a port that nobody uses. */
    static String udp() {
        return "aeron:udp?endpoint=127.0.0.1:" + free();
    }

    private static int free() {
        try (DatagramSocket socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
