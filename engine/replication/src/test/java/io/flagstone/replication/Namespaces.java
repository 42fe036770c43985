// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two hosts of this machine: two network namespaces with a cable between them. Nothing else can
 * reach them. Closing removes them.
 */
final class Namespaces implements AutoCloseable {
    /** The address of each host, which no other namespace has. */
    static final String[] ADDRESSES = {"10.83.0.1", "10.83.0.2"};

    private static final String CABLE = "cable";

    /** The address of no network card. */
    private static final String NOBODY = "02:00:00:00:00:01";

    private final String[] names = new String[2];

    /**
     * Creates the hosts.
     *
     * @throws IOException if this process may not, or if {@code ip} is missing.
     */
    Namespaces() throws IOException {
        boolean isComplete = false;
        try {
            for (int host = 0; host < 2; host++) {
                final String name = "flagstone-" + ProcessHandle.current().pid() + "-" + host;
                run("ip", "netns", "add", name);
                names[host] = name;
            }
            ip(0, "link", "add", CABLE, "type", "veth", "peer", "name", CABLE, "netns", names[1]);
            for (int host = 0; host < 2; host++) {
                ip(host, "addr", "add", ADDRESSES[host] + "/24", "dev", CABLE);
                ip(host, "link", "set", "lo", "up");
                ip(host, "link", "set", CABLE, "up");
            }
            isComplete = true;
        } finally {
            if (!isComplete) {
                close();
            }
        }
    }

    /** Returns the command that runs another one on a host. */
    List<String> on(int host, List<String> command) {
        final List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", names[host]));
        all.addAll(command);
        return all;
    }

    /** Pulls the cable, or plugs it in again. */
    void plug(boolean isPlugged) throws IOException {
        ip(0, "link", "set", CABLE, isPlugged ? "up" : "down");
    }

    /** Lets nothing arrive that a host sends, or everything again. */
    void mute(int host, boolean isMute) throws IOException {
        final String other = ADDRESSES[1 - host];
        if (isMute) {
            ip(host, "neigh", "replace", other, "lladdr", NOBODY, "dev", CABLE, "nud", "permanent");
        } else {
            ip(host, "neigh", "del", other, "dev", CABLE);
        }
    }

    /**
     * Loses packets of a host at random.
     *
     * @return false if the kernel cannot.
     */
    boolean lose(int host, int percent) {
        try {
            final String loss = percent + "%";
            run(
                    "tc",
                    "-n",
                    names[host],
                    "qdisc",
                    "replace",
                    "dev",
                    CABLE,
                    "root",
                    "netem",
                    "loss",
                    loss);
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private void ip(int host, String... arguments) throws IOException {
        final List<String> command = new ArrayList<>(List.of("ip", "-n", names[host]));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
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
    public void close() throws IOException {
        for (int host = 0; host < 2; host++) {
            if (names[host] != null) {
                run("ip", "netns", "del", names[host]);
                names[host] = null;
            }
        }
    }
}
