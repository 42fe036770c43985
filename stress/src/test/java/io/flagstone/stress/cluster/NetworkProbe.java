// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Cuts each way between the hosts of a {@link Network} and sends datagrams on all ways. Runs in a
 * network namespace of its own.
 */
final class NetworkProbe {
    private static final int MEMBERS = 3;
    private static final int PORT = 25_000;
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);

    private NetworkProbe() {}

    /** A process on a host: sends what it is told, and prints what it receives. */
    static final class Station {
        private Station() {}

        /** Runs until the input ends. */
        public static void main(String[] args) throws IOException {
            final DatagramSocket socket = new DatagramSocket(new InetSocketAddress(args[0], PORT));
            final Thread receiver = new Thread(() -> receive(socket), "receiver");
            receiver.setDaemon(true);
            receiver.start();
            System.out.println("ready");
            final BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                final String[] words = line.split(" ");
                final byte[] text = words[1].getBytes(StandardCharsets.US_ASCII);
                socket.send(
                        new DatagramPacket(
                                text, text.length, new InetSocketAddress(words[0], PORT)));
            }
            Runtime.getRuntime().halt(0);
        }

        private static void receive(DatagramSocket socket) {
            final DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            try {
                while (true) {
                    socket.receive(packet);
                    System.out.println(
                            new String(packet.getData(), 0, packet.getLength(), "US-ASCII"));
                }
            } catch (final IOException e) {
                Runtime.getRuntime().halt(1);
            }
        }
    }

    /** A station, seen from here. */
    private static final class Host {
        private final Process process;
        private final Set<String> received = ConcurrentHashMap.newKeySet();

        Host(List<String> prefix, String address) throws IOException {
            final List<String> command = new ArrayList<>(prefix);
            command.addAll(MemberProcess.command(Station.class, address));
            process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            final Thread reader =
                    new Thread(
                            () -> process.inputReader().lines().forEach(received::add), "reader");
            reader.setDaemon(true);
            reader.start();
        }

        void send(int to, String text) throws IOException {
            process.getOutputStream()
                    .write((Network.address(to) + ' ' + text + '\n').getBytes("US-ASCII"));
            process.getOutputStream().flush();
        }

        void await(String text) {
            final long startNs = System.nanoTime();
            while (!received.contains(text)) {
                if (System.nanoTime() - startNs > GUARD_NS) {
                    throw new IllegalStateException("not received: " + text);
                }
                LockSupport.parkNanos(100_000);
            }
        }
    }

    /** Prints how many ways were cut, or ends with an exception. */
    public static void main(String[] args) throws IOException {
        int cuts = 0;
        try (Network network = new Network(MEMBERS)) {
            final List<Host> hosts = new ArrayList<>();
            for (int i = 0; i <= MEMBERS; i++) {
                hosts.add(new Host(i < MEMBERS ? network.on(i) : List.of(), Network.address(i)));
            }
            hosts.forEach(host -> host.await("ready"));
            for (int from = 0; from <= MEMBERS; from++) {
                for (int to = 0; to <= MEMBERS; to++) {
                    if (from != to) {
                        cut(network, hosts, from, to);
                        cuts++;
                    }
                }
            }
        }
        System.out.println("cuts " + cuts);
        Runtime.getRuntime().halt(0);
    }

    private static void cut(Network network, List<Host> hosts, int cutFrom, int cutTo)
            throws IOException {
        final String name = cutFrom + "-" + cutTo;
        network.cut(cutFrom, cutTo);
        hosts.get(cutFrom).send(cutTo, "lost-" + name);
        for (int from = 0; from < hosts.size(); from++) {
            for (int to = 0; to < hosts.size(); to++) {
                if (from != to && (from != cutFrom || to != cutTo)) {
                    final String text = "while-" + name + "-" + from + "-" + to;
                    hosts.get(from).send(to, text);
                    hosts.get(to).await(text);
                }
            }
        }
        network.mend();
        hosts.get(cutFrom).send(cutTo, "after-" + name);
        hosts.get(cutTo).await("after-" + name);
        // It would have arrived before the ones after it.
        if (hosts.get(cutTo).received.contains("lost-" + name)) {
            throw new IllegalStateException("received in spite of the cut: " + name);
        }
    }
}
