// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hosts of this machine with a network between them that can be cut. Each host is a network
 * namespace; this process, in one of its own, is the host of the clients and has the bridge that
 * connects all. Nothing else can reach them.
 *
 * <p>A namespace lives as long as a process in it. So nothing stays when this process ends, however
 * it ends.
 *
 * <p>Not thread-safe.
 */
final class Network implements AutoCloseable {
    private static final String PREFIX = "10.84.0.";
    private static final String BRIDGE = "bridge";
    private static final String CARD = "card";

    /** The address of no network card. */
    private static final String NOBODY = "02:00:00:00:00:01";

    /** The ways to a namespace: of root, and of a user whom the kernel allows it. */
    private static final List<List<String>> WAYS =
            List.of(List.of("unshare", "-n"), List.of("unshare", "-rn"));

    private final Process[] holders;
    private final boolean[][] isCut;

    /**
     * Creates the hosts. This process must have a network namespace of its own.
     *
     * @param members the number of hosts without that of the clients.
     * @throws IOException if that is not possible here.
     */
    Network(int members) throws IOException {
        this.holders = new Process[members];
        this.isCut = new boolean[members + 1][members + 1];
        boolean isComplete = false;
        try {
            run("ip", "link", "add", BRIDGE, "type", "bridge");
            run("ip", "addr", "add", address(members) + "/24", "dev", BRIDGE);
            run("ip", "link", "set", "lo", "up");
            run("ip", "link", "set", BRIDGE, "up");
            for (int host = 0; host < members; host++) {
                connect(host);
            }
            isComplete = true;
        } finally {
            if (!isComplete) {
                close();
            }
        }
    }

    private void connect(int host) throws IOException {
        // Ends with this process, which has the other end of its input.
        holders[host] =
                new ProcessBuilder("unshare", "-n", "sh", "-c", "echo; exec cat")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (holders[host].getInputStream().read() != '\n') {
            throw new IOException("a process cannot have a network namespace");
        }
        final String port = "port" + host;
        final String holder = Long.toString(holders[host].pid());
        run("ip", "link", "add", port, "type", "veth", "peer", "name", CARD, "netns", holder);
        run("ip", "link", "set", port, "master", BRIDGE);
        run("ip", "link", "set", port, "up");
        on(host, "ip", "addr", "add", address(host) + "/24", "dev", CARD);
        on(host, "ip", "link", "set", "lo", "up");
        on(host, "ip", "link", "set", CARD, "up");
    }

    /**
     * Returns what a command line must begin with for a process in a new network namespace, or null
     * if there can be none.
     */
    static List<String> inNewNamespace() {
        for (final List<String> way : WAYS) {
            final List<String> attempt = new ArrayList<>(way);
            attempt.addAll(List.of("ip", "link", "add", BRIDGE, "type", "bridge"));
            try {
                run(attempt.toArray(String[]::new));
                return way;
            } catch (final IOException e) {
                // The next way may do.
                continue;
            }
        }
        return null;
    }

    /** Returns the number of hosts, with that of the clients. */
    int hosts() {
        return holders.length + 1;
    }

    /** Returns the address of a host; the one after those of the members is that of the clients. */
    static String address(int host) {
        return PREFIX + (host + 1);
    }

    /** Returns what a command line must begin with for a process on the host of a member. */
    List<String> on(int host) {
        return List.of("nsenter", "-t", Long.toString(holders[host].pid()), "-n", "--");
    }

    private void on(int host, String... arguments) throws IOException {
        final List<String> command = new ArrayList<>();
        if (host < holders.length) {
            command.addAll(on(host));
        }
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    /** Lets nothing arrive at a host that another one sends to it. */
    void cut(int from, int to) throws IOException {
        final String card = from < holders.length ? CARD : BRIDGE;
        on(
                from,
                "ip",
                "neigh",
                "replace",
                address(to),
                "lladdr",
                NOBODY,
                "dev",
                card,
                "nud",
                "permanent");
        isCut[from][to] = true;
    }

    /** Makes the network whole again. */
    void mend() throws IOException {
        for (int from = 0; from < isCut.length; from++) {
            for (int to = 0; to < isCut.length; to++) {
                if (isCut[from][to]) {
                    final String card = from < holders.length ? CARD : BRIDGE;
                    on(from, "ip", "neigh", "del", address(to), "dev", card);
                    isCut[from][to] = false;
                }
            }
        }
    }

    private static void run(String... command) throws IOException {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output.trim());
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        for (final Process holder : holders) {
            if (holder != null) {
                holder.destroyForcibly();
            }
        }
    }
}
